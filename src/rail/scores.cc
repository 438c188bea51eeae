// Scores of resources, from the rows held and the rows in quarantine.
#include <algorithm>

#include "rail_state.h"

namespace citybrain::rail {
namespace {

constexpr std::int64_t whole = 10'000;
constexpr std::int64_t day_us = 86'400'000'000;

// Days that may pass after an arrival before a resource of this cycle is late.
std::int64_t days_allowed(std::string_view cycle) {
  if (cycle == "实时") return 1;
  if (cycle == "每日") return 2;
  if (cycle == "每周") return 8;
  if (cycle == "每月") return 32;
  if (cycle == "每季") return 93;
  return 367;
}

std::int64_t share(std::int64_t good, std::int64_t bad) {
  return good + bad == 0 ? whole : whole * good / (good + bad);
}

struct OpenRows {
  std::int64_t required = 0, key = 0, reference = 0, other = 0;
  std::int64_t all() const { return required + key + reference + other; }
};

Result<std::map<std::string, OpenRows>> open_rows(sql::Session& session) {
  std::map<std::string, OpenRows> open;
  CB_DO(
      session.each("SELECT resource, check_kind, COUNT(*) FROM rail_quarantine "
                   "WHERE state = 'open' GROUP BY resource, check_kind",
                   {}, [&](const sql::Row& row) -> Result<void> {
                     OpenRows& rows = open[row.text(0)];
                     const std::string kind = row.text(1);
                     std::int64_t& part = kind == "required" ? rows.required
                                          : kind == "key"    ? rows.key
                                          : kind == "ref"    ? rows.reference
                                                             : rows.other;
                     part += row.integer(2);
                     return ok();
                   }));
  return open;
}

}  // namespace

Result<std::vector<Score>> Rail::scores() const {
  const RailState& s = *state_;
  CB_TRY(const auto open, s.db.read([](sql::Session& session) { return open_rows(session); }));
  CB_TRY(const auto standings, s.catalog.standings());
  const Timestamp now = s.clock.now();
  std::vector<Score> scores;
  for (const auto& [code, standing] : standings) {
    const auto entry = s.catalog.find(code);
    if (!entry || !standing.landed_at) continue;
    const auto found = open.find(code);
    const OpenRows bad = found == open.end() ? OpenRows{} : found->second;
    Score one;
    one.resource = code;
    one.name = entry->name;
    one.department = entry->department;
    one.version = entry->version;
    one.landed_at = *standing.landed_at;
    one.rows = standing.rows;
    one.rows_open = bad.all();
    one.completeness = share(one.rows, bad.required);
    one.validity = share(one.rows, bad.other);
    one.uniqueness = share(one.rows, bad.key);
    one.consistency = share(one.rows, bad.reference);
    const std::int64_t age = std::max<std::int64_t>(now.us - one.landed_at.us, 0);
    const std::int64_t allowed = days_allowed(entry->update_cycle) * day_us;
    one.timeliness = age <= allowed ? whole : whole * (allowed / day_us) / (age / day_us);
    one.score = (20 * one.completeness + 30 * one.validity + 20 * one.uniqueness +
                 15 * one.consistency + 15 * one.timeliness) /
                100;
    scores.push_back(std::move(one));
  }
  std::stable_sort(scores.begin(), scores.end(),
                   [](const Score& a, const Score& b) { return a.score < b.score; });
  return scores;
}

}  // namespace citybrain::rail
