// TableWitness: shows that a combination of pieces can really come. Columns that hang together (one
// is computed from what another reads) are tried with sampled inputs; all others are free. Private
// to the table check.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "evaluation.h"
#include "table_space.h"

namespace citybrain::brain {

class TableWitness {
 public:
  TableWitness(const Model::Impl& model, const Logic& logic, const Table& table,
               const TableSpace& space, Budget& budget);

  // A piece for each column, within the box; none where no sample gave one.
  std::optional<std::vector<std::uint32_t>> find(const Box& box);

 private:
  void sample();
  std::vector<Value> pool_of(std::uint32_t input) const;
  std::optional<std::uint32_t> piece_of(std::size_t column, const Value& value,
                                        Evaluation& evaluation) const;

  const Model::Impl& model_;
  const Logic& logic_;
  const Table& table_;
  const TableSpace& space_;
  Budget& budget_;
  std::vector<std::size_t> tied_;  // columns that hang together with another
  bool sampled_ = false;
  std::set<std::vector<std::uint32_t>> seen_;  // pieces of the tied columns that came
};

}  // namespace citybrain::brain
