// rail_quarantine: see quarantine_table.h.
#include "quarantine_table.h"

#include <map>

#include "base/ids.h"
#include "base/json.h"
#include "base/text.h"

namespace citybrain::rail {
namespace {

std::string reasons_text(const std::vector<Reason>& reasons) {
  json::array out;
  for (const Reason& reason : reasons) {
    out.push_back(
        json::object{{"item", reason.item}, {"check", reason.check}, {"message", reason.message}});
  }
  return json::serialize(out);
}

std::vector<Reason> reasons_from(std::string_view text) {
  std::vector<Reason> out;
  const auto parsed = parse_json(text);
  if (!parsed || !parsed->is_array()) return out;
  for (const json::value& one : parsed->as_array()) {
    if (!one.is_object()) continue;
    out.push_back({text_of(one.as_object(), "item"), text_of(one.as_object(), "check"),
                   text_of(one.as_object(), "message")});
  }
  return out;
}

std::string mask(int grade, std::string_view value) {
  if (value.empty() || !is_utf8(value)) return value.empty() ? "" : "***";
  switch (grade) {
    case 1: return std::string(first_code_points(value, 200));
    case 2: return std::string(first_code_points(value, code_points(value) < 5 ? 1 : 4)) + "***";
    case 3: return std::string(first_code_points(value, 1)) + "***";
    default: return "***";
  }
}

int grade_of(const catalog::Resource& resource, std::string_view column) {
  for (const catalog::Item& item : resource.items) {
    if (item.code == column || item.name == column) return item.grade;
  }
  return 4;
}

}  // namespace

Result<void> quarantine(sql::Tx& tx, const SourceRow& source, const std::vector<BadRow>& bad,
                        Timestamp now) {
  if (bad.empty()) return ok();
  std::vector<std::string> ids;  // binding borrows, so these live until the statement is done
  std::vector<std::string> reasons;
  for (const BadRow& row : bad) {
    ids.push_back(derived_id({"rail_quarantine", source.name, std::to_string(row.line)}));
    reasons.push_back(reasons_text(row.reasons));
  }
  CB_DO(
      tx.exec_rows("INSERT INTO rail_quarantine (id, source, resource, line, reasons, raw, seen_at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
                   bad.size(), [&](std::size_t i, sql::Binder& bind) {
                     bind.text(ids[i]);
                     bind.text(source.name);
                     bind.text(source.resource);
                     bind.integer(bad[i].line);
                     bind.text(reasons[i]);
                     bind.blob(bad[i].raw);
                     bind.integer(now.us);
                   }));
  return ok();
}

Result<void> release_behind(sql::Tx& tx, const std::string& source, std::int64_t line) {
  CB_DO(tx.exec("DELETE FROM rail_quarantine WHERE source = $1 AND line > $2", {source, line}));
  return ok();
}

std::string mask_row(const catalog::Resource& resource, const SourceRow& source,
                     std::string_view raw) {
  constexpr std::string_view hidden = "***";
  if (!is_utf8(raw)) return std::string(hidden);
  std::string padded(raw);
  padded.append(CsvCutter::padding, '\0');
  const char* end = padded.data() + raw.size();
  std::string out;
  if (source.format == Format::ndjson) {
    JsonCutter cutter;
    if (cutter.cut(padded.data(), end, true) != Cut::row) return std::string(hidden);
    json::object masked;
    for (const auto& [name, value] : cutter.members()) {
      const int grade = grade_of(resource, name);
      masked[is_utf8(name) && grade < 4 ? name : hidden] = mask(grade, value);
    }
    return json::serialize(masked);
  }
  CsvCutter cutter;
  const Cut cut = cutter.cut(padded.data(), end, true, SIZE_MAX, source.header.size());
  // A row of another width may have its values under the wrong names.
  if (cut != Cut::row || cutter.cells().size() != source.header.size()) return std::string(hidden);
  for (std::size_t i = 0; i < source.header.size(); ++i) {
    out += (i > 0 ? "," : "") + mask(grade_of(resource, source.header[i]), cutter.cells()[i]);
  }
  return out;
}

Result<Rail::QuarantinePage> read_quarantine(sql::Db& db, const catalog::Catalog& catalog,
                                             const std::string& resource, std::int64_t page,
                                             std::int64_t size) {
  struct Found {
    sql::Rows rows;
    std::int64_t total = 0;
  };
  const auto read = [&](sql::Session& session) -> Result<Found> {
    const std::string where = resource.empty() ? "" : " WHERE resource = $3";
    sql::Params params = {size, (page - 1) * size};
    sql::Params count_params;
    if (!resource.empty()) {
      params.emplace_back(resource);
      count_params.emplace_back(resource);
    }
    Found found;
    CB_TRY(found.rows,
           session.query("SELECT id, source, resource, line, reasons, raw, seen_at FROM"
                         " rail_quarantine" +
                             where + " ORDER BY seen_at DESC, source, line LIMIT $1 OFFSET $2",
                         params));
    CB_TRY(const auto total,
           session.query_one("SELECT COUNT(*) FROM rail_quarantine" +
                                 std::string(resource.empty() ? "" : " WHERE resource = $1"),
                             count_params));
    found.total = total ? total->integer(0) : 0;
    return found;
  };
  CB_TRY(const Found found, db.read(read));
  const SourceTable sources(db);
  std::map<std::string, SourceRow> known;
  Rail::QuarantinePage out;
  out.total = found.total;
  for (const sql::Row& row : found.rows) {
    const std::string name = row.text(1);
    if (!known.contains(name)) {
      CB_TRY(auto source, sources.named(name));
      known[name] = source ? std::move(*source) : SourceRow{};
    }
    const auto entry = catalog.resource(row.text(2));
    out.items.push_back(
        {row.text(0), row.text(2), known[name].file, row.integer(3), reasons_from(row.text(4)),
         entry ? mask_row(**entry, known[name], row.bytes(5)) : "***", Timestamp{row.integer(6)}});
  }
  return out;
}

}  // namespace citybrain::rail
