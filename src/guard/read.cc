// The read door. A caller learns of masked cells what their masks show and nothing else: masked
// columns are refused in key, filter and sort, and rows alike in what is clear are chosen and
// ordered by what the masks show, never by the store's order.
#include "read.h"

#include <algorithm>
#include <functional>
#include <set>

#include "masks.h"

namespace citybrain::guard {
namespace {

// A row on its way out: the clear cells it is ordered by, and what the caller will see.
struct Shown {
  std::vector<Cell> order;
  std::vector<Cell> cells;
  std::string subject;
  std::string key;      // digest; "" where nobody asks for it
  std::string dispute;  // id; "" = undisputed
  std::int64_t position = -1;
};

class Reader {
 public:
  Reader(lake::Lake& lake, const Disputes& disputes, const View& view, const ReadSpec& spec)
      : lake_(lake),
        disputes_(disputes),
        view_(view),
        spec_(spec),
        resource_(*view.resource),
        disputed_(disputes.any(spec.resource)) {}

  Result<Rows> run() {
    CB_TRY(output_, check_spec(view_, spec_, Guard::rows_max));
    if (!spec_.key.empty()) {
      CB_DO(by_keys({spec_.key}));
    } else if (!spec_.keys.empty()) {
      CB_DO(by_keys(spec_.keys));
    } else {
      last_ = spec_.offset + spec_.limit;
      CB_DO(by_scan(Guard::alike_rows_max, [](Shown&&) { return ok(); }));
      const auto skipped =
          std::min<std::size_t>(static_cast<std::size_t>(spec_.offset), shown_.size());
      shown_.erase(shown_.begin(), shown_.begin() + static_cast<std::ptrdiff_t>(skipped));
    }
    return rows_of(shown_);
  }

  // All rows in parts of at most `part_rows`, each given to `sink` before the next is read on.
  Result<AsOf> stream(std::size_t part_rows, bool want_keys,
                      const std::function<Result<void>(Rows&&)>& sink) {
    want_keys_ = want_keys;
    CB_TRY(output_, check_spec(view_, spec_, INT64_MAX));
    std::vector<Shown> part;
    CB_DO(by_scan(Guard::export_alike_rows_max, [&](Shown&& shown) -> Result<void> {
      part.push_back(std::move(shown));
      if (part.size() < part_rows) return ok();
      CB_DO(sink(rows_of(part)));
      part.clear();
      return ok();
    }));
    if (!part.empty()) CB_DO(sink(rows_of(part)));
    return as_of_;
  }

  // One row that was read otherwise, masked.
  Result<OneRow> one(const std::vector<Cell>& row) {
    want_keys_ = true;
    CB_TRY(output_, check_spec(view_, spec_, Guard::rows_max));
    std::vector<Shown> shown;
    shown.push_back(show([&](std::size_t item) { return row[item]; }));
    return OneRow{rows_of(shown), is_visible(row)};
  }

 private:
  Rows rows_of(const std::vector<Shown>& all) const {
    Rows rows;
    Schema schema;
    for (const std::size_t item : output_) {
      const GradedItem& graded = resource_.items[item];
      const bool masked = !view_.is_clear(item);
      rows.columns.push_back({graded.field.name, graded.name, graded.grade, masked});
      schema.fields.push_back(masked ? Field{graded.field.name, Type::text, 0} : graded.field);
    }
    rows.batch = Batch(std::move(schema));
    std::set<std::string> subjects;
    for (const Shown& shown : all) {
      if (!shown.dispute.empty()) rows.disputed.emplace_back(rows.batch.rows, shown.dispute);
      if (shown.position >= 0) rows.positions.push_back(shown.position);
      if (want_keys_) rows.keys.push_back(shown.key);
      rows.batch.append_row(shown.cells);
      if (!shown.subject.empty()) subjects.insert(shown.subject);
    }
    rows.subjects.assign(subjects.begin(), subjects.end());
    rows.as_of = as_of_;
    return rows;
  }

  std::optional<std::size_t> subject() const {
    if (resource_.subject_item.empty()) return std::nullopt;
    return resource_.at(resource_.subject_item);
  }

