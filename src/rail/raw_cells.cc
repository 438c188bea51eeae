// A quarantined row taken apart: see raw_cells.h.
#include "raw_cells.h"

#include "base/json.h"
#include "base/text.h"

namespace citybrain::rail {
namespace {

constexpr const char* hidden = "***";

std::optional<std::size_t> item_of(const catalog::Resource& resource, std::string_view column) {
  for (std::size_t i = 0; i < resource.items.size(); ++i) {
    if (resource.items[i].code == column || resource.items[i].name == column) return i;
  }
  return std::nullopt;
}

// Calls `take(name, value)` for each cell; false where the row cannot be taken apart.
template <class Take>
bool each_cell(const std::vector<std::string>& header, std::string_view raw, bool& json,
               const Take& take) {
  if (!is_utf8(raw)) return false;
  std::string padded(raw);
  padded.append(CsvCutter::padding, '\0');
  const char* end = padded.data() + raw.size();
  json = trim(raw).starts_with('{');
  if (json) {
    JsonCutter cutter;
    if (cutter.cut(padded.data(), end, true) != Cut::row) return false;
    for (const auto& [name, value] : cutter.members()) take(name, value);
    return true;
  }
  CsvCutter cutter;
  const Cut cut = cutter.cut(padded.data(), end, true, SIZE_MAX, header.size());
  // A row of another width may have its values under the wrong names.
  if (cut != Cut::row || cutter.cells().size() != header.size()) return false;
  for (std::size_t i = 0; i < header.size(); ++i) take(header[i], cutter.cells()[i]);
  return true;
}

}  // namespace

std::optional<std::vector<std::string>> raw_cells(const catalog::Resource& resource,
                                                  const std::vector<std::string>& header,
                                                  std::string_view raw) {
  std::vector<std::string> cells(resource.items.size());
  bool json = false;
  const bool cut = each_cell(header, raw, json, [&](std::string_view name, std::string_view value) {
    const auto item = item_of(resource, name);
    if (item && is_utf8(value)) cells[*item] = value;
  });
  if (!cut) return std::nullopt;
  return cells;
}

std::string masked(const catalog::Item& item, std::string_view value) {
  if (value.empty()) return "";
  if (!is_utf8(value)) return hidden;
  const Type type = item.field.type;
  const bool day = type == Type::date || type == Type::timestamp;
  if (item.grade == 1) return std::string(first_code_points(value, 200));
  if (item.grade == 2 && (day || type == Type::text)) {
    return std::string(first_code_points(value, code_points(value) < 5 ? 1 : 4)) + hidden;
  }
  if (item.grade == 3 && type == Type::text)
    return std::string(first_code_points(value, 1)) + hidden;
  return hidden;
}

std::string mask_row(const catalog::Resource& resource, const std::vector<std::string>& header,
                     std::string_view raw) {
  std::string csv;
  json::object object;
  bool json = false;
  const bool cut = each_cell(header, raw, json, [&](std::string_view name, std::string_view value) {
    const auto item = item_of(resource, name);  // a column that is no item's is hidden
    const std::string text = item ? masked(resource.items[*item], value) : hidden;
    if (json) {
      const bool named = item && is_utf8(name) && resource.items[*item].grade < 4;
      object[named ? name : hidden] = text;
    } else {
      csv += (csv.empty() ? "" : ",") + text;
    }
  });
  if (!cut) return hidden;
  return json ? json::serialize(object) : csv;
}

}  // namespace citybrain::rail
