// A block of rows as a catalogue's run sees it: bit planes, and the columns of a batch with their
// texts as codes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/schema.h"
#include "brain/catalogue.h"

namespace citybrain::brain {

constexpr std::size_t block_words = block_rows_max / 64;

// Before a function whose time goes into planes: compiled for AVX2 as well, and chosen when the
// program is loaded. Sanitizers do not bear with such functions.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CB_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define CB_WIDE
#endif

// A bit a row of a block. Of fixed size, so that loops over it unroll and nothing is allocated.
struct Bits {
  std::array<std::uint64_t, block_words> words{};

  static Bits first(std::size_t rows);  // the bits 0..rows-1
  static Bits only(std::size_t row) {
    Bits out;
    out.set(row);
    return out;
  }
  bool get(std::size_t row) const { return (words[row >> 6] >> (row & 63) & 1) != 0; }
  void set(std::size_t row) { words[row >> 6] |= 1ULL << (row & 63); }
  bool none() const {
    std::uint64_t any = 0;
    for (std::size_t i = 0; i < block_words; ++i) any |= words[i];
    return any == 0;
  }
  std::size_t count() const;
  Bits& operator&=(const Bits& other) {
    for (std::size_t i = 0; i < block_words; ++i) words[i] &= other.words[i];
    return *this;
  }
  Bits& operator|=(const Bits& other) {
    for (std::size_t i = 0; i < block_words; ++i) words[i] |= other.words[i];
    return *this;
  }
  // These and not others.
  Bits& operator-=(const Bits& other) {
    for (std::size_t i = 0; i < block_words; ++i) words[i] &= ~other.words[i];
    return *this;
  }
  friend Bits operator&(Bits a, const Bits& b) { return a &= b; }
  friend Bits operator|(Bits a, const Bits& b) { return a |= b; }
  friend Bits operator-(Bits a, const Bits& b) { return a -= b; }
  template <typename Fn>
  void each(Fn&& fn) const {
    for (std::size_t w = 0; w < words.size(); ++w) {
      for (std::uint64_t bits = words[w]; bits != 0; bits &= bits - 1) {
        fn(static_cast<std::uint32_t>(w * 64) + static_cast<std::uint32_t>(__builtin_ctzll(bits)));
      }
    }
  }
};

// Three-valued truth of every row: yes, no, and unknown where neither is set.
struct Planes {
  Bits yes;
  Bits no;
};

// The texts that conditions on a column name, as codes from 1; every other text is 0. Made once, at
// compiling; a small open table, since every text of every block is looked up in it.
class TextCodes {
 public:
  void add(const std::string& text);
  std::uint32_t code(std::string_view text) const;
  std::size_t size() const { return texts_.size(); }
  const std::string& text(std::uint32_t code) const { return texts_[code - 1]; }

 private:
  struct Print {
    std::uint64_t head, tail, size;
    bool operator==(const Print&) const = default;
  };
  static Print print_of(std::string_view text);
  std::size_t slot_of(const Print& print) const;
  void place(std::uint32_t code);

  std::vector<std::string> texts_;
  std::vector<Print> prints_;
  std::vector<std::uint32_t> slots_;
};

// Rows [first, first + rows) of a batch, whose columns were found by name.
class BlockColumns {
 public:
  explicit BlockColumns(const std::vector<TextCodes>& codes);
  void set(const Batch& batch, const std::vector<std::size_t>& columns, std::size_t first,
           std::size_t rows);

  std::size_t rows() const { return rows_; }
  const Bits& all() const { return all_; }
  const std::int64_t* ints(std::size_t column) const {
    return source(column).ints().data() + first_;
  }
  const std::uint8_t* valid(std::size_t column) const {
    return source(column).valid().data() + first_;
  }
  std::string_view text(std::size_t column, std::size_t row) const {
    return source(column).text_at(first_ + row);
  }
  bool is_null(std::size_t column, std::size_t row) const {
    return source(column).is_null(first_ + row);
  }
  const Bits& nulls(std::size_t column);
  // Rows whose text has that code.
  const Bits& rows_of(std::size_t column, std::uint32_t code);
  Value value(std::size_t column, std::size_t row) const;

 private:
  const Column& source(std::size_t column) const { return batch_->columns[(*columns_)[column]]; }

  struct Known {
    std::uint32_t nulls_of = 0;  // the block whose nulls are known
    std::uint32_t codes_of = 0;
    Bits nulls;
    std::vector<Bits> by_code;
  };
  const std::vector<TextCodes>& codes_;
  const Batch* batch_ = nullptr;
  const std::vector<std::size_t>* columns_ = nullptr;
  std::size_t first_ = 0;
  std::size_t rows_ = 0;
  std::uint32_t block_ = 0;
  Bits all_;
  std::vector<Known> known_;
};

}  // namespace citybrain::brain