  // `cell(item)` gives a cell of the row.
  template <class CellOf>
  Shown show(const CellOf& cell) const {
    Shown shown;
    for (const std::size_t item : order_) shown.order.push_back(cell(item));
    for (const std::size_t item : output_) {
      if (view_.is_clear(item)) {
        shown.cells.push_back(cell(item));
        continue;
      }
      const GradedItem& graded = resource_.items[item];
      const auto text =
          mask(view_.mask_of(item), graded.holds, graded.grade, cell(item), view_.key);
      shown.cells.push_back(text ? Cell(*text) : Cell());
    }
    if (const auto item = subject()) shown.subject = to_text(cell(*item));
    if (disputed_ || want_keys_) {
      std::vector<Cell> key;
      for (const std::string& item : resource_.grades.schema.key) {
        key.push_back(cell(resource_.at(item)));
      }
      shown.key = disputes_.digest(spec_.resource, key);
      if (disputed_) shown.dispute = disputes_.id_of(shown.key);
    }
    return shown;
  }

  bool is_visible(const std::vector<Cell>& row) const {
    for (const Comparison& comparison : view_.rows) {
      if (!holds(comparison, row[resource_.at(comparison.column)])) return false;
    }
    const auto item = subject();
    return !view_.own_only || (item && to_text(row[*item]) == view_.subject);
  }

  Result<void> by_keys(const std::vector<std::vector<Cell>>& keys) {
    CB_TRY(const auto now, lake_.as_of());
    as_of_ = from_lake(now);
    std::vector<std::optional<std::vector<Cell>>> rows;
    if (keys.size() == 1) {
      CB_TRY(auto row, lake_.get(spec_.resource, keys.front()));
      rows.push_back(std::move(row));
    } else {
      CB_TRY(rows, lake_.get_many(spec_.resource, keys));
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i] || !is_visible(*rows[i])) continue;
      Shown shown = show([&](std::size_t item) { return (*rows[i])[item]; });
      shown.position = static_cast<std::int64_t>(i);
      shown_.push_back(std::move(shown));
    }
    return ok();
  }

  // The columns that order the rows: what the caller asked for, then the key where it is clear (no
  // two rows are alike then), else all that is clear to him.
  void choose_order() {
    const auto add = [this](std::size_t item) {
      if (std::find(order_.begin(), order_.end(), item) == order_.end()) order_.push_back(item);
    };
    for (const std::string& column : spec_.sort) add(resource_.at(column));
    const auto& key = resource_.grades.schema.key;
    unique_ = !key.empty() && std::all_of(key.begin(), key.end(), [this](const std::string& item) {
      return view_.is_clear(resource_.at(item));
    });
    for (std::size_t i = 0; i < resource_.items.size(); ++i) {
      if (view_.is_clear(i) && !unique_) add(i);
    }
    if (!unique_) return;
    for (const std::string& item : key) add(resource_.at(item));
  }

  lake::ScanSpec scan_spec(std::vector<std::size_t>& place) const {
    lake::ScanSpec scan{.resource = spec_.resource};
    std::set<std::size_t> needed(output_.begin(), output_.end());
    needed.insert(order_.begin(), order_.end());
    if (const auto item = subject()) needed.insert(*item);
    if (disputed_ || want_keys_) {
      for (const std::string& item : resource_.grades.schema.key) needed.insert(resource_.at(item));
    }
    for (const std::size_t item : needed) {
      place[item] = scan.columns.size();
      scan.columns.push_back(resource_.items[item].field.name);
    }
    for (const Comparison& comparison : spec_.comparisons) {
      scan.comparisons.push_back(to_lake(comparison));
    }
    for (const Comparison& comparison : view_.rows) {
      scan.comparisons.push_back(to_lake(comparison));
    }
    if (view_.own_only) {
      scan.comparisons.push_back(
          {resource_.subject_item, lake::Comparison::Op::eq, {Cell(view_.subject)}});
    }
    for (const std::size_t item : order_) {
      scan.order.push_back({resource_.items[item].field.name, false});
    }
    return scan;
  }

  using Take = std::function<Result<void>(Shown&&)>;

