// SubjectRun: a catalogue for one subject at a time. The index leaves the few models whose answers
// may be other than usual; their nodes are evaluated each at most once.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "bulk_run.h"
#include "index_subject.h"

namespace citybrain::brain {

class SubjectRun {
 public:
  explicit SubjectRun(const Catalogue::Impl& plan);

  Result<void> open(const Batch& batch);
  const SubjectAnswers& evaluate(std::size_t row);
  std::span<const Value> usual(std::size_t model) const { return index_.entries()[model].answers; }
  const SubjectIndex& index() const { return index_; }

 private:
  void plan_nulls();
  void plan_terms();
  void plan_entries();
  using Mask = std::vector<std::uint64_t>;  // over columns
  Mask mask_of(const NullSupport& support) const;
  std::size_t bit_of(NullCause cause) const {
    return cause.zero ? zero_bits_[cause.column] : cause.column;
  }
  bool meets_null(const std::uint64_t* mask) const {
    std::uint64_t any = 0;
    for (std::size_t w = 0; w < null_words_; ++w) any |= mask[w] & null_columns_[w];
    return any != 0;
  }
  void count_usual();
  std::size_t count_more(std::uint32_t entry);
  void read_nulls();
  // The gates that no indexed column rules out.
  void possible_gates();
  void add(std::uint32_t entry);
  Answered truth(NodeRef node);
  Answered compute(const GraphNode& n, NodeRef ref);
  Answered ask(const GraphNode& n);
  Value value(NodeRef node);
  // A number that is not null, in units of the node's scale; none where it has none or does not
  // fit.
  std::optional<std::int64_t> units(NodeRef node);
  std::optional<std::int64_t> compute_units(NodeRef node);
  bool is_null(NodeRef node);
  bool compute_null(NodeRef node);
  NodeRef leaf_of(const GraphNode& choice);
  std::size_t count(const Accounts& accounts, AccountRef account);
  BulkRun& bulk();  // of the block that is this row, for what only the machine evaluates

  const Catalogue::Impl& plan_;
  SubjectIndex index_;
  BulkRun bulk_;
  const Batch* batch_ = nullptr;
  std::vector<std::size_t> columns_;
  struct Source {
    const std::uint8_t* valid = nullptr;
    const std::int64_t* ints = nullptr;
  };
  std::vector<Source> sources_;  // by column of the catalogue
  std::size_t row_ = 0;
  bool bulk_begun_ = false;
  std::uint32_t subject_ = 0;
  struct Known {
    std::uint32_t subject = 0;
    Answered answer = Answered::unknown;
  };
  struct KnownUnits {
    std::uint32_t subject = 0;
    std::optional<std::int64_t> units;
  };
  std::vector<KnownUnits> units_;
  std::vector<Known> truths_;
  std::vector<Known> nulls_;  // yes: null
  // Which columns' nulls can make a node null, as a bitmap over columns. The bit after the last
  // column's is set for every subject; then come divisors that may be zero.
  std::size_t null_words_ = 0;
  static constexpr std::size_t no_bit = SIZE_MAX;
  std::vector<std::size_t> zero_bits_;       // by column
  std::vector<std::uint32_t> zero_columns_;  // by bit
  std::vector<std::uint64_t> null_columns_;  // of the subject
  struct Null {
    Mask mask;           // no column of these null: the node is not null (or unknown)
    bool exact = false;  // one of them null: it is
  };
  std::vector<Null> node_nulls_;  // by node
  // Terms of the index as bits: those that any subject may count, by column those that a null there
  // may, and those that then count one.
  std::size_t term_words_ = 0;
  std::vector<std::uint64_t> terms_always_, terms_of_null_, terms_exact_, terms_;
  std::vector<std::uint64_t> entry_masks_;  // of entries' whole and usual accounts, as of nodes
  std::vector<std::optional<std::int64_t>> fixed_;  // constants in units, by node
  std::vector<bool> plain_;  // accounts of nulls and unknowns only, whose order does not matter
  std::vector<std::uint64_t> gates_;  // what is possible: of gates, then of terms
  std::vector<std::uint64_t> awake_;
  std::vector<std::uint32_t> added_;  // by entry: the subject it was added for
  std::vector<std::uint32_t> asked_;  // accounts of decisions that were counted
  SubjectAnswers answers_;
  std::vector<std::uint32_t> order_;
  std::vector<std::vector<Value>> values_;  // that answers point to
};

}  // namespace citybrain::brain
