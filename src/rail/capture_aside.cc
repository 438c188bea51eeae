// rail_capture_aside: see capture_land.h. Keys and rows are JSON arrays of texts; null is null, a
// value that no change told is false.
#include "base/json.h"
#include "capture_land.h"

namespace citybrain::rail {
namespace {

Result<capture::RowText> row_from(const std::string& text) {
  CB_TRY(const json::value parsed, parse_json(text));
  if (!parsed.is_array()) return corrupt("a row of rail_capture_aside is no array");
  capture::RowText row;
  for (const json::value& cell : parsed.as_array()) {
    if (cell.is_string()) {
      row.add(cell.as_string());
    } else if (cell.is_null()) {
      row.add_null();
    } else {
      row.add_absent();
    }
  }
  return row;
}

// The key text of a JSON array.
Result<std::string> key_from(const std::string& text) {
  CB_TRY(const capture::RowText cells, row_from(text));
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t length = cells.text(i).size();
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(length >> shift));
    out.append(cells.text(i));
  }
  return out;
}

}  // namespace

Result<std::optional<capture::RowText>> find_aside(sql::Session& session,
                                                   const std::string& resource,
                                                   const std::string& key) {
  CB_TRY(const auto found,
         session.query_one("SELECT body FROM rail_capture_aside WHERE resource = $1 AND key = $2",
                           {resource, TableMap::json_of(key)}));
  if (!found) return std::optional<capture::RowText>();
  CB_TRY(capture::RowText row, row_from(found->text(0)));
  return std::optional(std::move(row));
}

Result<void> each_aside(sql::Session& session, const std::string& resource,
                        const std::function<Result<void>(const AsideRow&)>& fn) {
  return session.each("SELECT key, body FROM rail_capture_aside WHERE resource = $1 ORDER BY key",
                      {resource}, [&](const sql::Row& found) -> Result<void> {
                        AsideRow row;
                        CB_TRY(row.key, key_from(found.text(0)));
                        CB_TRY(row.row, row_from(found.text(1)));
                        return fn(row);
                      });
}

bool has_absent(const capture::RowText& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row.is_absent(i)) return true;
  }
  return false;
}

Result<bool> any_aside(sql::Session& session, const std::string& resource) {
  CB_TRY(const auto found,
         session.query("SELECT 1 FROM rail_capture_aside WHERE resource = $1 LIMIT 1", {resource}));
  return !found.empty();
}

}  // namespace citybrain::rail
