// Figures of the cockpit that the rail answers for: rows landed and rows in quarantine.
#include "figures.h"

#include <algorithm>
#include <map>
#include <string>

namespace citybrain::rail {
namespace {

constexpr std::size_t days_max = 14;  // of a trend

// The sum over all sources, and how it grew by the day each source was last read on.
Result<IndicatorValue> sum_by_day(const Rail& rail, std::int64_t Source::*member) {
  CB_TRY(const auto sources, rail.sources());
  IndicatorValue out;
  std::map<std::string, std::int64_t> by_day;
  for (const Source& source : sources) {
    out.value += source.*member;
    out.as_of = std::max(out.as_of, source.updated_at);
    by_day[to_iso(city_date(source.updated_at))] += source.*member;
  }
  std::int64_t so_far = 0;
  for (const auto& [day, rows] : by_day) out.trend.push_back({day, so_far += rows});
  if (out.trend.size() > days_max) {
    out.trend.erase(out.trend.begin(), out.trend.end() - static_cast<std::ptrdiff_t>(days_max));
  }
  return out;
}

}  // namespace

std::vector<Indicator> figures(Rail& rail) {
  return {
      {"rail_rows_landed",
       [&rail]() -> Result<IndicatorValue> {
         CB_TRY(IndicatorValue value, sum_by_day(rail, &Source::rows_landed));
         value.links = {{"归集来源", "/console/sources"}};
         return value;
       }},
      {"rail_quarantined",
       [&rail]() -> Result<IndicatorValue> {
         CB_TRY(IndicatorValue value, sum_by_day(rail, &Source::rows_quarantined));
         value.links = {{"隔离记录", "/console/quarantine"}};
         return value;
       }},
  };
}

}  // namespace citybrain::rail
