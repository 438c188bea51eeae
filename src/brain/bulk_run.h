// BulkRun: a catalogue over one block after another. Truths are planes, evaluated once a block for
// all models; numbers are computed for the rows that want them; what is neither the machine
// evaluates row by row, for those rows only.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "bulk_block.h"
#include "bulk_rows.h"
#include "catalogue_plan.h"

namespace citybrain::brain {

class BulkRun {
 public:
  explicit BulkRun(const Catalogue::Impl& plan);

  // The columns that belong to the catalogue's, in a batch; the error names what does not fit.
  Result<std::vector<std::size_t>> find_columns(const Batch& batch) const;
  void begin(const Batch& batch, const std::vector<std::size_t>& columns, std::size_t first,
             std::size_t rows);
  // The decisions wanted of one model; valid until the next call.
  std::span<const Answer> answers(std::size_t entry);
  std::size_t diagnostics(std::size_t entry);

  // Truth of a node, sound for these rows (at least).
  const Planes& truth(NodeRef node, const Bits& rows);
  const Bits& nulls(NodeRef node, const Bits& rows);
  // Any node's value in a row; `prepare` first makes what many rows share.
  Value exact(NodeRef node, std::uint32_t row);
  void prepare(NodeRef node, const Bits& rows);
  const BlockColumns& columns() const { return columns_; }
  const Catalogue::Impl& plan() const { return plan_; }

 private:
  struct TruthState {
    std::uint32_t block = 0;
    bool whole = false;
    Bits done;
    Planes planes;
  };
  struct NullState {
    std::uint32_t block = 0;
    Bits done, nulls;
  };
  struct ChoiceState {
    std::uint32_t block = 0;
    Bits done;
    std::vector<Bits> taken;  // by leaf
  };
  // 0: a number; 1: null; 2: beyond int64.
  using Fault = std::uint8_t;

  // bulk_truth.cc
  void ask(const GraphNode& n, const Bits& rows, TruthState& state);
  void ask_truth(const GraphNode& n, const Bits& rows, Planes& out);
  void ask_values(const GraphNode& n, const Bits& rows, Planes& out);
  void column_truth(const GraphNode& n, TruthState& state);
  void all_or_any(const GraphNode& n, const Bits& rows, Planes& out);
  void hit(NodeRef node, const Bits& rows, Planes& out);
  void twice(const GraphNode& n, const Bits& rows, Planes& out);
  void choice_truth(NodeRef node, const Bits& rows, Planes& out);
  void value_truth(NodeRef node, const Bits& rows, Planes& out);
  const std::vector<Bits>& taken(NodeRef choice, const Bits& rows);
  const std::vector<NodeRef>& ordered(NodeRef hit);
  // bulk_number.cc: units of the node's scale, for the rows listed.
  void numbers(NodeRef node, std::span<const std::uint32_t> rows, std::int64_t* out, Fault* faults);
  void calc_numbers(const GraphNode& n, std::span<const std::uint32_t> rows, std::int64_t* out,
                    Fault* faults);
  void choice_numbers(NodeRef node, std::span<const std::uint32_t> rows, std::int64_t* out,
                      Fault* faults);
  Value calc_exact(const GraphNode& n, std::uint32_t row);
  NodeRef leaf_of(NodeRef choice, std::uint32_t row);
  // bulk_answer.cc
  void answer(NodeRef node, const Bits& rows, Answer& out);
  void answer_numbers(NodeRef node, const Bits& rows, Answer& out);
  void answer_same(const Value& value, const Bits& rows, Answer& out);
  std::size_t account(AccountRef account, const Bits& rows);
  std::size_t account_decision(AccountRef account, const Bits& rows);

  const Catalogue::Impl& plan_;
  BlockColumns columns_;
  std::uint32_t block_ = 0;
  std::uint32_t asking_ = 0;  // counts entries' accounts, for `decision`
  std::vector<TruthState> truths_;
  std::vector<NullState> nulls_;
  std::vector<ChoiceState> choices_;
  BulkRows by_rows_;
  // Conjuncts of a hit by how few rows they let through, learned as blocks go by.
  struct Order {
    std::uint32_t learned = 0;  // the block
    std::vector<NodeRef> kids;
  };
  std::vector<Order> orders_;
  std::vector<std::uint64_t> passed_;  // rows that a truth let through, of those it was asked for
  std::vector<std::uint64_t> asked_;
  // Accounts: a `decision`'s rows within the present entry; an entry's whole count.
  struct Asked {
    std::uint32_t asking = 0;
    Bits rows;
  };
  std::vector<Asked> decisions_;
  struct Counted {
    std::uint32_t block = 0;
    std::size_t count = 0;
  };
  std::vector<Counted> counted_;
  std::vector<Answer> answers_;
  std::vector<std::unique_ptr<Bits>> planes_;  // that answers point to
  std::size_t planes_used_ = 0;
  std::vector<std::int64_t> scratch_;
  std::vector<Fault> fault_scratch_;
  std::size_t scratch_used_ = 0;
};

}  // namespace citybrain::brain
