// Random models and rows for the property tests of catalogues: what people write, and what goes
// wrong (nulls, absent inputs, columns of the wrong type, numbers at the ends of what a column
// holds).
#pragma once

#include <random>
#include <string>
#include <vector>

#include "base/schema.h"
#include "brain/value.h"

namespace citybrain::brain::testing {

struct Dice {
  std::mt19937_64 random;
  explicit Dice(std::uint64_t seed) : random(seed) {}
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random() % n); }
  bool chance(int percent) { return static_cast<int>(below(100)) < percent; }
  std::string one_of(const std::vector<std::string>& words) { return words[below(words.size())]; }
};

// Columns under the names of the models' inputs; `wrong`: some of another type, or missing.
Schema random_schema(Dice& dice, bool wrong);
Batch random_batch(Dice& dice, const Schema& schema, std::size_t rows);
// A model with decisions 合格, 强度, 年限, 档次, 系数, 金额.
std::string random_model(Dice& dice);
Context random_parameters(Dice& dice);
// A row as one subject's context, the parameters in it.
Context context_of(const Batch& batch, std::size_t row, const Context& parameters);

}  // namespace citybrain::brain::testing
