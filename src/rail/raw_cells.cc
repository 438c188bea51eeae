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

int grade_of(const catalog::Resource& resource, std::string_view column) {
  const auto item = item_of(resource, column);
  return item ? resource.items[*item].grade : 4;
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

std::string masked(int grade, std::string_view value) {
  if (value.empty() || !is_utf8(value)) return value.empty() ? "" : hidden;
  switch (grade) {
    case 1: return std::string(first_code_points(value, 200));
    case 2: return std::string(first_code_points(value, code_points(value) < 5 ? 1 : 4)) + hidden;
    case 3: return std::string(first_code_points(value, 1)) + hidden;
    default: return hidden;
  }
}

std::string mask_row(const catalog::Resource& resource, const std::vector<std::string>& header,
                     std::string_view raw) {
  std::string csv;
  json::object object;
  bool json = false;
  const bool cut = each_cell(header, raw, json, [&](std::string_view name, std::string_view value) {
    const int grade = grade_of(resource, name);
    if (json) {
      object[is_utf8(name) && grade < 4 ? name : hidden] = masked(grade, value);
    } else {
      csv += (csv.empty() ? "" : ",") + masked(grade, value);
    }
  });
  if (!cut) return hidden;
  return json ? json::serialize(object) : csv;
}

}  // namespace citybrain::rail
