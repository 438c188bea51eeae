// The room: the board's routes, the subscription that fills its live list, the job that keeps
// points.
#include "board.h"
#include "routes.h"

namespace citybrain::cockpit {

std::vector<Migration> migrations();  // generated from schema/

Result<Room> make_room(Parts parts, Options options) {
  CB_TRY(auto declared, parse_indicators(parts.indicators_csv));
  CB_TRY(auto divisions, parse_divisions(parts.divisions_csv));
  const auto board = std::make_shared<Board>(std::move(parts), std::move(options),
                                             std::move(declared), std::move(divisions));
  CB_DO(board->open());
  Room room{.name = "cockpit"};
  room.routes = routes_of(board);
  room.migrations = migrations();
  room.jobs = {{"cockpit.keep", std::chrono::seconds(10), [board](std::stop_token) -> Result<bool> {
                  CB_DO(board->keep());
                  return false;
                }}};
  room.subscriptions = {{"cockpit.live", "", [board](const Event& e) { return board->hear(e); }}};
  room.owner = board;
  return room;
}

}  // namespace citybrain::cockpit
