// The board as JSON.
#include <algorithm>

#include "base/text.h"
#include "board.h"

namespace citybrain::cockpit {

namespace {

constexpr std::size_t panels_of_a_kind_max = 2;
constexpr std::size_t trend_points_max = 60;

json::array points_json(const std::vector<IndicatorValue::Point>& points) {
  json::array out;
  for (const auto& point : points) out.push_back({{"label", point.label}, {"value", point.value}});
  return out;
}

std::string name_in(const std::vector<Division>& divisions, const std::string& code) {
  for (const Division& division : divisions) {
    if (division.code == code) return division.name;
  }
  return code;
}

json::array by_district_json(const IndicatorValue& value, const std::vector<Division>& divisions) {
  json::array out;
  for (const auto& point : value.by_district) {
    out.push_back(
        {{"code", point.label}, {"name", name_in(divisions, point.label)}, {"value", point.value}});
  }
  return out;
}

}  // namespace

json::object Board::figure_json(const Figure& figure) const {
  const IndicatorValue& v = figure.value;
  json::object out{{"code", figure.declared.code},
                   {"name", figure.declared.name},
                   {"unit", figure.declared.unit},
                   {"value", figure.known ? json::value(v.value) : nullptr},
                   {"scale", v.scale + figure.declared.shift},
                   {"format", figure.declared.format},
                   {"as_of", to_iso(v.as_of)},
                   {"change", nullptr},
                   {"trend", points_json(v.trend)}};
  if (figure.known && figure.yesterday) {
    out["change"] = {{"value", v.value - *figure.yesterday},
                     {"scale", v.scale + figure.declared.shift},
                     {"period", "昨日"}};
  }
  return out;
}

json::array Board::key_figures_json() const {
  json::array out;
  const auto add = [&](const Figure& figure) {
    if (out.size() < key_figures_max) out.push_back(figure_json(figure));
  };
  if (options_.key_figures.empty()) {
    for (const Figure& figure : figures_) add(figure);
    return out;
  }
  for (const std::string& code : options_.key_figures) {
    for (const Figure& figure : figures_) {
      if (figure.declared.code == code) add(figure);
    }
  }
  return out;
}

const Board::Figure* Board::map_figure() const {
  for (const Figure& figure : figures_) {
    if (figure.declared.code == options_.map_indicator) return &figure;
  }
  for (const Figure& figure : figures_) {
    if (!figure.value.by_district.empty()) return &figure;
  }
  return nullptr;
}

// Every division of the city is on the map, with 0 where nothing is known.
json::array Board::divisions_json() const {
  json::array out;
  const Figure* figure = map_figure();
  for (const Division& division : divisions_) {
    std::int64_t value = 0;
    if (figure != nullptr) {
      for (const auto& point : figure->value.by_district) {
        if (point.label == division.code) value += point.value;
      }
    }
    out.push_back({{"code", division.code}, {"name", division.name}, {"value", value}});
  }
  return out;
}

json::array Board::panels_json() const {
  json::array out;
  const auto panel = [&](const Figure& figure, const char* kind, const char* words,
                         json::array points) {
    json::array series;
    series.push_back({{"name", figure.declared.name}, {"points", std::move(points)}});
    out.push_back({{"code", figure.declared.code + "." + kind},
                   {"title", figure.declared.name + words},
                   {"kind", kind},
                   {"unit", figure.declared.unit},
                   {"scale", figure.value.scale + figure.declared.shift},
                   {"series", std::move(series)}});
  };
  std::size_t lines = 0;
  std::size_t bars = 0;
  for (const Figure& figure : figures_) {
    if (figure.value.trend.size() < 2 || lines == panels_of_a_kind_max) continue;
    panel(figure, "line", " · 近日", points_json(figure.value.trend));
    ++lines;
  }
  for (const Figure& figure : figures_) {
    if (figure.value.by_district.size() < 2 || bars == panels_of_a_kind_max) continue;
    std::vector<IndicatorValue::Point> points = figure.value.by_district;
    for (auto& point : points) point.label = name_in(divisions_, point.label);
    panel(figure, "bar", " · 分区域", points_json(points));
    ++bars;
  }
  return out;
}

json::object Board::live_json(const Live& live) const {
  json::object out{{"at", to_iso(Timestamp{live.at_us})}, {"kind", live.kind}, {"text", live.text}};
  if (live.amount_fen) out["amount_fen"] = *live.amount_fen;
  if (!live.division.empty()) {
    out["division"] = live.division;
    out["division_name"] = name_in(divisions_, live.division);
  }
  return out;
}

json::array Board::live_json() const {
  json::array out;
  for (const Live& live : live_) out.push_back(live_json(live));
  return out;
}

json::object Board::board_json() {
  json::object out{{"title", options_.title},
                   {"demo", options_.demo},
                   {"as_of", to_iso(parts_.clock.now())},
                   {"indicators", key_figures_json()},
                   {"divisions", divisions_json()},
                   {"panels", panels_json()},
                   {"live", live_json()}};
  if (const Figure* figure = map_figure()) {
    out["division_title"] = figure->declared.name;
    out["division_unit"] = figure->declared.unit;
    out["division_scale"] = figure->value.scale + figure->declared.shift;
  }
  return out;
}

json::object Board::indicators() {
  const std::lock_guard lock(mutex_);
  refresh();
  json::array items;
  for (const Figure& figure : figures_) {
    json::object item = figure_json(figure);
    item["definition"] = figure.declared.definition;
    item["owner"] = figure.declared.owner;
    item.erase("trend");
    items.push_back(std::move(item));
  }
  const auto total = items.size();
  return {{"items", std::move(items)}, {"total", total}};
}

// Where a room keeps no history of a figure, the minutes and days that the cockpit kept.
Result<json::array> Board::kept_trend(const std::string& code) {
  return parts_.db.read([&](sql::Session& session) -> Result<json::array> {
    for (const char* bucket : {"day", "minute"}) {
      std::vector<IndicatorValue::Point> points;
      CB_DO(session.each(
          "SELECT at, value FROM cockpit_point WHERE code = $1 AND bucket = $2"
          " ORDER BY at DESC LIMIT $3",
          {code, bucket, trend_points_max}, [&](const sql::Row& row) -> Result<void> {
            const std::string at = to_iso(Timestamp{row.integer(0)});
            points.push_back(
                {bucket == std::string_view("day") ? at.substr(0, 10) : at.substr(11, 5),
                 row.integer(1)});
            return ok();
          }));
      if (points.size() < 2) continue;
      std::reverse(points.begin(), points.end());
      return points_json(points);
    }
    return json::array{};
  });
}

Result<json::object> Board::indicator(const std::string& code) {
  const std::lock_guard lock(mutex_);
  refresh();
  std::vector<std::string> codes;
  for (const Figure& figure : figures_) {
    codes.push_back(figure.declared.code);
    if (figure.declared.code != code) continue;
    json::object out = figure_json(figure);
    out["definition"] = figure.declared.definition;
    out["owner"] = figure.declared.owner;
    out["period"] = figure.declared.period;
    out["source"] = figure.declared.source;
    out["by_district"] = by_district_json(figure.value, divisions_);
    if (figure.value.trend.empty()) {
      CB_TRY(out["trend"], kept_trend(code));
    }
    json::array links;
    for (const auto& link : figure.value.links) {
      links.push_back({{"label", link.label}, {"href", link.href}});
    }
    out["links"] = std::move(links);
    const std::int64_t last = parts_.last_audit ? parts_.last_audit() : -1;
    out["audit"] = last < 0 ? json::value(nullptr) : json::value{{"index", last}};
    return out;
  }
  const auto near = nearest(code, codes);
  return not_found("there is no figure '" + code + "'" +
                   (near ? "; did you mean '" + *near + "'?" : ""));
}

}  // namespace citybrain::cockpit
