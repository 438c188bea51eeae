// A block of rows as the batch evaluator sees it: bit planes, dictionaries, and the conditions that
// were evaluated already, which all models share.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "brain/model.h"

namespace citybrain::brain {

// A bit a row; bits beyond the last row are 0.
class Bits {
 public:
  Bits() = default;
  explicit Bits(std::size_t rows, bool value = false);
  std::size_t rows() const { return rows_; }
  bool get(std::size_t row) const { return (words_[row >> 6] >> (row & 63) & 1) != 0; }
  void set(std::size_t row) { words_[row >> 6] |= 1ULL << (row & 63); }
  bool none() const;
  std::size_t count() const;
  Bits& operator&=(const Bits& other);
  Bits& operator|=(const Bits& other);
  // these and not other
  Bits& minus(const Bits& other);
  friend Bits operator&(Bits a, const Bits& b) { return a &= b; }
  friend Bits operator|(Bits a, const Bits& b) { return a |= b; }
  std::vector<std::uint64_t>& words() { return words_; }
  const std::vector<std::uint64_t>& words() const { return words_; }
  template <typename Fn>
  void each(Fn&& fn) const {
    for (std::size_t w = 0; w < words_.size(); ++w) {
      for (std::uint64_t bits = words_[w]; bits != 0; bits &= bits - 1) {
        fn(w * 64 + static_cast<std::size_t>(__builtin_ctzll(bits)));
      }
    }
  }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t rows_ = 0;
};

// Three-valued truth of every row: yes, no, and unknown where neither is set.
struct Planes {
  Bits yes;
  Bits no;
};

// Distinct values of a column: codes[row] indexes values; value 0 is null.
struct Dictionary {
  std::vector<std::uint32_t> codes;
  std::vector<Value> values;
};

struct Block::Impl {
  explicit Impl(const Batch& b);

  const Batch& batch;
  std::unordered_map<std::string, std::size_t> names;  // column → number
  std::vector<Dictionary> dictionaries;                // of text columns, made when first wanted
  std::vector<Bits> nulls;                             // by column, made when first wanted
  std::unordered_map<std::string, Planes> predicates;  // by column and canonical condition

  const Dictionary& dictionary(std::size_t column);
  const Bits& null_rows(std::size_t column);
  Value value_at(std::size_t column, std::size_t row);
};

}  // namespace citybrain::brain
