// Collecting facts: see gather.h.
#include "gather.h"

#include <algorithm>

#include "base/money.h"

namespace citybrain::facts {
namespace {

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::int64_t power_of_ten(int n) {
  std::int64_t power = 1;
  for (int i = 0; i < n; ++i) power *= 10;
  return power;
}

// A condition ready for one batch: its value as the column holds it.
struct Filter {
  const Column* column;
  std::string_view text;
  std::int64_t number = 0;

  bool takes(std::size_t row) const {
    if (column->is_null(row)) return false;
    return column->type() == Type::text ? column->text_at(row) == text
                                        : column->int_at(row) == number;
  }
};

// The condition's value has the column's type (see declare.cc).
Filter filter_of(const Column& column, const Cell& value) {
  Filter filter{&column, {}};
  if (const auto* text = std::get_if<std::string>(&value)) {
    filter.text = *text;
  } else {
    Column one(column.field());
    one.append(value);
    filter.number = one.int_at(0);
  }
  return filter;
}

// A fact with the columns it reads in one batch.
struct Bound {
  std::size_t at;  // among the wanted
  const Column* item;
  std::int64_t factor;  // from the item's scale to the fact's, which is no smaller
  std::vector<Filter> filters;

  bool takes(std::size_t row) const {
    return std::all_of(filters.begin(), filters.end(),
                       [&](const Filter& f) { return f.takes(row); });
  }
};

void put_text(const Fact& fact, std::string& slot, std::int32_t& count, const Column& item,
              std::size_t row) {
  if (item.is_null(row) || count < 0) return;
  const std::string_view value = item.text_at(row);
  if (count == 0) {
    slot = value;
  } else if (fact.aggregate == Aggregate::value) {
    if (slot != value) {
      count = -1;
      return;
    }
  } else if (fact.aggregate == Aggregate::max ? value > slot : value < slot) {
    slot = value;
  }
  ++count;
}

// False where the number does not fit.
bool put_number(const Fact& fact, std::int64_t& slot, std::int32_t& count, const Bound& bound,
                std::size_t row) {
  if (bound.item->is_null(row) || count < 0) return true;
  std::int64_t value = 0;
  if (__builtin_mul_overflow(bound.item->int_at(row), bound.factor, &value)) return false;
  switch (fact.aggregate) {
    case Aggregate::sum:
    case Aggregate::avg:
      if (__builtin_add_overflow(slot, value, &slot)) return false;
      break;
    case Aggregate::max: slot = count == 0 ? value : std::max(slot, value); break;
    case Aggregate::min: slot = count == 0 ? value : std::min(slot, value); break;
    case Aggregate::value:
    case Aggregate::count:
    case Aggregate::exists:
      if (count > 0 && slot != value) {
        count = -1;
        return true;
      }
      slot = value;
  }
  ++count;
  return true;
}

}  // namespace

std::vector<Group> group_by_resource(const std::vector<const Fact*>& wanted) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Fact& fact = *wanted[i];
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
      return g.resource == fact.resource && g.subject_item == fact.subject_item;
    });
    if (group == groups.end()) {
      groups.push_back({fact.resource, fact.subject_item, {}, {fact.subject_item}});
      group = groups.end() - 1;
    }
    group->facts.push_back(i);
    add_once(group->columns, fact.item);
    for (const Fact::Condition& condition : fact.filter) add_once(group->columns, condition.item);
  }
  return groups;
}

Gather::Gather(std::vector<const Fact*> wanted)
    : wanted_(std::move(wanted)), slots_(wanted_.size()) {}

void Gather::add_subject(std::string_view id) { ids_.emplace_back(id); }

