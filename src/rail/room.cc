// The rail as a room.
#include "rail/rail.h"

#include "figures.h"
#include "routes.h"

namespace citybrain::rail {

std::vector<Migration> migrations();

namespace {

// The sum of a count over all sources; 0 where the store does not answer.
double sum_of(const Rail& rail, std::int64_t Source::*member) {
  std::int64_t sum = 0;
  const auto sources = rail.sources();
  if (!sources) return 0;
  for (const Source& source : *sources) sum += source.*member;
  return static_cast<double>(sum);
}

}  // namespace

Room make_room(Rail& rail) {
  Room room;
  room.name = "rail";
  room.routes = routes(rail);
  for (Route& route : quality_routes(rail)) room.routes.push_back(std::move(route));
  room.migrations = migrations();
  room.indicators = figures(rail);
  room.jobs = {
      {"rail.watch", std::chrono::milliseconds(1000),
       [&rail](std::stop_token stop) { return rail.watch_step(stop); }},
      {"lake.feed", std::chrono::milliseconds(200),
       [&rail](std::stop_token stop) { return rail.feed_step(stop); }},
      {"rail.forget", std::chrono::hours(1),
       [&rail](std::stop_token stop) { return rail.forget_step(stop); }},
  };
  room.metrics = {
      {.name = "citybrain_rail_rows_landed_total",
       .help = "Rows landed from all sources",
       .counter = true,
       .value = [&rail] { return sum_of(rail, &Source::rows_landed); }},
      {.name = "citybrain_rail_rows_quarantined_total",
       .help = "Rows quarantined from all sources",
       .counter = true,
       .value = [&rail] { return sum_of(rail, &Source::rows_quarantined); }},
      {.name = "citybrain_lake_feed_lag_rows",
       .help = "Changes that columns do not hold yet",
       .value = [&rail] { return static_cast<double>(rail.feed_lag()); }},
  };
  return room;
}

}  // namespace citybrain::rail
