// TableMap: see capture_map.h.
#include "capture_map.h"

#include <algorithm>
#include <cstdio>

#include "base/json.h"

namespace citybrain::rail {
namespace {

// May values of a column of type `now` be read as the item, whose type the catalogue holds?
bool readable(const Field& item, const Field& now) {
  if (item.type == Type::text) return true;
  if (item.type == Type::decimal && now.type == Type::decimal) return now.scale <= item.scale;
  if (item.type == Type::decimal && now.type == Type::integer) return true;
  return item.type == now.type;
}

std::string type_text(const Field& field) {
  return std::string(name_of(field.type)) +
         (field.type == Type::decimal ? ":" + std::to_string(field.scale) : "");
}

void put_length(std::string& out, std::size_t length) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(length >> shift));
}

}  // namespace

TableMap::TableMap(CaptureTableRow row, Plan plan) : row_(std::move(row)), plan_(std::move(plan)) {
  for (const std::string& name : plan_.schema.key) key_.push_back(*plan_.schema.find(name));
  // In the items' order; an item that someone added to the entry and no column feeds stays empty.
  std::vector<ColumnOf> ordered;
  for (const ColumnPlan& item : plan_.columns) {
    const auto found =
        std::find_if(row_.columns.begin(), row_.columns.end(),
                     [&](const ColumnOf& one) { return one.item == item.field.name; });
    ordered.push_back(
        found != row_.columns.end() ? *found : ColumnOf{item.field.name, "", item.field, true});
  }
  row_.columns = std::move(ordered);
}

ShapeVerdict TableMap::judge(const capture::ForeignTable& shape, bool replayed) const {
  ShapeVerdict verdict;
  const auto refuse = [&](const std::string& why) {
    if (verdict.obstacle.empty()) verdict.obstacle = row_.name + ": " + why;
  };
  std::vector<std::string> key;
  for (std::size_t i = 0; i < row_.columns.size(); ++i) {
    const ColumnOf& one = row_.columns[i];
    const Field& item = plan_.columns[i].field;
    if (std::find(key_.begin(), key_.end(), i) != key_.end()) key.push_back(one.column);
    if (one.gone) continue;
    const auto at = shape.find(one.column);
    if (!at && replayed) continue;  // taken from the row there is
    if (!at) {
      refuse("column '" + one.column +
             "' is gone (dropped, or renamed). Give it back over there,"
             " or resume with 'accept' to go on without it: item '" +
             one.item + "' then stays empty");
    } else if (!readable(item, shape.columns[*at].field)) {
      refuse("column '" + one.column + "' is now " + shape.columns[*at].type + ", which item '" +
             one.item + "' (" + type_text(item) +
             ") cannot hold. Change it back, or remove the"
             " source and connect the table as a new resource");
    }
  }
  if (!std::is_permutation(key.begin(), key.end(), shape.key.begin(), shape.key.end())) {
    std::string now;
    for (const std::string& name : shape.key) now += (now.empty() ? "" : ", ") + name;
    refuse("its key is now (" + now + "). Change it back, or connect the table as a new resource");
  }
  for (const capture::ForeignColumn& column : shape.columns) {
    const bool known = std::any_of(row_.columns.begin(), row_.columns.end(),
                                   [&](const ColumnOf& one) { return one.column == column.name; });
    if (!known) verdict.added.push_back(column.name);
  }
  return verdict;
}

void TableMap::take_shape(std::shared_ptr<const capture::ForeignTable> shape) {
  shape_ = std::move(shape);
  column_at_.clear();
  for (const ColumnOf& one : row_.columns) {
    column_at_.push_back(one.gone ? std::nullopt : shape_->find(one.column));
  }
}

capture::RowText TableMap::items_of(const capture::RowText& row) const {
  capture::RowText items;
  items.reserve(column_at_.size(), row.bytes());
  for (std::size_t i = 0; i < column_at_.size(); ++i) {
    if (column_at_[i] && *column_at_[i] < row.size()) {
      items.copy(row, *column_at_[i]);
    } else {
      row_.columns[i].gone ? items.add_null() : items.add_absent();
    }
  }
  return items;
}

std::string TableMap::key_of(const capture::RowText& items) const {
  std::string out;
  for (const std::size_t item : key_) {
    if (item >= items.size() || !items.has_text(item)) return "";
    const std::string_view text = items.text(item);
    put_length(out, text.size());
    out.append(text);
  }
  return out;
}

std::vector<std::string> cells_of_key(const std::string& key) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at + 4 <= key.size();) {
    std::size_t length = 0;
    for (int i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(key[at++]);
    out.push_back(key.substr(at, length));
    at += length;
  }
  return out;
}

std::optional<std::vector<Cell>> TableMap::key_cells(const std::string& key) const {
  const std::vector<std::string> texts = cells_of_key(key);
  if (texts.size() != key_.size()) return std::nullopt;
  std::vector<Cell> cells;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto cell = cell_of(plan_.columns[key_[i]].field, texts[i]);
    if (!cell) return std::nullopt;
    cells.push_back(std::move(*cell));
  }
  return cells;
}

std::string TableMap::shown(const std::string& key) {
  std::string out;
  for (const std::string& cell : cells_of_key(key)) out += (out.empty() ? "" : "|") + cell;
  return out;
}

std::string TableMap::json_of(const std::string& key) {
  json::array out;
  for (const std::string& cell : cells_of_key(key)) out.emplace_back(cell);
  return json::serialize(out);
}

capture::RowText TableMap::foreign_key(const std::vector<std::string>& cells) const {
  capture::RowText out;
  for (const std::string& name : shape_->key) {
    for (std::size_t i = 0; i < key_.size(); ++i) {
      if (row_.columns[key_[i]].column == name) out.add(cells[i]);
    }
  }
  return out;
}

capture::RowText TableMap::foreign_key_of(const capture::RowText& row) const {
  capture::RowText out;
  for (const std::string& name : shape_->key) out.copy(row, *shape_->find(name));
  return out;
}

Result<Cell> cell_of(const Field& field, std::string_view text) {
  if (field.type == Type::text) return Cell{std::string(text)};
  return parse_cell(field, text);
}

std::string canonical_text(const Cell& cell) {
  const auto* at = std::get_if<Timestamp>(&cell);
  if (at == nullptr) return to_text(cell);
  constexpr std::int64_t day_us = 86'400'000'000;
  std::int64_t day = at->us / day_us;
  if (at->us % day_us < 0) --day;
  const std::int64_t us = at->us - day * day_us;
  char text[32];
  std::snprintf(text, sizeof text, " %02d:%02d:%02d.%06dZ", static_cast<int>(us / 3'600'000'000),
                static_cast<int>(us / 60'000'000 % 60), static_cast<int>(us / 1'000'000 % 60),
                static_cast<int>(us % 1'000'000));
  return to_iso(Date{static_cast<std::int32_t>(day)}) + text;
}

}  // namespace citybrain::rail