// All subjects are there: views into their ids stay good from now on.
void Gather::begin() {
  index_.reserve(ids_.size());
  for (std::size_t i = 0; i < ids_.size(); ++i) index_.emplace(ids_[i], i);
  for (std::size_t f = 0; f < wanted_.size(); ++f) {
    slots_[f].counts.assign(ids_.size(), 0);
    const Aggregate aggregate = wanted_[f]->aggregate;
    if (aggregate == Aggregate::exists || aggregate == Aggregate::count) continue;
    if (wanted_[f]->field.type == Type::text) {
      slots_[f].texts.resize(ids_.size());
    } else {
      slots_[f].ints.assign(ids_.size(), 0);
    }
  }
}

// Resources mostly come in the registry's own order, so the same subject and the next are tried
// first.
std::optional<std::size_t> Gather::find(std::string_view id, std::size_t last) const {
  if (last < ids_.size() && ids_[last] == id) return last;
  if (last + 1 < ids_.size() && ids_[last + 1] == id) return last + 1;
  const auto found = index_.find(id);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

Result<void> Gather::take(const Group& group, const Batch& rows) {
  if (index_.empty()) begin();
  std::vector<Bound> bound;
  for (const std::size_t at : group.facts) {
    const Column& item = rows.column(wanted_[at]->item);
    const int more = std::max(0, wanted_[at]->field.scale - item.field().scale);
    Bound b{at, &item, power_of_ten(more), {}};
    for (const Fact::Condition& condition : wanted_[at]->filter) {
      b.filters.push_back(filter_of(rows.column(condition.item), condition.value));
    }
    bound.push_back(std::move(b));
  }
  const Column& subjects = rows.column(group.subject_item);
  std::size_t subject = 0;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    if (subjects.is_null(row)) continue;
    const std::optional<std::size_t> found = find(subjects.text_at(row), subject);
    if (!found) continue;
    subject = *found;
    for (const Bound& b : bound) {
      if (!b.takes(row)) continue;
      const Fact& fact = *wanted_[b.at];
      Slots& slots = slots_[b.at];
      if (fact.aggregate == Aggregate::exists || fact.aggregate == Aggregate::count) {
        ++slots.counts[subject];
      } else if (fact.field.type == Type::text) {
        put_text(fact, slots.texts[subject], slots.counts[subject], *b.item, row);
      } else if (!put_number(fact, slots.ints[subject], slots.counts[subject], b, row)) {
        return corrupt("fact '" + fact.field.name + "': a number of '" + fact.resource + "." +
                       fact.item + "' is beyond what " + std::to_string(fact.field.scale) +
                       " decimals hold; correct it at its source");
      }
    }
  }
  return ok();
}

Batch Gather::cut(std::size_t from, std::size_t count) const {
  Schema schema;
  schema.fields.push_back({"subject", Type::text, 0});
  for (const Fact* fact : wanted_) schema.fields.push_back(fact->field);
  schema.key = {"subject"};
  Batch batch(std::move(schema));
  batch.rows = std::min(count, ids_.size() - from);
  for (Column& column : batch.columns) column.reserve(batch.rows);
  for (std::size_t i = from; i < from + batch.rows; ++i) batch.columns[0].append_text(ids_[i]);
  for (std::size_t f = 0; f < wanted_.size(); ++f) {
    const Fact& fact = *wanted_[f];
    const Slots& slots = slots_[f];
    Column& column = batch.columns[f + 1];
    for (std::size_t i = from; i < from + batch.rows; ++i) {
      const std::int64_t n = slots.counts.empty() ? 0 : slots.counts[i];
      switch (fact.aggregate) {
        case Aggregate::exists: column.append_int(n > 0 ? 1 : 0); break;
        case Aggregate::count: column.append_int(n); break;
        case Aggregate::sum: column.append_int(n == 0 ? 0 : slots.ints[i]); break;
        case Aggregate::avg:
          n == 0 ? column.append_null() : column.append_int(share_of({slots.ints[i]}, 1, n).fen);
          break;
        default:
          if (n <= 0) {
            column.append_null();
          } else if (fact.field.type == Type::text) {
            column.append_text(slots.texts[i]);
          } else {
            column.append_int(slots.ints[i]);
          }
      }
    }
  }
  return batch;
}

}  // namespace citybrain::facts
