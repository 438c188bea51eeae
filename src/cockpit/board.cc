// The board's values and its stream.
#include "board.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"

namespace citybrain::cockpit {

namespace {

using Watch = std::chrono::steady_clock;
constexpr std::chrono::seconds kpi_every_max{12};  // pages call a board stale after 30 s
constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t day_us = 24 * 60 * minute_us;

bool same(const IndicatorValue& a, const IndicatorValue& b) {
  const auto points = [](const std::vector<IndicatorValue::Point>& x,
                         const std::vector<IndicatorValue::Point>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const auto& p, const auto& q) {
      return p.label == q.label && p.value == q.value;
    });
  };
  return a.value == b.value && a.scale == b.scale && points(a.trend, b.trend) &&
         points(a.by_district, b.by_district);
}

}  // namespace

Board::Board(Parts parts, Options options, std::vector<Declared> declared,
             std::vector<Division> divisions)
    : parts_(std::move(parts)), options_(std::move(options)), divisions_(std::move(divisions)) {
  std::map<std::string, Indicator> given;
  for (Indicator& indicator : parts_.indicators) given[indicator.code] = std::move(indicator);
  parts_.indicators.clear();
  for (Declared& d : declared) {
    const auto found = given.find(d.code);
    if (found == given.end()) {
      log(Level::info, "cockpit", "no room gives a declared figure", {{"code", d.code}});
      continue;
    }
    figures_.push_back({std::move(d), found->second, {}, false, std::nullopt});
    given.erase(found);
  }
  for (const auto& [code, indicator] : given) {
    log(Level::info, "cockpit", "a figure is not declared and not shown", {{"code", code}});
  }
}

Result<void> Board::open() {
  const std::lock_guard lock(mutex_);
  return parts_.db.read([&](sql::Session& session) -> Result<void> {
    return session.each(
        "SELECT sequence, at, kind, text, amount_fen, division FROM cockpit_live"
        " ORDER BY sequence",
        {}, [&](const sql::Row& row) -> Result<void> {
          live_.push_front({row.integer(0), row.integer(1), row.text(2), row.text(3),
                            row.maybe_integer(4), row.text(5), ++version_});
          kept_sequence_ = row.integer(0);
          return ok();
        });
  });
}

void Board::compute(Figure& figure, bool& changed) {
  auto value = figure.source.value();
  if (!value) {
    log(Level::warn, "cockpit", "a figure can't be computed",
        {{"code", figure.declared.code}, {"error", value.error().message}});
    return;
  }
  if (!figure.known || !same(*value, figure.value)) changed = true;
  figure.value = std::move(*value);
  figure.known = true;
}

void Board::read_yesterday() {
  const Timestamp yesterday = city_midnight(parts_.clock.today() - 1);
  const auto read = parts_.db.read([&](sql::Session& session) -> Result<void> {
    return session.each("SELECT code, value FROM cockpit_point WHERE bucket = 'day' AND at = $1",
                        {yesterday.us}, [&](const sql::Row& row) -> Result<void> {
                          for (Figure& figure : figures_) {
                            if (figure.declared.code == row.text(0)) {
                              figure.yesterday = row.integer(1);
                            }
                          }
                          return ok();
                        });
  });
  if (!read) log(Level::warn, "cockpit", "no points", {{"error", read.error().message}});
}

void Board::refresh() {
  const auto now = Watch::now();
  const bool first = refreshed_ == Watch::time_point{};
  if (!first && now - refreshed_ < std::chrono::milliseconds(options_.refresh_ms)) return;
  bool changed = false;
  for (Figure& figure : figures_) compute(figure, changed);
  read_yesterday();
  refreshed_ = Watch::now();
  if (changed || now - kpi_sent_ >= kpi_every_max) {
    kpi_version_ = ++version_;
    kpi_sent_ = now;
  }
}

json::object Board::board() {
  const std::lock_guard lock(mutex_);
  refresh();
  return board_json();
}

std::vector<StreamEvent> Board::poll(std::uint64_t& cursor) {
  const std::lock_guard lock(mutex_);
  refresh();
  std::vector<StreamEvent> events;
  if (cursor == 0 || cursor > version_) {
    events.push_back({"snapshot", json::serialize(board_json())});
  } else {
    for (auto live = live_.rbegin(); live != live_.rend(); ++live) {
      if (live->version > cursor) events.push_back({"event", json::serialize(live_json(*live))});
    }
    if (kpi_version_ > cursor) {
      const json::object kpi{{"indicators", key_figures_json()}, {"divisions", divisions_json()}};
      events.push_back({"kpi", json::serialize(kpi)});
    }
  }
  cursor = version_;
  return events;
}

Result<void> Board::hear(const Event& event) {
  const std::string kind = text_of(event.data, "live");
  const std::string text = text_of(event.data, "text");
  if (kind.empty() || text.empty()) return ok();
  Live live{
      event.sequence, event.at.us, kind, text, std::nullopt, text_of(event.data, "division"), 0};
  if (const auto* fen = event.data.if_contains("amount_fen"); fen != nullptr && fen->is_int64()) {
    live.amount_fen = fen->as_int64();
  }
  const std::lock_guard lock(mutex_);
  const bool known = std::any_of(live_.begin(), live_.end(), [&](const Live& before) {
    return before.sequence == live.sequence;
  });
  if (known) return ok();
  live.version = ++version_;
  live_.push_front(std::move(live));
  if (live_.size() > live_max) live_.pop_back();
  return ok();
}

Result<void> Board::keep() {
  const std::lock_guard lock(mutex_);
  refresh();
  const std::int64_t now = parts_.clock.now().us;
  const std::int64_t today = city_midnight(parts_.clock.today()).us;
  std::vector<sql::Params> points;
  for (const Figure& figure : figures_) {
    if (!figure.known) continue;
    points.push_back({figure.declared.code, "day", today, figure.value.value});
    points.push_back(
        {figure.declared.code, "minute", now / minute_us * minute_us, figure.value.value});
  }
  const std::int64_t newest = live_.empty() ? 0 : live_.front().sequence;
  CB_DO(parts_.db.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(
        tx.exec_many("INSERT INTO cockpit_point (code, bucket, at, value)"
                     " VALUES ($1, $2, $3, $4) ON CONFLICT (code, bucket, at)"
                     " DO UPDATE SET value = excluded.value",
                     points));
    CB_DO(tx.exec("DELETE FROM cockpit_point WHERE bucket = 'minute' AND at < $1", {now - day_us}));
    if (newest == kept_sequence_) return ok();
    CB_DO(tx.exec("DELETE FROM cockpit_live WHERE sequence > 0"));
    std::vector<sql::Params> rows;
    for (const Live& l : live_) {
      rows.push_back({l.sequence, l.at_us, l.kind, l.text, l.amount_fen, l.division});
    }
    CB_DO(
        tx.exec_many("INSERT INTO cockpit_live (sequence, at, kind, text, amount_fen, division)"
                     " VALUES ($1, $2, $3, $4, $5, $6)",
                     rows));
    return ok();
  }));
  kept_sequence_ = newest;
  return ok();
}

}  // namespace citybrain::cockpit
