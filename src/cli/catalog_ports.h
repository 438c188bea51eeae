// What catalog is told of the other rooms: the calendar and limits of supply, and the lineage that
// facts, rules, policies and figures know at every moment.
#pragma once

#include <memory>
#include <string>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/result.h"

namespace citybrain::sql {
class Db;
}
namespace citybrain::catalog {
class Catalog;
class Returns;
class Supply;
}  // namespace citybrain::catalog
namespace citybrain::facts {
class Facts;
}
namespace citybrain::rules {
class Rules;
}

namespace citybrain::cli {

// All years' calendars of HOME/city/calendars/*.csv, as one.
Result<WorkCalendar> city_calendar(const std::string& home);

// Reads HOME/city/calendars/*.csv and supply_limits.csv. All must outlive it.
Result<std::unique_ptr<catalog::Supply>> open_supply(const std::string& home, sql::Db& db,
                                                     catalog::Catalog& catalog, const Clock& clock);

// item → fact → model → policy → ledger → indicator, and grants. All must outlive the catalogue's
// use; `indicators_csv` is city/indicators.csv.
void know_lineage(catalog::Catalog& catalog, const catalog::Supply& supply,
                  const facts::Facts& facts, const rules::Rules& rules, sql::Db& db,
                  const Clock& clock, const std::string& indicators_csv);

// HOME/city/supply/*.csv, the demo's lists (演示数据); how many duties, demands, coordinations
// and returns were new.
struct SupplyLoaded {
  std::int64_t duties = 0;
  std::int64_t demands = 0;
  std::int64_t coordination = 0;
  std::int64_t returns = 0;
};
Result<SupplyLoaded> load_supply(catalog::Supply& supply, catalog::Returns& returns,
                                 const std::string& home);

}  // namespace citybrain::cli
