// The read door. A caller learns of masked cells what their masks show and nothing else: masked
// columns are refused in key, filter and sort, and rows alike in what is clear are chosen and
// ordered by what the masks show, never by the store's order.
#include "read.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "masks.h"

namespace citybrain::guard {
namespace {

// A row on its way out: the clear cells it is ordered by, and what the caller will see.
struct Shown {
  std::vector<Cell> order;
  std::vector<Cell> cells;
  std::string subject;
};

class Reader {
 public:
  Reader(lake::Lake& lake, const View& view, const ReadSpec& spec)
      : lake_(lake), view_(view), spec_(spec), resource_(*view.resource) {}

  Result<Rows> run() {
    CB_DO(check());
    if (!spec_.key.empty()) {
      CB_DO(by_key());
    } else {
      CB_DO(by_scan());
    }
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
    for (const Shown& shown : shown_) {
      rows.batch.append_row(shown.cells);
      if (!shown.subject.empty()) subjects.insert(shown.subject);
    }
    rows.subjects.assign(subjects.begin(), subjects.end());
    rows.as_of = as_of_;
    return rows;
  }

 private:
  Result<std::size_t> find(const std::string& column) const {
    if (const auto found = resource_.grades.schema.find(column)) return *found;
    std::vector<std::string> names;
    for (const GradedItem& item : resource_.items) names.push_back(item.field.name);
    const auto near = nearest(column, names);
    return invalid("resource '" + spec_.resource + "' has no item '" + column + "'" +
                   (near ? "; did you mean '" + *near + "'?" : ""));
  }

  Result<void> clear_for(const std::string& column, const char* use) const {
    CB_TRY(const std::size_t item, find(column));
    if (view_.is_clear(item)) return ok();
    const Grade grade = resource_.items[item].grade;
    if (view_.grant) {
      return denied("item '" + column + "' is not clear by the grant '" + view_.grant->id +
                    "', so " + use + " may not use it");
    }
    return denied("item '" + column + "' is " + name_of(grade) + " and masked for you, so " + use +
                  " may not use it; the right '" + clear_right(grade) + "@" + view_.purpose.code +
                  "' is missing");
  }

  Result<void> of_type(const std::string& column, const Cell& value) const {
    CB_TRY(const std::size_t item, find(column));
    const Field& field = resource_.items[item].field;
    if (type_fits(field, value)) return ok();
    return invalid("item '" + column + "' is of type " + citybrain::name_of(field.type) +
                   "; send a value of that type");
  }

  static bool type_fits(const Field& field, const Cell& value) {
    switch (field.type) {
      case Type::boolean: return std::holds_alternative<bool>(value);
      case Type::integer: return std::holds_alternative<std::int64_t>(value);
      case Type::decimal: {
        const auto* decimal = std::get_if<Decimal64>(&value);
        return decimal != nullptr && decimal->scale == field.scale;
      }
      case Type::text: return std::holds_alternative<std::string>(value);
      case Type::date: return std::holds_alternative<Date>(value);
      case Type::timestamp: return std::holds_alternative<Timestamp>(value);
    }
    return false;
  }

  Result<void> check() {
    if (spec_.limit < 1 || spec_.limit > Guard::rows_max) {
      return invalid("'limit' is " + std::to_string(spec_.limit) + "; send 1.." +
                     std::to_string(Guard::rows_max));
    }
    if (spec_.comparisons.size() > Guard::comparisons_max || spec_.sort.size() > 8) {
      return invalid("at most 16 comparisons and 8 columns to sort by");
    }
    if (spec_.columns.empty()) {
      for (std::size_t i = 0; i < resource_.items.size(); ++i) {
        if (view_.is_granted(i)) output_.push_back(i);
      }
    }
    for (const std::string& column : spec_.columns) {
      CB_TRY(const std::size_t item, find(column));
      if (!view_.is_granted(item)) {
        return denied("item '" + column + "' is not in the grant '" + view_.grant->id + "'");
      }
      output_.push_back(item);
    }
    for (const Comparison& comparison : spec_.comparisons) {
      CB_DO(clear_for(comparison.column, "a filter"));
      CB_DO(of_type(comparison.column, comparison.value));
    }
    for (const std::string& column : spec_.sort) CB_DO(clear_for(column, "a sort"));
    if (spec_.key.empty()) return ok();
    const auto& key = resource_.grades.schema.key;
    if (key.empty()) return invalid("resource '" + spec_.resource + "' has no key; use a filter");
    if (spec_.key.size() != key.size() || !spec_.comparisons.empty()) {
      return invalid("a look-up by key takes all " + std::to_string(key.size()) + " key items (" +
                     join(key, ", ") + ") and no filter");
    }
    for (std::size_t i = 0; i < key.size(); ++i) {
      CB_DO(clear_for(key[i], "a look-up by key"));
      CB_DO(of_type(key[i], spec_.key[i]));
    }
    return ok();
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
    return shown;
  }

