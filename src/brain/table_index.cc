// Building and asking the index: see table_index.h.
#include "table_index.h"

#include <algorithm>

#include "bulk_predicate.h"
#include "dmn.h"

namespace citybrain::brain {
namespace {

constexpr int scale_most = 9;

std::optional<Value> constant_of(const Code& code, NodeId id) {
  const Node& n = code.nodes[id];
  if (n.op != Op::constant) return std::nullopt;
  return code.constants[n.a];
}

std::optional<Predicate> predicate_of(const Code& test) {
  return predicate_of_tests(test, test.root, constant_of);
}

// Twice the units of 10^-scale, rounded down, and 1 more where that is not exact: so that between
// two neighbouring constants there is a place.
std::optional<std::int64_t> doubled(const Value& value, int scale) {
  if (!value.is(Kind::number)) return value.whole() * 2;
  const Decimal down = value.as_number().rounded(scale, Rounding::floor);
  const auto units = down.to_scaled(scale);
  if (!units || *units > INT64_MAX / 4 || *units < INT64_MIN / 4) return std::nullopt;
  return *units * 2 + (down == value.as_number() ? 0 : 1);
}

std::vector<const Value*> constants_in(const Predicate& p) {
  std::vector<const Value*> out;
  for (const Predicate::Test& t : p.tests) {
    if (t.op != Op::range) {
      out.push_back(&t.value);
      continue;
    }
    if (!t.range.low_unbounded) out.push_back(&t.range.low);
    if (!t.range.high_unbounded) out.push_back(&t.range.high);
  }
  return out;
}

int scale_of(const Value& value) {
  for (int s = 0; s <= scale_most; ++s) {
    if (value.as_number().to_scaled(s)) return s;
  }
  return scale_most + 1;
}

}  // namespace

std::size_t TableIndex::Column::place_of(const Value& value) const {
  if (kind == Kind::text) {
    const auto it = texts.find(value.as_text());
    return it == texts.end() ? 0 : it->second;
  }
  if (kind == Kind::boolean) return value.is_true() ? 1 : 0;
  const auto at = doubled(value, scale);
  if (!at) return value.as_number().is_negative() ? 0 : starts.size() - 1;
  return static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), *at) -
                                  starts.begin() - 1);
}

// The places where the predicate may hold otherwise than at the place before: at its own constants
// and right after them; of texts and truths, anywhere.
std::vector<bool> TableIndex::Column::changes_of(const Predicate& p, std::size_t places) const {
  if (starts.empty()) return std::vector<bool>(places, true);
  std::vector<bool> out(places);
  out.front() = out.back() = true;
  for (const Value* c : constants_in(p)) {
    const std::size_t at = place_of(*c);
    out[at] = out[at + 1] = true;
  }
  return out;
}

