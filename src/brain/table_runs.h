// Runs: a set of pieces of one column's type, as runs of numbers; and boxes of them. Private to the
// table check.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace citybrain::brain {

// Sorted, disjoint, not touching: [from, to).
class Runs {
 public:
  using Run = std::pair<std::uint32_t, std::uint32_t>;
  Runs() = default;
  Runs(std::uint32_t from, std::uint32_t to) {
    if (from < to) runs_.emplace_back(from, to);
  }
  // In ascending order only.
  void add(std::uint32_t from, std::uint32_t to);
  bool empty() const { return runs_.empty(); }
  std::uint32_t first() const { return runs_.front().first; }
  bool has(std::uint32_t piece) const;
  std::uint64_t count() const;
  const std::vector<Run>& all() const { return runs_; }
  Runs operator&(const Runs& other) const;
  Runs minus(const Runs& other) const;
  bool meets(const Runs& other) const;
  bool within(const Runs& other) const { return minus(other).empty(); }
  friend bool operator==(const Runs&, const Runs&) = default;

 private:
  std::vector<Run> runs_;
};

// One set a column: the values whose pieces are in every set.
using Box = std::vector<Runs>;

bool box_empty(const Box& box);
// False where they have no point in common.
bool boxes_meet(const Box& a, const Box& b);

// Counts what a check may spend.
class Budget {
 public:
  explicit Budget(std::int64_t steps) : left_(steps) {}
  // False once it is spent.
  bool spend(std::int64_t steps = 1) { return (left_ -= steps) >= 0; }
  bool spent() const { return left_ < 0; }

 private:
  std::int64_t left_;
};

// Takes the covers off `whole` one after the other and shows what is left, box by box, until `show`
// says false. Boxes shown are disjoint. False where the budget ended first.
bool uncovered(const Box& whole, const std::vector<const Box*>& covers, Budget& budget,
               const std::function<bool(const Box&)>& show);

}  // namespace citybrain::brain
