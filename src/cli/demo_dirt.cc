// The dirty rows of DemoFile: one broken thing each, of every kind that the resource's checks know.
// A broken row stands before the good row it was copied from (a duplicate after it), so that the
// good one lands whatever the rail does with the other.
#include <algorithm>

#include "demo_dice.h"
#include "demo_file.h"

namespace citybrain::cli {
namespace {

constexpr std::int64_t first_dirty_row = 6;
constexpr std::int64_t rows_between_first = 9;  // until each kind was planted once
constexpr std::int64_t rows_between_later = 600;
constexpr std::size_t long_bytes = 70'000;  // a row may have 65,536

// A valid credit code that no market entity of the demo city has.
constexpr std::string_view absent_uscc = "91330200QYYYYYYY9A";

char other_char(char c, char a, char b) { return c == a ? b : a; }

}  // namespace

DemoFile::DemoFile(const DemoResource& resource, std::uint64_t seed)
    : resource_(resource),
      seed_(seed),
      cells_(resource.items.size()),
      next_dirty_(first_dirty_row) {
  const auto& items = resource.items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Type type = items[i].field.type;
    if (items[i].required) kinds_.emplace_back("required", i);
    if (type != Type::text) kinds_.emplace_back("type", i);
    for (const auto& [name, argument] : items[i].checks) {
      if (name == "ref") continue;  // planted with a code that has to be absent: see break_cells
      kinds_.emplace_back(name, i);
    }
    if (items[i].check("ref") != nullptr) kinds_.emplace_back("ref", i);
    if (type == Type::text && !items[i].key) kinds_.emplace_back("encoding", i);
  }
  // One of each kind before the second of any.
  std::map<std::string, int> seen;
  std::vector<std::pair<int, std::size_t>> order;
  for (std::size_t i = 0; i < kinds_.size(); ++i) order.emplace_back(seen[kinds_[i].first]++, i);
  std::sort(order.begin(), order.end());
  auto listed = kinds_;
  for (std::size_t i = 0; i < order.size(); ++i) listed[i] = kinds_[order[i].second];
  kinds_ = std::move(listed);
  std::vector<std::pair<std::string, std::size_t>> whole_rows = {{"columns", 0}};
  if (resource.keyed) whole_rows.emplace_back("duplicate", 0);
  if (!resource.form.starts_with("ndjson")) {
    const auto text = std::find_if(items.begin(), items.end(), [](const DemoItem& item) {
      return item.field.type == Type::text && !item.key;
    });
    if (text != items.end()) {
      whole_rows.emplace_back("long_row", static_cast<std::size_t>(text - items.begin()));
    }
  }
  kinds_.insert(kinds_.begin(), whole_rows.begin(), whole_rows.end());
}

void DemoFile::plant() {
  const auto& [kind, item] = kinds_[turn_ % kinds_.size()];
  broken_ = cells_;
  break_cells(kind, item);
  if (kind == "columns" && json_) {
    buffer_ += "{\"" + resource_.items[0].code + "\":\n";  // not JSON
  } else {
    write_line(broken_);
  }
  ++dirty_[kind];
  ++turn_;
  next_dirty_ += turn_ < kinds_.size() ? rows_between_first : rows_between_later;
  if (turn_ >= kinds_.size() && kinds_[turn_ % kinds_.size()].first == "long_row") {
    ++turn_;  // once a file is enough
  }
}

void DemoFile::break_cells(std::string_view kind, std::size_t item) {
  auto& cell = broken_[item];
  Dice dice(seed_, stream_of(resource_.code), static_cast<std::uint64_t>(turn_));
  if (kind == "columns") {
    if (dice.chance(0.5)) {
      broken_.emplace_back("多出的一格");
    } else if (broken_.size() > 1) {
      broken_.pop_back();
    }
  } else if (kind == "required") {
    cell.clear();
  } else if (kind == "type") {
    cell = "不详";
  } else if (kind == "range") {
    cell = dice.chance(0.5) && resource_.items[item].field.type != Type::text ? "99999999999999"
                                                                              : "-1000000";
  } else if (kind == "length") {
    // Ten thousand bytes are longer than any declared length and shorter than a long row.
    cell.assign(9'999, 'x');
  } else if (kind == "code") {
    cell = "未知代码";
  } else if (kind == "pattern") {
    cell = "格式不符#";
  } else if (kind == "resident_id" || kind == "uscc") {
    if (!cell.empty()) cell.back() = other_char(cell.back(), '1', '2');
    if (cell.empty()) cell = "000000000000000000";
  } else if (kind == "past") {
    cell =
        resource_.items[item].field.type == Type::timestamp ? "2099-01-01 00:00:00" : "2099-01-01";
  } else if (kind == "after") {
    cell = "1970-01-02";
  } else if (kind == "ref") {
    cell = absent_uscc;
  } else if (kind == "encoding") {
    cell += "\xFF\xFE";
  } else if (kind == "long_row") {
    cell.assign(long_bytes, 'y');
  }
}

}  // namespace citybrain::cli
