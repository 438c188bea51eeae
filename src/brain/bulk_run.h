// BulkRun: a program over one block. Conditions are asked a column at a time; what is no condition
// on columns goes row by row through the same machine as one subject does, for those rows only that
// need it. Decisions are evaluated for the rows that ask for them, and once.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "bulk_block.h"
#include "bulk_predicate.h"
#include "evaluation.h"

namespace citybrain::brain {

// What a program knows before it sees rows.
struct Program::Impl {
  std::shared_ptr<const Model::Impl> model;
  std::vector<std::uint32_t> decisions;
  std::vector<std::string> names;
  std::vector<std::optional<Value>> given;  // parameters, by item
  EvaluateOptions options;
  std::map<std::pair<const Code*, NodeId>, Predicate> predicates;
  // Of a comparison: the side that is not constant.
  std::map<std::pair<const Code*, NodeId>, NodeId> sides;

  void plan();
  std::optional<Value> fold(const Code& code, NodeId node) const;

 private:
  void plan_code(const Code& code, std::uint32_t item);
  bool is_known(const Code& code, NodeId node) const;
};

class BulkRun {
 public:
  BulkRun(const Program::Impl& program, Block::Impl& block);
  BatchOutcome run();

 private:
  // One row at a time; reads inputs from the block and decisions from what the run has.
  class Rows final : public Evaluation {
   public:
    Rows(BulkRun& run, const Program::Impl& program);
    Value global(std::uint32_t number, Machine& machine) override;
    Value evaluate(const Logic& logic, const Code& code, NodeId node);
    Value evaluate_alone(const Code& code, NodeId node);
    Value test(const Logic& logic, const Code& code, std::uint32_t slot, const Value& input);
    void leave();  // the row is done: hands its decisions and notes to the run
    std::size_t row = 0;

   protected:
    Value input(std::uint32_t number, bool& absent) override;

   private:
    BulkRun& run_;
  };
  // Where a vector of values comes from.
  struct Operand {
    enum class From : std::uint8_t { nothing, column, result, constant, own };
    From from = From::nothing;
    std::size_t column = 0;
    std::uint32_t item = 0;
    Value value;
    // Values of an expression, made for this operand alone.
    std::shared_ptr<ResultColumn> own;
  };
  struct State {
    Bits done;
    ResultColumn result;
    std::uint32_t code_null = 0, code_no = 0, code_yes = 0;
    bool has_truths = false;
  };

  void demand(std::uint32_t item, const Bits& rows);
  bool table(std::uint32_t item, const Bits& rows);
  void literal(std::uint32_t item, NodeId node, const Bits& rows);
  void by_rows(std::uint32_t item, const Bits& rows);
  std::optional<Planes> condition(const Code& code, NodeId node, const Bits& rows,
                                  std::uint32_t item);
  std::optional<Planes> ask(const Predicate& predicate, const Operand& operand);
  std::optional<Planes> junction(const Code& code, NodeId node, const Bits& rows,
                                 std::uint32_t item);
  bool can_be_condition(const Code& code, NodeId node) const;
  Operand operand(const Code& code, NodeId node, const Bits& rows);
  // A column at a time over values (bulk_values.cc): what arithmetic and built-in functions want.
  bool can_be_values(const Code& code, NodeId node) const;
  using Values = std::vector<Value>;
  void values(const Code& code, NodeId node, const Bits& rows, Values& out);
  void global_values(std::uint32_t item, const Bits& rows, Values& out);
  void arithmetic_values(const Code& code, const Node& n, const Bits& rows, Values& out);
  void call_values(const Code& code, const Node& n, const Bits& rows, Values& out);
  void if_values(const Code& code, const Node& n, const Bits& rows, Values& out);
  void take_notes();
  Operand own_operand(std::uint32_t item, const TableInput& input, Bits& rows);
  Bits hits_of(std::uint32_t item, const TableRule& rule, const std::vector<Operand>& operands,
               const Bits& rows);
  void put_values(std::uint32_t item, const Bits& rows, Values& values, const TypeRef& type);
  void put_rows(std::uint32_t item, const Bits& rows, const Code& code, NodeId node,
                const TypeRef& type);
  std::optional<Planes> truth_of_item(const Code& code, NodeId node, const Bits& rows);
  const Value& value_of(const Operand& operand, std::size_t row, Value& room);
  bool has_condition(const Code& code, NodeId node) const;
  std::uint32_t code_of(std::uint32_t item, Value value);
  void put(std::uint32_t item, const Bits& rows, const Value& value);
  void put_planes(std::uint32_t item, const Bits& rows, const Planes& planes);
  void output(std::uint32_t item, const TableOutput& output,
              const std::shared_ptr<const Code>& code, const Bits& rows);
  bool fits(const Operand& operand, Kind kind) const;
  bool reads_cleanly() const;

  const Program::Impl& program_;
  Block::Impl& block_;
  std::size_t rows_;
  Rows one_;
  std::vector<State> states_;
  std::vector<std::optional<std::size_t>> columns_;  // by item
  std::size_t notes_ = 0;
};

}  // namespace citybrain::brain
