// Board: the figures with their values of now, the live list, and what changed since a cursor.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cockpit/cockpit.h"
#include "declare.h"
#include "sql/db.h"

namespace citybrain::cockpit {

struct Live {
  std::int64_t sequence = 0;  // of the outbox's event
  std::int64_t at_us = 0;
  std::string kind;
  std::string text;
  std::optional<std::int64_t> amount_fen;
  std::string division;
  std::uint64_t version = 0;  // of the board when it came
};

// Owned by the room. Thread-safe. Always holds: a value is at most refresh_ms older than the answer
// that shows it, or it is the last one that could be computed; versions only rise.
class Board {
 public:
  Board(Parts parts, Options options, std::vector<Declared> declared,
        std::vector<Division> divisions);

  // Reads back the live list; before anything else.
  Result<void> open();
  json::object board();
  json::object indicators();
  Result<json::object> indicator(const std::string& code);
  // One turn of a stream: a snapshot at cursor 0 (or one of another run), else what is new.
  std::vector<StreamEvent> poll(std::uint64_t& cursor);
  // An event of the outbox; those without `live` and `text` are none of the board's.
  Result<void> hear(const Event& event);
  // A point of each figure for this minute and this day, and the live list; drops old minutes.
  Result<void> keep();

 private:
  struct Figure {
    Declared declared;
    Indicator source;
    IndicatorValue value;
    bool known = false;
    std::optional<std::int64_t> yesterday;
  };

  void refresh();  // with mutex_ held
  void compute(Figure& figure, bool& changed);
  void read_yesterday();
  json::object board_json();
  json::object figure_json(const Figure& figure) const;
  json::array key_figures_json() const;
  json::array divisions_json() const;
  json::array panels_json() const;
  json::array live_json() const;
  json::object live_json(const Live& live) const;
  const Figure* map_figure() const;
  Result<json::array> kept_trend(const std::string& code);

  Parts parts_;
  Options options_;
  std::vector<Division> divisions_;
  std::mutex mutex_;
  std::vector<Figure> figures_;  // in the order of declaration
  std::deque<Live> live_;        // newest first
  std::uint64_t version_ = 1;
  std::uint64_t kpi_version_ = 1;
  std::int64_t kept_sequence_ = 0;  // of the newest live item that is stored
  std::chrono::steady_clock::time_point refreshed_{};
  std::chrono::steady_clock::time_point kpi_sent_{};
};

}  // namespace citybrain::cockpit
