// BulkRun: a catalogue over one block after another. Truths are planes, evaluated once a block for
// all models; numbers are computed for the rows that want them; what is neither the machine
// evaluates row by row, for those rows only.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "bulk_block.h"
#include "bulk_rows.h"
#include "catalogue_plan.h"

namespace citybrain::brain {

std::int64_t power_of_ten(int exponent);  // 0..18
// A calc of values that are not null, in decimals.
Value calc_value(const GraphNode& n, std::span<const Value> args);
// The same of one or two whole numbers of the operands' scales, exactly; none where the result does
// not fit, or where the function has none.
std::optional<std::int64_t> calc_units(const GraphNode& n, const Graph& graph,
                                       std::span<const std::int64_t> args);

class BulkRun {
 public:
  explicit BulkRun(const Catalogue::Impl& plan);

  // The columns that belong to the catalogue's, in a batch; the error names what does not fit.
  // `columns` may be those of another batch.
  Result<void> find_columns(const Batch& batch, std::vector<std::size_t>& columns) const;
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
  const BulkRows::State& rows_state(NodeRef node, std::uint32_t row) {
    return by_rows_.evaluate(node, Bits::only(row));
  }
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
  // Rows as a plane and as a list.
  struct RowList {
    Bits bits;
    std::vector<std::uint32_t> rows;
    void set(const Bits& wanted) {
      bits = wanted;
      rows.clear();
      bits.each([&](std::uint32_t row) { rows.push_back(row); });
    }
  };
  // Room for a value of each row; never cleared.
  struct Room {
    RowList list;
    std::array<std::int64_t, block_rows_max> units;
    std::array<Fault, block_rows_max> faults;
  };
  // A room taken from the run for as long as this lives.
  class Borrowed {
   public:
    explicit Borrowed(BulkRun& run) : run_(run) {
      if (run.rooms_used_ == run.rooms_.size()) run.rooms_.push_back(std::make_unique<Room>());
      room_ = run.rooms_[run.rooms_used_++].get();
    }
    ~Borrowed() { --run_.rooms_used_; }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    Room* operator->() const { return room_; }

   private:
    BulkRun& run_;
    Room* room_;
  };

  // bulk_truth.cc
  void compute_truth(NodeRef node, const Bits& rows, Planes& out);
  bool is_whole(const GraphNode& n) const;
  void ask_column(const GraphNode& n, Planes& out);
  void ask_truth(const GraphNode& n, const Bits& rows, Planes& out);
  void ask_values(const GraphNode& n, const Bits& rows, Planes& out);
  void column_truth(const GraphNode& n, Planes& out);
  void all_or_any(const GraphNode& n, const Bits& rows, Planes& out);
  void hit(NodeRef node, const Bits& rows, Planes& out);
  void twice(const GraphNode& n, const Bits& rows, Planes& out);
  void choice_truth(NodeRef node, const Bits& rows, Planes& out);
  void value_truth(NodeRef node, const Bits& rows, Planes& out);
  const std::vector<Bits>& taken(NodeRef choice, const Bits& rows);
  const std::vector<NodeRef>& ordered(NodeRef hit);
  // bulk_number.cc: units of the node's scale, for the rows listed; out and faults by row.
  void numbers(NodeRef node, const RowList& rows, std::int64_t* out, Fault* faults);
  void calc_numbers(const GraphNode& n, const RowList& rows, std::int64_t* out, Fault* faults);
  void calc_pairs(const GraphNode& n, const RowList& rows, std::int64_t* out, Fault* faults);
  void choice_numbers(NodeRef node, const RowList& rows, std::int64_t* out, Fault* faults);
  void fixed_numbers(const GraphNode& n, int scale, const RowList& rows, std::int64_t* out,
                     Fault* faults) const;
  Value calc_exact(const GraphNode& n, std::uint32_t row);
  NodeRef leaf_of(NodeRef choice, std::uint32_t row);
  // bulk_answer.cc
  void answer(NodeRef node, const Bits& rows, Answer& out);
  void answer_numbers(NodeRef node, const Bits& rows, Answer& out);
  void answer_same(const Value& value, const Bits& rows, Answer& out);
  std::size_t account(AccountRef account, const Bits& rows);
  Bits support(AccountRef account, const Bits& rows);
  Bits unknown_support(NodeRef truth, const Bits& rows);

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
  std::vector<std::unique_ptr<Room>> rooms_;
  std::size_t rooms_used_ = 0;
};

}  // namespace citybrain::brain
