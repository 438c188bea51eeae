// Bits: a set of documents of a full-text index, as a bit a document.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace citybrain::sql {

// Grows as documents are set; what lies beyond its end is not in it.
class Bits {
 public:
  Bits() = default;
  explicit Bits(std::size_t documents) : words_((documents + 63) / 64) {}
  void set(std::uint32_t document) {
    if (document / 64 >= words_.size()) words_.resize(document / 64 + 1);
    words_[document / 64] |= std::uint64_t{1} << document % 64;
  }
  bool has(std::uint32_t document) const {
    return document / 64 < words_.size() && (words_[document / 64] >> document % 64 & 1) != 0;
  }
  Bits& operator|=(const Bits& other) {
    if (other.words_.size() > words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  Bits& operator&=(const Bits& other) {
    words_.resize(std::min(words_.size(), other.words_.size()));
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  std::int64_t count_with(const Bits& other) const {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < std::min(words_.size(), other.words_.size()); ++i) {
      count += std::popcount(words_[i] & other.words_[i]);
    }
    return count;
  }

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace citybrain::sql
