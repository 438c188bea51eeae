// Rows of supply's tables as values.
#pragma once

#include <string>
#include <vector>

#include "base/date.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/supply.h"
#include "sql/db.h"

namespace citybrain::catalog {

inline Date day_of(std::int64_t days) { return {static_cast<std::int32_t>(days)}; }

inline std::string list_text(const std::vector<std::string>& list) {
  return json::serialize(json::array(list.begin(), list.end()));
}

inline std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> list;
  const auto value = parse_json(text);
  if (!value || !value->is_array()) return list;
  for (const json::value& one : value->get_array()) {
    if (one.is_string()) list.emplace_back(one.get_string());
  }
  return list;
}

// A cell that holds a list: parts between '|'.
inline std::vector<std::string> parts_of(std::string_view cell) {
  std::vector<std::string> parts;
  for (const std::string_view part : split(cell, '|')) {
    if (!trim(part).empty()) parts.emplace_back(trim(part));
  }
  return parts;
}

inline constexpr const char* demand_columns =
    "id, name, department, items, purpose, basis, update_cycle, wanted_on, state, provider,"
    " resource, duty, submitted_at, due_on, waits_for, reason, version";
Result<Demand> demand_of(const sql::Row& row);
Result<Demand> read_demand(sql::Session& session, std::int64_t id);
// Inserts it, or brings what may change up to date.
Result<void> write_demand(sql::Tx& tx, const Demand& demand);
Result<void> write_event(sql::Tx& tx, const Demand& demand, Timestamp at, std::string_view actor,
                         std::string_view from, std::string_view note);

}  // namespace citybrain::catalog