  Result<void> by_key() {
    CB_TRY(const auto now, lake_.as_of());
    as_of_ = from_lake(now);
    CB_TRY(const auto row, lake_.get(spec_.resource, spec_.key));
    if (!row) return ok();
    for (const Comparison& comparison : view_.rows) {
      if (!holds(comparison, (*row)[resource_.at(comparison.column)])) return ok();
    }
    Shown shown = show([&](std::size_t item) { return (*row)[item]; });
    if (view_.own_only && shown.subject != view_.subject) return ok();
    shown_.push_back(std::move(shown));
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

  Result<void> by_scan() {
    choose_order();
    lake::ScanSpec scan{.resource = spec_.resource};
    std::set<std::size_t> needed(output_.begin(), output_.end());
    needed.insert(order_.begin(), order_.end());
    if (const auto item = subject()) needed.insert(*item);
    std::vector<std::size_t> place(resource_.items.size(), 0);
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
    scan.limit = spec_.limit + (unique_ ? 0 : Guard::alike_rows_max);
    CB_TRY(const auto read_at, lake_.scan(scan, [&](const Batch& batch) -> Result<void> {
      for (std::size_t row = 0; row < batch.rows && !enough_; ++row) {
        take(show([&](std::size_t item) { return batch.columns[place[item]].cell_at(row); }));
      }
      return ok();
    }));
    as_of_ = from_lake(read_at);
    return settle(static_cast<std::size_t>(scan.limit));
  }

  void take(Shown shown) {
    const auto limit = static_cast<std::size_t>(spec_.limit);
    if (shown_.size() >= limit && shown.order != shown_.back().order) {
      enough_ = true;  // the last place went to another row, and this one is not alike
      return;
    }
    shown_.push_back(std::move(shown));
  }

  // Rows alike in what is clear come in the order of what they show; then the limit cuts.
  Result<void> settle(std::size_t read_max) {
    if (!unique_ && shown_.size() >= read_max) {
      return exhausted("more than " + std::to_string(Guard::alike_rows_max) +
                       " rows are alike in what is clear to you; narrow the filter");
    }
    const auto text_before = [](const Shown& a, const Shown& b) {
      return std::lexicographical_compare(a.cells.begin(), a.cells.end(), b.cells.begin(),
                                          b.cells.end(), [](const Cell& x, const Cell& y) {
                                            if (is_null(x) != is_null(y)) return is_null(x);
                                            return to_text(x) < to_text(y);
                                          });
    };
    for (std::size_t begin = 0; begin < shown_.size();) {
      std::size_t end = begin + 1;
      while (end < shown_.size() && shown_[end].order == shown_[begin].order) ++end;
      std::sort(shown_.begin() + static_cast<std::ptrdiff_t>(begin),
                shown_.begin() + static_cast<std::ptrdiff_t>(end), text_before);
      begin = end;
    }
    if (shown_.size() > static_cast<std::size_t>(spec_.limit)) {
      shown_.resize(static_cast<std::size_t>(spec_.limit));
    }
    return ok();
  }

  lake::Lake& lake_;
  const View& view_;
  const ReadSpec& spec_;
  const GradedResource& resource_;
  std::vector<std::size_t> output_;  // items the caller gets
  std::vector<std::size_t> order_;   // items the rows are ordered by, all clear
  std::vector<Shown> shown_;
  bool unique_ = false;
  bool enough_ = false;
  AsOf as_of_;
};

}  // namespace

Result<Rows> read_rows(lake::Lake& lake, const View& view, const ReadSpec& spec) {
  return Reader(lake, view, spec).run();
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
