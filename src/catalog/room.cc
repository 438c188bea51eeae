// The catalogue as a room.
#include "catalog/catalog.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "routes.h"

namespace citybrain::catalog {

std::vector<Migration> migrations();

namespace {

constexpr std::size_t worst_max = 5;  // resources that the figure leads to

Result<IndicatorValue> resource_count(const Catalog& catalog) {
  CB_TRY(const auto standings, catalog.standings());
  IndicatorValue value;
  value.value = static_cast<std::int64_t>(catalog.resources().size());
  for (const auto& [code, standing] : standings) {
    if (standing.landed_at) value.as_of = std::max(value.as_of, *standing.landed_at);
  }
  value.links = {{"资源目录", "/console/resources"}};
  return value;
}

// Good rows of all that arrived, in tenths of a percent; leads to the resources
// with most bad ones.
Result<IndicatorValue> quality(const Catalog& catalog) {
  CB_TRY(const auto standings, catalog.standings());
  IndicatorValue value;
  value.scale = 1;
  std::int64_t good = 0;
  std::int64_t all = 0;
  std::vector<std::pair<std::int64_t, std::string>> worst;
  for (const auto& [code, standing] : standings) {
    good += standing.rows_good;
    all += standing.rows_good + standing.rows_bad;
    if (standing.rows_bad > 0) worst.emplace_back(-standing.rows_bad, code);
    if (standing.landed_at) value.as_of = std::max(value.as_of, *standing.landed_at);
  }
  value.value = all == 0 ? 0 : good * 1'000 / all;
  std::sort(worst.begin(), worst.end());
  for (std::size_t i = 0; i < std::min(worst.size(), worst_max); ++i) {
    const auto resource = catalog.resource(worst[i].second);
    value.links.push_back(
        {resource ? (*resource)->name : worst[i].second, "/console/resources/" + worst[i].second});
  }
  return value;
}

}  // namespace

Room make_room(Catalog& catalog) {
  Room room;
  room.name = "catalog";
  for (auto table : {entry_routes, entry_view_routes, transfer_routes}) {
    for (Route& route : table(catalog)) room.routes.push_back(std::move(route));
  }
  room.migrations = migrations();
  room.jobs = {
      {"catalog.uses", std::chrono::seconds(2), [&catalog](const std::stop_token&) -> Result<bool> {
         CB_DO(catalog.write_uses());
         return catalog.follow_audit();
       }}};
  room.metrics = {
      {.name = "citybrain_catalog_resources",
       .help = "Resources in the catalogue",
       .value = [&catalog] { return static_cast<double>(catalog.resources().size()); }}};
  room.indicators = {
      {"catalog_resources", [&catalog] { return resource_count(catalog); }},
      {"catalog_quality", [&catalog] { return quality(catalog); }},
  };
  return room;
}

}  // namespace citybrain::catalog
