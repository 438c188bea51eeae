// Evaluation: one subject's values while a model is evaluated. Inputs and decisions are read when
// they are first asked for, and once.
#pragma once

#include <span>
#include <vector>

#include "dmn.h"
#include "machine.h"

namespace citybrain::brain {

// Boxed logic in a frame of its own. `function` gives what it captured, and itself.
Value evaluate_logic(const Logic& logic, std::span<const Value> args, const Function& function,
                     Machine& machine);
// A part of boxed logic, in the present frame.
Value evaluate_boxed(const Boxed& boxed, Machine& machine);
// `rules`: where to write each rule's conditions; null = do not, and stop at the first false one.
Value evaluate_table(const Table& table, Machine& machine, std::vector<RuleTrace>* rules);

class Evaluation : public Globals {
 public:
  Evaluation(const Model::Impl& model, const EvaluateOptions& options);

  // Gives an input or overrides a decision.
  void give(std::uint32_t item, Value value);
  // Forgets all but what was given.
  void refresh();
  // Null where strict evaluation met an input that nobody gave.
  Value decide(std::uint32_t item);

  Value global(std::uint32_t number, Machine& machine) override;
  Value invoke(int item, std::span<const Value> args, Machine& machine) override;

  Machine& machine() { return machine_; }
  Explanation& explanation() { return explanation_; }

 protected:
  // The value of an input that was not given; `absent` where there is none.
  virtual Value input(std::uint32_t number, bool& absent);

 protected:
  enum class State : std::uint8_t { open, running, done, given };

 private:
  Value compute(std::uint32_t number);
  void explain(std::uint32_t number, const Value& value, std::vector<RuleTrace> rules);
  std::vector<Read> reads_of(const std::vector<std::uint32_t>& numbers, bool deep);
  void collect_reads(const Code& code, NodeId node, std::vector<std::uint32_t>& out) const;

 protected:
  const Model::Impl& model_;
  EvaluateOptions options_;
  Machine machine_;
  std::vector<Value> values_;
  std::vector<State> states_;
  std::vector<std::uint32_t> touched_;

 private:
  std::vector<bool> absent_;
  bool refused_ = false;
  Explanation explanation_;
};

}  // namespace citybrain::brain
