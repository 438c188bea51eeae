// EntryBuilder: turns one model with its parameters into nodes of the catalogue's graph, and into
// the accounts of its diagnostics. What it can't say as nodes becomes a node that the machine
// evaluates, for the rows that need it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dmn.h"
#include "graph_account.h"

namespace citybrain::brain {

// A value and what goes wrong on the way to it.
struct Made {
  NodeRef node = no_ref;
  AccountRef account = no_account;
};

// What of an entry the machine needs to evaluate a row by itself.
struct EntryPlan {
  std::shared_ptr<const Model::Impl> model;
  std::vector<std::uint32_t> decisions;               // wanted, by item
  std::vector<std::optional<Value>> given;            // parameters, by item
  std::vector<std::optional<std::uint32_t>> columns;  // of inputs, by item
  std::vector<NodeRef> nodes;                         // values of decisions and inputs, by item
  std::vector<NodeRef> answers;                       // of the decisions wanted
  AccountRef account = no_account;                    // of the decisions wanted, together
};

class EntryBuilder {
 public:
  EntryBuilder(Graph& graph, Accounts& accounts, const Schema& columns,
               const EvaluateOptions& options, std::uint32_t entry, EntryPlan& plan);
  void build();

 private:
  using Types = std::vector<TypeRef>;

  bool reads_cleanly() const;
  void build_by_rows();
  Made item(std::uint32_t number);
  Made decision(std::uint32_t number);
  // graph_expression.cc: an expression as nodes; none where it can't be said so.
  std::optional<Made> expression(const Code& code, NodeId node);
  std::optional<Made> comparison(const Code& code, NodeId node);
  std::optional<Made> order(Op op, const Made& a, const Made& b);
  std::optional<Made> membership(const Code& code, NodeId node);
  std::optional<Made> between(const Code& code, NodeId node);
  std::optional<Made> arithmetic(const Code& code, NodeId node);
  std::optional<Made> division(const Made& a, const Made& b);
  std::optional<Made> call(const Code& code, NodeId node);
  std::optional<Made> path(const Code& code, NodeId node);
  std::optional<Made> conditional(const Code& code, NodeId node);
  std::optional<Made> strict(Calc calc, const std::vector<Made>& operands,
                             Rounding mode = Rounding::half_even, int digits = 0);
  Made junction(const Code& code, NodeId node, const Logic& logic);
  // An expression as a condition; always made, by rows where it must be.
  Made condition(const Code& code, NodeId node, const Logic& logic);
  // An expression whose value is brought to these types; always made.
  Made leaf(const Code& code, NodeId node, const Logic& logic, const Types& types);
  // By the machine. `code` null: the decision as a whole; `input`: a unary test of what it reads.
  Made by_rows(const Code* code, NodeId node, const Logic& logic, const Types& types,
               const TableInput* input = nullptr, NodeRef tested = no_ref);
  // Is a value of this node surely of that type (or null)?
  bool fits(NodeRef node, const TypeRef& type) const;
  // graph_table.cc
  std::optional<Made> table(const Table& table, const Logic& logic, const Types& types);
  std::optional<Made> table_input(const TableInput& input, const Logic& logic, NodeRef& misfit);
  std::optional<NodeRef> null_test(const Code& test, NodeRef tested);
  std::optional<Made> order_test(const Code& test, NodeRef tested);
  struct Rule {
    NodeRef hit = no_ref;
    AccountRef tests = no_account;
    Made output;
  };
  Rule rule(const Table& table, const TableRule& rule, const std::vector<Made>& inputs,
            const Logic& logic, const Types& types);

  bool is_known(const Code& code, NodeId node);
  std::optional<Value> fold(const Code& code, NodeId node);
  Made constant(const Value& value) { return {graph_.constant(value), no_account}; }

  Graph& graph_;
  Accounts& accounts_;
  const Schema& columns_;
  const EvaluateOptions& options_;
  std::uint32_t entry_;
  EntryPlan& plan_;
  std::vector<std::optional<Made>> made_;  // by item
  const Logic* logic_ = nullptr;           // of the decision that is being made
};

}  // namespace citybrain::brain
