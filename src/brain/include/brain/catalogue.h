// Catalogue: many models compiled into one graph of expressions, for deciding all of them at once:
// over batches of subjects, or for one subject through an index. Conditions and computed values
// that models share are evaluated once. Functions only: no I/O, no clock of its own.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/schema.h"
#include "brain/model.h"
#include "brain/value.h"

namespace citybrain::brain {

// A model with its parameters, and the decisions wanted of it: one a policy.
struct CatalogueEntry {
  std::shared_ptr<const Model> model;
  std::vector<std::string> decisions;  // by name or id
  Context parameters;                  // inputs, or decisions to override; not those wanted
};

// What became of the entries, for figures and logs.
struct CatalogueFigures {
  std::size_t models = 0;
  std::size_t conditions = 0;         // on values, as the models write them
  std::size_t shared_conditions = 0;  // distinct ones: what is evaluated
  std::size_t nodes = 0;              // of the graph, over all models
  std::size_t by_rows = 0;            // nodes that the machine evaluates, a row at a time
};

// Immutable once compiled; threads may share it.
class Catalogue {
 public:
  // `columns` are the inputs by name that rows will bring; parameters win over columns; an input in
  // neither is absent. The error names the model and what does not fit: a missing decision, a
  // parameter that is not of its input's type.
  static Result<std::shared_ptr<const Catalogue>> compile(std::vector<CatalogueEntry> entries,
                                                          const Schema& columns,
                                                          const EvaluateOptions& options = {});
  ~Catalogue();

  std::size_t size() const;  // models, numbered as the entries stood
  const Schema& columns() const;
  const CatalogueFigures& figures() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit Catalogue(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

constexpr std::size_t block_rows_max = 4096;

// The values of one decision over a block: each row is in exactly one part. Rows are counted from
// the block's first.
struct Answer {
  // Rows with the same value: bit r % 64 of word r / 64 says row r.
  struct Same {
    Value value;
    std::span<const std::uint64_t> rows;
    std::size_t count = 0;
  };
  std::vector<Same> same;
  // Computed numbers: units × 10^-scale. Rows ascend within one part.
  struct Numbers {
    int scale = 0;
    std::vector<std::uint32_t> rows;
    std::vector<std::int64_t> units;
  };
  std::vector<Numbers> numbers;
  // All other computed values.
  std::vector<std::uint32_t> other_rows;
  std::vector<Value> others;

  Value at(std::size_t row) const;
};

// One model over one block; valid while the sink runs.
struct ModelAnswers {
  std::size_t model = 0;
  std::size_t first_row = 0;  // of the block, in the batch
  std::size_t rows = 0;
  std::span<const Answer> decisions;  // in the order wanted
  std::size_t diagnostics = 0;        // how many these rows one by one would give
};

// One subject: the models whose answers are not the usual ones. Most models answer most subjects
// alike ("not entitled, 0"); that answer is known beforehand.
struct SubjectAnswers {
  struct One {
    std::size_t model = 0;
    std::span<const Value> values;  // of the decisions wanted
  };
  std::vector<One> special;  // by model, ascending
  std::size_t diagnostics = 0;
};

// Evaluates a catalogue: its columns, planes and kept values. One thread at a time; make one a
// thread.
class CatalogueRun {
 public:
  explicit CatalogueRun(std::shared_ptr<const Catalogue> catalogue);
  ~CatalogueRun();
  CatalogueRun(CatalogueRun&&) noexcept;
  CatalogueRun& operator=(CatalogueRun&&) noexcept;

  using Sink = std::function<Result<void>(const ModelAnswers&)>;
  // All models over all rows, a block of block_rows_max at a time, models in order: memory does not
  // grow with the batch. Each row equals Model::evaluate of that row's context, and the diagnostics
  // are as many. Returns how many there were. The batch has the catalogue's columns (others are
  // left out); the error names one that is missing or of another type.
  Result<std::size_t> batch(const Batch& batch, const Sink& sink);

  // Reads this batch's rows from here on, one subject each; it stays as it is until another is
  // opened. Errors as of batch().
  Result<void> open(const Batch& batch);
  // All models for the subject in one row of the opened batch, by the index. Valid until the next
  // call.
  const SubjectAnswers& subject(std::size_t row);
  // What a model answers where it is not among the special ones.
  std::span<const Value> usual(std::size_t model);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace citybrain::brain
