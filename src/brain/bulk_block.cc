// Text columns as dictionaries, conditions kept between programs: see bulk_block.h.
#include "bulk_block.h"

#include <algorithm>

namespace citybrain::brain {

Bits::Bits(std::size_t rows, bool value)
    : words_((rows + 63) / 64, value ? ~0ULL : 0), rows_(rows) {
  if (value && rows % 64 != 0) words_.back() = (1ULL << (rows % 64)) - 1;
}

bool Bits::none() const {
  return std::all_of(words_.begin(), words_.end(), [](std::uint64_t w) { return w == 0; });
}

std::size_t Bits::count() const {
  std::size_t n = 0;
  for (const std::uint64_t w : words_) n += static_cast<std::size_t>(__builtin_popcountll(w));
  return n;
}

Bits& Bits::operator&=(const Bits& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  return *this;
}
Bits& Bits::operator|=(const Bits& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  return *this;
}
Bits& Bits::minus(const Bits& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
  return *this;
}

Block::Impl::Impl(const Batch& b)
    : batch(b), dictionaries(b.columns.size()), nulls(b.columns.size()) {
  for (std::size_t i = 0; i < b.schema.fields.size(); ++i)
    names.emplace(b.schema.fields[i].name, i);
}

const Dictionary& Block::Impl::dictionary(std::size_t column) {
  Dictionary& d = dictionaries[column];
  if (!d.values.empty()) return d;
  const Column& c = batch.columns[column];
  d.values.emplace_back();
  d.codes.resize(batch.rows, 0);
  std::unordered_map<std::string_view, std::uint32_t> known;
  for (std::size_t row = 0; row < batch.rows; ++row) {
    if (c.is_null(row)) continue;
    const auto [it, fresh] =
        known.emplace(c.text_at(row), static_cast<std::uint32_t>(d.values.size()));
    if (fresh) d.values.push_back(Value::text(std::string(it->first)));
    d.codes[row] = it->second;
  }
  return d;
}

const Bits& Block::Impl::null_rows(std::size_t column) {
  Bits& bits = nulls[column];
  if (bits.rows() == batch.rows && batch.rows > 0) return bits;
  bits = Bits(batch.rows);
  const auto& valid = batch.columns[column].valid();
  for (std::size_t row = 0; row < batch.rows; ++row) {
    if (valid[row] == 0) bits.set(row);
  }
  return bits;
}

Value Block::Impl::value_at(std::size_t column, std::size_t row) {
  const Column& c = batch.columns[column];
  if (c.is_null(row)) return {};
  switch (c.type()) {
    case Type::boolean: return Value::boolean(c.int_at(row) != 0);
    case Type::integer: return Value::number(c.int_at(row));
    case Type::decimal: return Value::number(Decimal::scaled(c.int_at(row), c.field().scale));
    case Type::date: return Value::date(c.int_at(row));
    case Type::text: {
      const Dictionary& d = dictionary(column);
      return d.values[d.codes[row]];
    }
    case Type::timestamp: return Value::of(c.cell_at(row));
  }
  return {};
}

Block::Block(const Batch& batch) : impl_(std::make_unique<Impl>(batch)) {}
Block::~Block() = default;
Block::Block(Block&&) noexcept = default;

}  // namespace citybrain::brain
