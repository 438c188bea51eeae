// What supply brings to the room: routes, figures, and the job that reminds.
#include "catalog/supply.h"
#include "supply_routes.h"

namespace citybrain::catalog {
namespace {

// Figures of the board, each leading to it.
Indicator figure(const char* code, Supply& supply, std::int64_t (*of)(const Supply::Board& board)) {
  return {code, [&supply, of]() -> Result<IndicatorValue> {
            CB_TRY(const Supply::Board board, supply.board());
            IndicatorValue value;
            value.value = of(board);
            value.as_of = supply.clock().now();
            value.links = {{"供需对接", "/console/board"}};
            return value;
          }};
}

}  // namespace

void add_supply(Room& room, Supply& supply) {
  room.indicators.push_back(figure("catalog_duty_items", supply, [](const Supply::Board& board) {
    return board.duty_items_supplied;
  }));
  room.indicators.push_back(figure("catalog_demands_met", supply, [](const Supply::Board& board) {
    const auto met = board.demands.find("satisfied");
    return met == board.demands.end() ? 0 : met->second;
  }));
  for (auto table : {supply_show_routes, supply_change_routes}) {
    for (Route& route : table(supply)) room.routes.push_back(std::move(route));
  }
  room.jobs.push_back({"catalog.remind", std::chrono::minutes(1),
                       [&supply](const std::stop_token&) { return supply.remind(); }});
}

}  // namespace citybrain::catalog