bool TableIndex::add_column(const Table& table, std::size_t input,
                            const std::vector<std::size_t>& special, std::size_t& words_left) {
  Column column;
  column.input = input;
  std::vector<std::pair<std::size_t, Predicate>> tests;
  bool first = true;
  for (std::size_t r = 0; r < table.rules.size(); ++r) {
    if (!table.rules[r].tests[input] || special[r] <= input) continue;
    Predicate p = *predicate_of(*table.rules[r].tests[input]);
    if (!first && p.kind != column.kind) return false;
    first = false;
    column.kind = p.kind;
    tests.emplace_back(r, std::move(p));
  }
  if (first) return false;
  // A value for each place.
  std::vector<Value> samples;
  std::vector<const Value*> constants;
  for (const auto& [rule, p] : tests) {
    for (const Value* c : constants_in(p)) constants.push_back(c);
  }
  if (column.kind == Kind::boolean) {
    samples = {Value::boolean(false), Value::boolean(true)};
  } else if (column.kind == Kind::text) {
    std::string other = "x";
    for (const auto& [rule, p] : tests) {
      for (const Predicate::Test& t : p.tests) {
        if (t.op != Op::equal && t.op != Op::unequal) return false;
      }
    }
    samples.emplace_back();
    for (const Value* c : constants) {
      other += c->as_text();
      if (column.texts.emplace(c->as_text(), samples.size()).second) samples.push_back(*c);
    }
    samples[0] = Value::text(other);
  } else if (column.kind == Kind::number || column.kind == Kind::date) {
    for (const Value* c : constants) {
      if (c->is(Kind::number)) column.scale = std::max(column.scale, scale_of(*c));
    }
    if (column.scale > scale_most) return false;
    column.starts.push_back(INT64_MIN / 2);
    for (const Value* c : constants) {
      const auto at = doubled(*c, column.scale);
      if (!at) return false;
      column.starts.push_back(*at);
      column.starts.push_back(*at + 1);
    }
    std::sort(column.starts.begin(), column.starts.end());
    column.starts.erase(std::unique(column.starts.begin(), column.starts.end()),
                        column.starts.end());
    for (const std::int64_t start : column.starts) {
      samples.push_back(column.kind == Kind::date
                            ? Value::date(start % 2 == 0 ? start / 2 : (start - 1) / 2 + 1)
                            : Value::number(Decimal::scaled(start, column.scale) / Decimal(2)));
    }
  } else {
    return false;
  }
  samples.emplace_back();  // null
  if (samples.size() * words_ > words_left) return false;
  words_left -= samples.size() * words_;
  column.bits.assign(samples.size() * words_, ~0ULL);
  for (const auto& [rule, p] : tests) {
    const bool sure = special[rule] == table.inputs.size();
    const std::vector<bool> changes = column.changes_of(p, samples.size());
    bool out = false;
    for (std::size_t place = 0; place < samples.size(); ++place) {
      if (changes[place]) {
        const Value holds = p.holds(samples[place]);
        out = !holds.is_true() && (sure || holds.is_false());
      }
      if (out) column.bits[place * words_ + rule / 64] &= ~(1ULL << (rule % 64));
    }
  }
  columns_.push_back(std::move(column));
  return true;
}

std::shared_ptr<const TableIndex> TableIndex::make(const Table& table) {
  if (table.rules.size() < indexed_rules_min) return nullptr;
  auto index = std::make_shared<TableIndex>();
  index->words_ = (table.rules.size() + 63) / 64;
  // The first test of each rule that is no comparison with constants.
  std::vector<std::size_t> special(table.rules.size(), table.inputs.size());
  for (std::size_t r = 0; r < table.rules.size(); ++r) {
    for (std::size_t i = table.inputs.size(); i-- > 0;) {
      const auto& test = table.rules[r].tests[i];
      if (test && !predicate_of(*test)) special[r] = i;
    }
  }
  std::size_t words_left = table_index_words_max;
  std::vector<bool> indexed(table.inputs.size());
  for (std::size_t i = 0; i < table.inputs.size(); ++i)
    indexed[i] = index->add_column(table, i, special, words_left);
  if (index->columns_.empty()) return nullptr;
  for (std::size_t r = 0; r < table.rules.size(); ++r) {
    bool sure = special[r] == table.inputs.size();
    for (std::size_t i = 0; i < table.inputs.size(); ++i)
      sure = sure && (!table.rules[r].tests[i] || indexed[i]);
    index->sure_.push_back(sure);
  }
  return index;
}

bool TableIndex::candidates(std::span<const Value> inputs, std::vector<std::uint64_t>& out) const {
  out.assign(words_, ~0ULL);
  if (sure_.size() % 64 != 0) out.back() = (1ULL << (sure_.size() % 64)) - 1;
  for (const Column& column : columns_) {
    const Value& v = inputs[column.input];
    if (!v.is_null() && !v.is(column.kind)) return false;
    const std::size_t place = v.is_null() ? column.bits.size() / words_ - 1 : column.place_of(v);
    const std::uint64_t* bits = &column.bits[place * words_];
    for (std::size_t w = 0; w < words_; ++w) out[w] &= bits[w];
  }
  return true;
}

}  // namespace citybrain::brain
