// Decision tables as nodes: each rule a `hit`, the table a choice among the rules' outputs. Tables
// of the hit policies FIRST and UNIQUE; the others the machine evaluates. See graph_build.h.
#include "graph_build.h"

namespace citybrain::brain {

std::optional<Made> EntryBuilder::table_input(const TableInput& input, const Logic& logic,
                                              NodeRef& misfit) {
  if (input.allowed) return std::nullopt;
  const Code& code = *input.expression;
  misfit = no_ref;
  if (const auto made = expression(code, code.root); made && fits(made->node, input.type)) {
    return made;
  }
  const Made made = by_rows(&code, code.root, logic, {input.type});
  if (input.type) misfit = graph_.misfit(made.node);
  return made;
}

std::optional<Made> EntryBuilder::table(const Table& t, const Logic& logic, const Types& types) {
  if (t.outputs.size() != 1 || t.outputs[0].allowed) return std::nullopt;
  if (t.policy != HitPolicy::first && t.policy != HitPolicy::unique) return std::nullopt;
  std::vector<Made> inputs;
  std::vector<NodeRef> misfits;
  for (const TableInput& in : t.inputs) {
    NodeRef misfit = no_ref;
    const auto made = table_input(in, logic, misfit);
    if (!made) return std::nullopt;
    inputs.push_back(*made);
    misfits.push_back(misfit);
  }
  Types output_types = {t.outputs[0].type};
  output_types.insert(output_types.end(), types.begin(), types.end());
  std::vector<Rule> rules;
  for (const TableRule& r : t.rules) rules.push_back(rule(t, r, inputs, logic, output_types));

  Made last = constant({});
  if (t.outputs[0].otherwise) {
    last = leaf(*t.outputs[0].otherwise, t.outputs[0].otherwise->root, logic, output_types);
  }
  std::vector<Graph::Piece> pieces;
  AccountRef account = last.account;
  for (std::size_t i = rules.size(); i-- > 0;) {
    const Rule& r = rules[i];
    const AccountRef rest = accounts_.guarded(Account::Op::unless, r.hit, account);
    account = accounts_.sum({accounts_.guarded(Account::Op::where, r.hit, r.output.account), rest});
    if (t.policy == HitPolicy::first) account = accounts_.sum({r.tests, account});
  }
  for (const Rule& r : rules) pieces.push_back({r.hit, r.output.node});
  if (t.policy == HitPolicy::unique) {
    std::vector<NodeRef> hits;
    std::vector<AccountRef> tests;
    for (const Rule& r : rules) {
      hits.push_back(r.hit);
      tests.push_back(r.tests);
    }
    const NodeRef twice = graph_.twice(std::move(hits));
    pieces.insert(pieces.begin(), {twice, graph_.constant({})});
    tests.push_back(accounts_.guarded(Account::Op::where, twice, accounts_.fixed(1)));
    tests.push_back(accounts_.guarded(Account::Op::unless, twice, account));
    account = accounts_.sum(std::move(tests));
  }
  // Inputs are read before any rule is tried; one of another type than wanted ends the table.
  for (std::size_t i = inputs.size(); i-- > 0;) {
    if (misfits[i] != no_ref) {
      pieces.insert(pieces.begin(), {misfits[i], graph_.constant({})});
      account = accounts_.guarded(Account::Op::unless, misfits[i], account);
    }
    account = accounts_.sum({inputs[i].account, account});
  }
  return Made{graph_.choice(pieces, last.node), account};
}

namespace {

// Of a cell with one test.
const Node* only_test(const Code& test) {
  const Node& root = test.nodes[test.root];
  return root.op == Op::tests && root.count == 1 ? &test.nodes[test.kids[root.first]] : nullptr;
}

}  // namespace

// `null` or not(null): known of every value.
std::optional<NodeRef> EntryBuilder::null_test(const Code& test, NodeRef tested) {
  const Node* only = only_test(test);
  if (only == nullptr || only->op != Op::test_value || only->aux != 0) return std::nullopt;
  const auto value = fold(test, only->a);
  if (!value || !value->is_null()) return std::nullopt;
  const NodeRef is_null = graph_.is_null(tested);
  return test.nodes[test.root].aux != 0 ? graph_.negation(is_null) : is_null;
}

// `< b` and its kin, where b is an input or a decision. Tables are quiet about a null that is
// tested, not about one that it is tested with.
std::optional<Made> EntryBuilder::order_test(const Code& test, NodeRef tested) {
  const Node* only = only_test(test);
  if (only == nullptr || only->op != Op::test_compare || test.nodes[test.root].aux != 0)
    return std::nullopt;
  const auto op = static_cast<Op>(only->aux);
  if (op == Op::equal || op == Op::unequal || test.nodes[only->a].op != Op::global)
    return std::nullopt;
  const auto b = expression(test, only->a);
  const auto asked = b ? order(op, {tested, no_account}, *b) : std::nullopt;
  if (!asked) return asked;
  const AccountRef unknown = accounts_.guarded(Account::Op::unless, graph_.is_null(tested),
                                               accounts_.unknowns(asked->node, 1));
  return Made{asked->node, accounts_.sum({b->account, unknown})};
}

EntryBuilder::Rule EntryBuilder::rule(const Table& t, const TableRule& r,
                                      const std::vector<Made>& inputs, const Logic& logic,
                                      const Types& types) {
  Rule out;
  std::vector<NodeRef> tests;
  std::vector<AccountRef> specials;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!r.tests[i]) {
      tests.push_back(graph_.constant(Value::boolean(true)));
      specials.push_back(no_account);
      continue;
    }
    const Code& test = *r.tests[i];
    const auto predicate = predicate_of_tests(
        test, test.root, [this](const Code& c, NodeId node) { return fold(c, node); });
    const bool asked =
        predicate &&
        (graph_[inputs[i].node].shape == shape_of(predicate->kind) ||
         (graph_.is_constant(inputs[i].node) && graph_[inputs[i].node].value.is_null()));
    if (asked) {
      tests.push_back(graph_.ask(inputs[i].node, *predicate));
      specials.push_back(no_account);
    } else if (const auto of_null = null_test(test, inputs[i].node)) {
      tests.push_back(*of_null);
      specials.push_back(no_account);
    } else if (const auto ordered = order_test(test, inputs[i].node)) {
      tests.push_back(ordered->node);
      specials.push_back(ordered->account);
    } else {
      const Made made = by_rows(&test, test.root, logic, {}, &t.inputs[i], inputs[i].node);
      tests.push_back(graph_.truth_of(made.node));
      specials.push_back(made.account);
    }
  }
  // A test is tried where no test before it is false.
  AccountRef account = no_account;
  for (std::size_t i = tests.size(); i-- > 0;) {
    account = accounts_.sum({specials[i], accounts_.guarded(Account::Op::may, tests[i], account)});
  }
  out.tests = account;
  out.hit = graph_.hit(std::move(tests));
  const auto& output = r.outputs[0];
  out.output = output ? leaf(*output, output->root, logic, types) : constant({});
  return out;
}

}  // namespace citybrain::brain
