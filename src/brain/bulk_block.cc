// Planes and columns: see bulk_block.h.
#include "bulk_block.h"

#include <algorithm>
#include <cstring>

namespace citybrain::brain {

Bits Bits::first(std::size_t rows) {
  Bits out;
  for (std::size_t w = 0; w < rows / 64; ++w) out.words[w] = ~0ULL;
  if (rows % 64 != 0) out.words[rows / 64] = (1ULL << (rows % 64)) - 1;
  return out;
}

bool Bits::none() const {
  std::uint64_t any = 0;
  for (const std::uint64_t w : words) any |= w;
  return any == 0;
}

std::size_t Bits::count() const {
  std::size_t n = 0;
  for (const std::uint64_t w : words) n += static_cast<std::size_t>(__builtin_popcountll(w));
  return n;
}

Bits& Bits::operator&=(const Bits& other) {
  for (std::size_t i = 0; i < block_words; ++i) words[i] &= other.words[i];
  return *this;
}
Bits& Bits::operator|=(const Bits& other) {
  for (std::size_t i = 0; i < block_words; ++i) words[i] |= other.words[i];
  return *this;
}
Bits& Bits::operator-=(const Bits& other) {
  for (std::size_t i = 0; i < block_words; ++i) words[i] &= ~other.words[i];
  return *this;
}

namespace {

// Length, first and last eight bytes: enough to tell most texts apart.
std::uint64_t mix(std::string_view text) {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  const std::size_t n = std::min<std::size_t>(text.size(), 8);
  std::memcpy(&head, text.data(), n);
  std::memcpy(&tail, text.data() + text.size() - n, n);
  std::uint64_t h = (head ^ text.size()) * 0x9E3779B97F4A7C15ULL;
  h = (h ^ (h >> 29) ^ tail) * 0xBF58476D1CE4E5B9ULL;
  return h ^ (h >> 32);
}

}  // namespace

void TextCodes::place(std::uint32_t code) {
  std::size_t at = mix(texts_[code - 1]) & (slots_.size() - 1);
  while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = code;
}

void TextCodes::add(const std::string& text) {
  if (code(text) != 0) return;
  texts_.push_back(text);
  if (texts_.size() * 4 > slots_.size()) {
    slots_.assign(std::max<std::size_t>(16, slots_.size() * 2), 0);
    for (std::uint32_t c = 1; c <= texts_.size(); ++c) place(c);
  } else {
    place(static_cast<std::uint32_t>(texts_.size()));
  }
}

std::uint32_t TextCodes::code(std::string_view text) const {
  if (slots_.empty()) return 0;
  for (std::size_t at = mix(text) & (slots_.size() - 1); slots_[at] != 0;
       at = (at + 1) & (slots_.size() - 1)) {
    if (texts_[slots_[at] - 1] == text) return slots_[at];
  }
  return 0;
}

BlockColumns::BlockColumns(const std::vector<TextCodes>& codes)
    : codes_(codes), known_(codes.size()) {}

void BlockColumns::set(const Batch& batch, const std::vector<std::size_t>& columns,
                       std::size_t first, std::size_t rows) {
  batch_ = &batch;
  columns_ = &columns;
  first_ = first;
  rows_ = rows;
  all_ = Bits::first(rows);
  ++block_;
}

const Bits& BlockColumns::nulls(std::size_t column) {
  Known& k = known_[column];
  if (k.nulls_of == block_) return k.nulls;
  k.nulls_of = block_;
  k.nulls = {};
  const std::uint8_t* valid = source(column).valid().data() + first_;
  for (std::size_t at = 0; at < rows_; at += 64) {
    const std::size_t n = std::min<std::size_t>(64, rows_ - at);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < n; ++i) bits |= static_cast<std::uint64_t>(valid[at + i] == 0) << i;
    k.nulls.words[at / 64] = bits;
  }
  return k.nulls;
}

const Bits& BlockColumns::rows_of(std::size_t column, std::uint32_t code) {
  Known& k = known_[column];
  if (k.codes_of != block_) {
    k.codes_of = block_;
    k.by_code.assign(codes_[column].size() + 1, Bits{});
    const Column& c = source(column);
    for (std::size_t row = 0; row < rows_; ++row) {
      if (c.is_null(first_ + row)) continue;
      k.by_code[codes_[column].code(c.text_at(first_ + row))].set(row);
    }
  }
  return k.by_code[code];
}

Value BlockColumns::value(std::size_t column, std::size_t row) const {
  const Column& c = source(column);
  const std::size_t at = first_ + row;
  if (c.is_null(at)) return {};
  switch (c.type()) {
    case Type::boolean: return Value::boolean(c.int_at(at) != 0);
    case Type::integer: return Value::number(c.int_at(at));
    case Type::decimal: return Value::number(Decimal::scaled(c.int_at(at), c.field().scale));
    case Type::date: return Value::date(c.int_at(at));
    case Type::text: return Value::text(std::string(c.text_at(at)));
    case Type::timestamp: return Value::of(c.cell_at(at));
  }
  return {};
}

}  // namespace citybrain::brain
