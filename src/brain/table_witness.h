// TableWitness: shows that a combination of pieces can really come. Columns that hang together (one
// is computed from what another reads) are tried with sampled inputs, and so are those whose text a
// decision says; all others are free. Private to the table check.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "evaluation.h"
#include "table_space.h"

namespace citybrain::brain {

class TableWitness {
 public:
  TableWitness(const Model::Impl& model, const Logic& logic, const Table& table,
               const TableSpace& space, Budget& budget);

  // A piece for each column, within the box; none where no sample gave one. `others`: the values
  // that were met in pieces that no condition names.
  struct Met {
    std::vector<std::uint32_t> pieces;
    std::map<std::size_t, Value> others;  // by column
  };
  std::optional<Met> find(const Box& box);

 private:
  void sample();
  bool says_text(const SpaceColumn& column) const;
  std::vector<Value> pool_of(std::uint32_t input) const;
  std::optional<std::uint32_t> piece_of(std::size_t column, const Value& value,
                                        Evaluation& evaluation) const;

  const Model::Impl& model_;
  const Logic& logic_;
  const Table& table_;
  const TableSpace& space_;
  Budget& budget_;
  // Columns that hang together with another, or whose values are what a decision says.
  std::vector<std::size_t> tied_;
  bool sampled_ = false;
  // Pieces of the tied columns that came, and the values of the first time.
  std::map<std::vector<std::uint32_t>, std::vector<Value>> seen_;
};

}  // namespace citybrain::brain
