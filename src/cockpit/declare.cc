// The cockpit's definitions, read from the city's files.
#include "declare.h"

#include "base/csv.h"
#include "base/text.h"

namespace citybrain::cockpit {

namespace {

Result<int> shift_of(const std::string& format) {
  if (format == "integer" || format.starts_with("decimal:")) return 0;
  if (format == "wan") return 4;
  if (format == "yi_yuan") return 8;
  return invalid("'format' is '" + format + "'; send integer, decimal:N, wan or yi_yuan");
}

}  // namespace

Result<std::vector<Declared>> parse_indicators(std::string_view csv) {
  CB_TRY(const CsvTable table, parse_csv(csv, {"code", "name", "unit", "definition", "owner",
                                               "period", "source", "format"}));
  std::vector<Declared> declared;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string where = "line " + std::to_string(row + 2) + " of the indicators";
    const auto at = [&](const char* column) { return table.at(row, column); };
    const auto shift = shift_of(at("format"));
    if (!shift) return shift.error().in(where);
    for (const Declared& before : declared) {
      if (before.code == at("code")) {
        return invalid(where + ": '" + before.code + "' is declared twice");
      }
    }
    declared.push_back({at("code"), at("name"), at("unit"), at("definition"), at("owner"),
                        at("period"), at("source"), at("format"), *shift});
  }
  return declared;
}

Result<std::vector<Division>> parse_divisions(std::string_view csv) {
  CB_TRY(const CsvTable table, parse_csv(csv, {"code", "name", "kind"}));
  std::vector<Division> divisions;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& kind = table.at(row, "kind");
    if (kind == "city" && table.at(row, "code").ends_with("00")) continue;
    if (kind == "municipality") continue;
    divisions.push_back({table.at(row, "code"), table.at(row, "name")});
  }
  return divisions;
}

}  // namespace citybrain::cockpit
