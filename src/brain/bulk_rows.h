// BulkRows: nodes that only the machine can evaluate, row by row, once a row and block. What
// depends on one column alone is kept by that column's value, over blocks.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bulk_block.h"
#include "catalogue_plan.h"
#include "evaluation.h"

namespace citybrain::brain {

class BulkRun;

class BulkRows {
 public:
  struct State {
    std::uint32_t block = 0;
    Bits done;
    std::vector<Value> values;         // by row
    std::vector<std::uint32_t> notes;  // by row
    Bits misfits, nulls;
    std::vector<Bits> demanded;  // by the origin's demands
  };

  explicit BulkRows(BulkRun& run);
  ~BulkRows();
  void begin() { ++block_; }
  const State& evaluate(NodeRef node, const Bits& rows);
  const Value& value(NodeRef node, std::uint32_t row);

 private:
  // One evaluation of one row: what the graph knows is read from it.
  class Row;
  struct Kept {
    Value value;
    std::uint32_t notes = 0;
    bool misfit = false;
  };
  struct Memo {
    std::uint32_t column = UINT32_MAX;  // UINT32_MAX: depends on more than one
    bool planned = false;
    std::unordered_map<std::int64_t, Kept> by_int;
    std::unordered_map<std::string, Kept> by_text;
    std::unique_ptr<Kept> of_null;
  };
  static constexpr std::size_t memo_entries_max = 1 << 16;

  Row& row_of(std::uint32_t entry);
  Kept compute(NodeRef node, std::uint32_t row, State& state);
  Kept remembered(NodeRef node, std::uint32_t row, State& state, Memo& memo);
  void plan_memo(NodeRef node, Memo& memo) const;

  BulkRun& run_;
  std::uint32_t block_ = 0;
  std::unordered_map<NodeRef, State> states_;
  std::unordered_map<NodeRef, Memo> memos_;
  std::vector<std::unique_ptr<Row>> rows_;  // by entry
};

}  // namespace citybrain::brain