  // Rows alike in what is clear gather in a group; whole groups go on to `shown_` where a last row
  // was set (it cuts), else to `take`.
  Result<void> by_scan(std::int64_t alike_max, const Take& take) {
    choose_order();
    std::vector<std::size_t> place(resource_.items.size(), 0);
    lake::ScanSpec scan = scan_spec(place);
    if (last_ > 0) scan.limit = last_ + (unique_ ? 0 : alike_max + 1);
    std::vector<Shown> group;
    CB_TRY(const auto read_at, lake_.scan(scan, [&](const Batch& batch) -> Result<void> {
      for (std::size_t row = 0; row < batch.rows && !enough_; ++row) {
        Shown shown =
            show([&](std::size_t item) { return batch.columns[place[item]].cell_at(row); });
        if (!group.empty() && (unique_ || shown.order != group.front().order)) {
          CB_DO(settle(group, take));
        }
        group.push_back(std::move(shown));
        if (static_cast<std::int64_t>(group.size()) > alike_max) {
          return exhausted("more than " + std::to_string(alike_max) +
                           " rows are alike in what is clear to you; narrow the filter");
        }
      }
      return ok();
    }));
    if (!enough_ && !group.empty()) CB_DO(settle(group, take));
    as_of_ = from_lake(read_at);
    return ok();
  }

  // Rows alike in what is clear come in the order of what they show; then the limit cuts.
  Result<void> settle(std::vector<Shown>& group, const Take& take) {
    const auto text_before = [](const Shown& a, const Shown& b) {
      if (a.dispute != b.dispute) return a.dispute < b.dispute;
      return std::lexicographical_compare(a.cells.begin(), a.cells.end(), b.cells.begin(),
                                          b.cells.end(), [](const Cell& x, const Cell& y) {
                                            if (is_null(x) != is_null(y)) return is_null(x);
                                            return to_text(x) < to_text(y);
                                          });
    };
    if (group.size() > 1) std::sort(group.begin(), group.end(), text_before);
    for (Shown& shown : group) {
      if (last_ == 0) {
        CB_DO(take(std::move(shown)));
      } else if (static_cast<std::int64_t>(shown_.size()) < last_) {
        shown_.push_back(std::move(shown));
      }
    }
    group.clear();
    enough_ = last_ > 0 && static_cast<std::int64_t>(shown_.size()) >= last_;
    return ok();
  }

  lake::Lake& lake_;
  const Disputes& disputes_;
  const View& view_;
  const ReadSpec& spec_;
  const GradedResource& resource_;
  std::vector<std::size_t> output_;  // items the caller gets
  std::vector<std::size_t> order_;   // items the rows are ordered by, all clear
  std::vector<Shown> shown_;
  bool unique_ = false;
  bool enough_ = false;
  bool disputed_ = false;   // some rows of the resource are
  bool want_keys_ = false;  // digests of keys are asked for
  std::int64_t last_ = 0;   // rows up to here are read; 0 = all
  AsOf as_of_;
};

}  // namespace

Result<Rows> read_rows(lake::Lake& lake, const Disputes& disputes, const View& view,
                       const ReadSpec& spec) {
  return Reader(lake, disputes, view, spec).run();
}

Result<AsOf> stream_rows(lake::Lake& lake, const Disputes& disputes, const View& view,
                         const ReadSpec& spec, bool want_keys, std::size_t part_rows,
                         const std::function<Result<void>(Rows&&)>& sink) {
  return Reader(lake, disputes, view, spec).stream(part_rows, want_keys, sink);
}

Result<OneRow> show_row(lake::Lake& lake, const Disputes& disputes, const View& view,
                        const ReadSpec& spec, const std::vector<Cell>& row) {
  return Reader(lake, disputes, view, spec).one(row);
}

lake::Comparison to_lake(const Comparison& comparison) {
  using Op = lake::Comparison::Op;
  Op op = Op::eq;
  switch (comparison.op) {
    case Comparison::Op::eq: op = Op::eq; break;
    case Comparison::Op::ne: op = Op::ne; break;
    case Comparison::Op::lt: op = Op::lt; break;
    case Comparison::Op::le: op = Op::le; break;
    case Comparison::Op::gt: op = Op::gt; break;
    case Comparison::Op::ge: op = Op::ge; break;
  }
  return {comparison.column, op, {comparison.value}};
}

AsOf from_lake(const lake::AsOf& as_of) { return {as_of.rows_seq, as_of.columns_seq}; }

}  // namespace citybrain::guard
