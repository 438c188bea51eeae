// Cockpit (数字驾驶舱): the city's figures on one board, each with its definition and a way down to
// the records behind it. Layer 8; it names no other domain room: figures come as Indicators, the
// live list from the outbox's events.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/room.h"

namespace citybrain::sql {
class Db;
}

namespace citybrain::cockpit {

struct Options {
  std::string title = "宁波城市大脑";
  bool demo = false;
  // Codes of the key figures, in order; at most key_figures_max. Empty: the first declared ones.
  std::vector<std::string> key_figures = {};
  std::string map_indicator =
      {};  // whose by_district colours the map; "" = the first with districts
  std::int64_t refresh_ms = 1000;  // a figure is computed at most once in this time
};

inline constexpr std::size_t key_figures_max = 6;
inline constexpr std::size_t live_max = 50;

// What the cockpit is told at the start: the text of city/indicators.csv
// (code,name,unit,definition, owner,period,source,format) and city/divisions.csv, and the rooms'
// indicators. A declared indicator that no room gives is left out of the board and named in the
// log, and so is one that a room gives and nobody declared: a figure without a definition is not
// shown.
//
// format: integer | decimal:N | wan (values are ones, shown in 万) | yi_yuan (values are yuan,
// shown in 亿元).
struct Parts {
  sql::Db& db;
  const Clock& clock;
  std::string_view indicators_csv;
  std::string_view divisions_csv;
  std::vector<Indicator> indicators;
  std::function<std::int64_t()> last_audit = {};  // index of the newest audit entry; -1 = none
};

// Routes /api/board, /api/board/stream (SSE: snapshot, then kpi and event), /api/indicators,
// /api/indicators/{code}; a job that keeps a point of each figure a minute and a day; a
// subscription to every event that carries `live` and `text` (rooms mask names before they put them
// there).
Result<Room> make_room(Parts parts, Options options = {});

}  // namespace citybrain::cockpit
