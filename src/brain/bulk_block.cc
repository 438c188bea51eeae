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

namespace {

using Words = std::array<std::uint64_t, block_words>;

std::size_t count_plainly(const Words& words) {
  std::size_t n = 0;
  for (const std::uint64_t w : words) n += static_cast<std::size_t>(__builtin_popcountll(w));
  return n;
}

#if defined(__x86_64__)
// The instruction for it came after the first machines of this kind.
__attribute__((target("popcnt"))) std::size_t count_by_popcnt(const Words& words) {
  std::size_t n = 0;
  for (const std::uint64_t w : words) n += static_cast<std::size_t>(__builtin_popcountll(w));
  return n;
}
#endif

}  // namespace

std::size_t Bits::count() const {
#if defined(__x86_64__)
  static const bool has_popcnt = __builtin_cpu_supports("popcnt") != 0;
  if (has_popcnt) return count_by_popcnt(words);
#endif
  return count_plainly(words);
}

namespace {

template <typename T>
std::uint64_t load(const char* at) {
  T out;
  std::memcpy(&out, at, sizeof out);
  return out;
}

}  // namespace

// The first and last eight bytes, which of texts up to sixteen bytes are all.
TextCodes::Print TextCodes::print_of(std::string_view text) {
  const char* p = text.data();
  const std::size_t n = text.size();
  if (n >= 8) return {load<std::uint64_t>(p), load<std::uint64_t>(p + n - 8), n};
  if (n >= 4) return {load<std::uint32_t>(p), load<std::uint32_t>(p + n - 4), n};
  Print out{0, 0, n};
  for (std::size_t i = 0; i < n; ++i) out.head = out.head << 8 | static_cast<unsigned char>(p[i]);
  return out;
}

std::size_t TextCodes::slot_of(const Print& print) const {
  const std::uint64_t h =
      (print.head + print.size) * 0x9E3779B97F4A7C15ULL ^ print.tail * 0xC2B2AE3D27D4EB4FULL;
  return (h >> 40) & (slots_.size() - 1);
}

void TextCodes::place(std::uint32_t code) {
  std::size_t at = slot_of(prints_[code - 1]);
  while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = code;
}

void TextCodes::add(const std::string& text) {
  if (code(text) != 0) return;
  texts_.push_back(text);
  prints_.push_back(print_of(text));
  if (texts_.size() * 4 > slots_.size()) {
    slots_.assign(std::max<std::size_t>(16, slots_.size() * 2), 0);
    for (std::uint32_t c = 1; c <= texts_.size(); ++c) place(c);
  } else {
    place(static_cast<std::uint32_t>(texts_.size()));
  }
}

std::uint32_t TextCodes::code(std::string_view text) const {
  if (slots_.empty()) return 0;
  const Print print = print_of(text);
  for (std::size_t at = slot_of(print); slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
    const std::uint32_t code = slots_[at];
    if (!(prints_[code - 1] == print)) continue;
    if (print.size <= 16 || texts_[code - 1] == text) return code;
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
  std::size_t at = 0;
  for (; at + 8 <= rows_; at += 8) {  // eight bytes of 0 or 1 to eight bits
    const std::uint64_t bits =
        (load<std::uint64_t>(reinterpret_cast<const char*>(valid + at)) * 0x0102040810204080ULL) >>
        56;
    k.nulls.words[at / 64] |= bits << (at % 64);
  }
  for (; at < rows_; ++at)
    k.nulls.words[at / 64] |= static_cast<std::uint64_t>(valid[at]) << (at % 64);
  k.nulls = all_ - k.nulls;
  return k.nulls;
}

const Bits& BlockColumns::rows_of(std::size_t column, std::uint32_t code) {
  Known& k = known_[column];
  if (k.codes_of != block_) {
    k.codes_of = block_;
    k.by_code.assign(codes_[column].size() + 1, Bits{});
    const Column& c = source(column);
    const TextCodes& codes = codes_[column];
    const std::uint8_t* present = valid(column);
    for (std::size_t row = 0; row < rows_; ++row) {
      if (present[row] != 0) k.by_code[codes.code(c.text_at(first_ + row))].set(row);
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
