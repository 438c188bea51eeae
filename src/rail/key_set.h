// KeySet: which keys a batch holds already. Open addressing over row numbers; the keys themselves
// stay in the batch's columns.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/schema.h"

namespace citybrain::rail {

// One reader's; not shared.
class KeySet {
 public:
  // Empties it and makes room for `rows` rows.
  void reset(std::size_t rows) {
    std::size_t slots = 64;
    while (slots < rows * 2) slots *= 2;
    slots_.assign(slots, 0);
  }

  // Takes the key of the batch's row, or returns the row that has it already.
  std::optional<std::size_t> add(const Batch& batch, const std::vector<std::size_t>& key,
                                 std::size_t row) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash(batch, key, row) & mask;; at = (at + 1) & mask) {
      if (slots_[at] == 0) {
        slots_[at] = static_cast<std::uint32_t>(row + 1);
        return std::nullopt;
      }
      const std::size_t other = slots_[at] - 1;
      if (equal(batch, key, row, other)) return other;
    }
  }

 private:
  static std::size_t hash(const Batch& batch, const std::vector<std::size_t>& key,
                          std::size_t row) {
    std::uint64_t h = 0x9E3779B97F4A7C15ULL;
    for (const std::size_t k : key) {
      const Column& column = batch.columns[k];
      const std::uint64_t one = column.is_null(row) ? 0
                                : column.type() == Type::text
                                    ? std::hash<std::string_view>{}(column.text_at(row))
                                    : static_cast<std::uint64_t>(column.int_at(row));
      h = (h ^ one) * 0xFF51AFD7ED558CCDULL;
      h ^= h >> 32;
    }
    return h;
  }
  static bool equal(const Batch& batch, const std::vector<std::size_t>& key, std::size_t a,
                    std::size_t b) {
    for (const std::size_t k : key) {
      const Column& column = batch.columns[k];
      if (column.is_null(a) != column.is_null(b)) return false;
      if (column.type() == Type::text ? column.text_at(a) != column.text_at(b)
                                      : column.int_at(a) != column.int_at(b)) {
        return false;
      }
    }
    return true;
  }

  std::vector<std::uint32_t> slots_;  // row + 1, 0 = free
};

}  // namespace citybrain::rail
