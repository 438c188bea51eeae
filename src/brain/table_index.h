// TableIndex: which rules of a large decision table can hold, by column: the value's place among
// the column's constants gives a bitmap over rules, and the columns' bitmaps are anded. Rules that
// are left out here are those that one-by-one trying would find false or unknown, without a word.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "brain/value.h"

namespace citybrain::brain {

struct Table;
struct Predicate;

constexpr std::size_t indexed_rules_min = 16;
constexpr std::size_t table_index_words_max = 8 << 20;  // of 8 bytes, a table

class TableIndex {
 public:
  // Null where the table is small, or no column can be indexed.
  static std::shared_ptr<const TableIndex> make(const Table& table);

  // The rules that may hold for these input values, a bit a rule; none where a value is of another
  // kind than its column's constants, so that each rule must have its say.
  bool candidates(std::span<const Value> inputs, std::vector<std::uint64_t>& out) const;
  // No test of the rule stands outside the index.
  bool is_sure(std::size_t rule) const { return sure_[rule]; }

 private:
  struct Column {
    std::size_t input = 0;
    Kind kind = Kind::number;
    int scale = 0;
    std::vector<std::int64_t> starts;                       // of places, ascending; see place_of
    std::map<std::string, std::size_t, std::less<>> texts;  // place of a text; others: 0
    std::vector<std::uint64_t> bits;                        // by place; last: of null
    std::size_t place_of(const Value& value) const;
    std::vector<bool> changes_of(const Predicate& p, std::size_t places) const;
  };
  bool add_column(const Table& table, std::size_t input, const std::vector<std::size_t>& special,
                  std::size_t& words_left);

  std::size_t words_ = 0;
  std::vector<Column> columns_;
  std::vector<bool> sure_;
};

}  // namespace citybrain::brain
