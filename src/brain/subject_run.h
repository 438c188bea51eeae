// SubjectRun: a catalogue for one subject at a time. The index leaves the few models whose answers
// may be other than usual; their nodes are evaluated each at most once.
#pragma once

#include <memory>
#include <vector>

#include "bulk_run.h"
#include "index_subject.h"

namespace citybrain::brain {

class SubjectRun {
 public:
  explicit SubjectRun(const Catalogue::Impl& plan);

  Result<const SubjectAnswers*> evaluate(const Batch& batch, std::size_t row);
  std::span<const Value> usual(std::size_t model) const { return index_.entries()[model].answers; }
  const SubjectIndex& index() const { return index_; }

 private:
  Result<void> find_columns(const Batch& batch);
  void plan_nulls();
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
  bool is_null(NodeRef node);
  bool compute_null(NodeRef node);
  NodeRef leaf_of(const GraphNode& choice);
  std::size_t count(const Accounts& accounts, AccountRef account);
  BulkRun& bulk();  // of the block that is this row, for what only the machine evaluates

  const Catalogue::Impl& plan_;
  SubjectIndex index_;
  BulkRun bulk_;
  const Batch* batch_ = nullptr;
  Schema known_;  // whose columns were found
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
  std::vector<Known> truths_;
  std::vector<Known> nulls_;  // yes: null
  // Where a node is null just where one of some columns is: these, as a bitmap over columns.
  std::size_t null_words_ = 0;
  std::vector<std::uint64_t> null_columns_;             // of the subject
  std::vector<std::vector<std::uint64_t>> null_masks_;  // by node; empty: not so
  std::vector<std::optional<std::int64_t>> fixed_;      // constants in units, by node
  std::vector<bool> plain_;  // accounts of nulls and unknowns only, whose order does not matter
  std::vector<std::uint64_t> gates_;
  std::vector<std::uint32_t> added_;  // by entry: the subject it was added for
  std::vector<std::uint32_t> asked_;  // accounts of decisions that were counted
  SubjectAnswers answers_;
  std::vector<std::uint32_t> order_;
  std::vector<std::vector<Value>> values_;  // that answers point to
};

}  // namespace citybrain::brain
