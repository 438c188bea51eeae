// Decision tables: head, rules and hit policy (DMN 1.5 §8).
#include <algorithm>

#include "base/text.h"
#include "dmn_read.h"
#include "infer.h"
#include "machine.h"
#include "table_index.h"

namespace citybrain::brain {

Boxed DmnReader::read_table(Around& around, pugi::xml_node node) {
  Boxed out;
  out.kind = Boxed::Kind::table;
  out.type = type_ref(around, node);
  out.table = std::make_unique<Table>();
  Table& table = *out.table;
  table.name = around.where;
  const std::string_view policy = node.attribute("hitPolicy").value();
  struct Policy {
    std::string_view name;
    HitPolicy policy;
  };
  bool known = policy.empty();
  for (const auto& [name, p] :
       {Policy{"UNIQUE", HitPolicy::unique}, Policy{"ANY", HitPolicy::any},
        Policy{"PRIORITY", HitPolicy::priority}, Policy{"FIRST", HitPolicy::first},
        Policy{"RULE ORDER", HitPolicy::rule_order},
        Policy{"OUTPUT ORDER", HitPolicy::output_order}, Policy{"COLLECT", HitPolicy::collect}}) {
    if (policy != name) continue;
    table.policy = p;
    known = true;
  }
  if (!known)
    error(*around.document, node, "xml", "no hit policy `" + std::string(policy) + "`",
          around.where);
  const std::string_view aggregation = node.attribute("aggregation").value();
  if (aggregation == "SUM")
    table.aggregator = Aggregator::sum;
  else if (aggregation == "COUNT")
    table.aggregator = Aggregator::count;
  else if (aggregation == "MIN")
    table.aggregator = Aggregator::min;
  else if (aggregation == "MAX")
    table.aggregator = Aggregator::max;
  else if (!aggregation.empty())
    error(*around.document, node, "xml", "no aggregation `" + std::string(aggregation) + "`",
          around.where);
  const std::uint32_t slots = around.scope.slots;
  read_table_head(around, node, table);
  const auto rules = children(node, "rule");
  if (rules.size() * (table.inputs.size() + table.outputs.size()) > table_cells_max) {
    error(*around.document, node, "limit",
          "the table has more than " + std::to_string(table_cells_max) + " cells", around.where);
    return out;
  }
  std::vector<TypeRef> found(table.outputs.size());
  for (const auto& rule : rules) read_rule(around, rule, table, found);
  table.index = TableIndex::make(table);
  around.scope.slots = slots;
  out.found = table_type(table, found);
  return out;
}

void DmnReader::read_table_head(Around& around, pugi::xml_node node, Table& table) {
  for (const auto& input : children(node, "input")) {
    const auto expression = child(input, "inputExpression");
    TableInput in;
    in.text = std::string(trim(child(expression, "text").child_value()));
    TypeRef found;
    in.expression =
        compile(Grammar::expression, around, child(expression, "text"), 0, nullptr, &found);
    in.type = type_ref(around, expression);
    expect(around, expression, in.type, found);
    in.slot = bind(around, "", nullptr);
    if (const auto values = child(input, "inputValues");
        values && !trim(child(values, "text").child_value()).empty()) {
      in.allowed = compile(Grammar::unary_tests, around, child(values, "text"), in.slot, in.type);
    }
    if (!in.type) in.type = found;
    table.inputs.push_back(std::move(in));
  }
  for (const auto& output : children(node, "output")) {
    TableOutput o;
    o.name = output.attribute("name").value();
    o.type = type_ref(around, output);
    o.slot = bind(around, "", nullptr);
    if (const auto values = child(output, "outputValues");
        values && !trim(child(values, "text").child_value()).empty()) {
      o.allowed = compile(Grammar::unary_tests, around, child(values, "text"), o.slot, nullptr);
      const Node& root = o.allowed->nodes[o.allowed->root];
      for (std::uint32_t i = 0; i < root.count && root.op == Op::tests; ++i) {
        const Node& test = o.allowed->nodes[o.allowed->kids[root.first + i]];
        if (test.op != Op::test_value) continue;
        const Node& value = o.allowed->nodes[test.a];
        if (value.op == Op::constant) o.order.push_back(o.allowed->constants[value.a]);
      }
    } else if (o.type && o.type->allowed) {
      const Code& allowed = *o.type->allowed;
      const Node& root = allowed.nodes[allowed.root];
      for (std::uint32_t i = 0; i < root.count && root.op == Op::tests; ++i) {
        const Node& test = allowed.nodes[allowed.kids[root.first + i]];
        const Node& value = allowed.nodes[test.a];
        if (test.op == Op::test_value && value.op == Op::constant)
          o.order.push_back(allowed.constants[value.a]);
      }
    }
    if (const auto otherwise = child(output, "defaultOutputEntry");
        otherwise && !trim(child(otherwise, "text").child_value()).empty()) {
      o.otherwise = compile(Grammar::expression, around, child(otherwise, "text"));
    }
    table.outputs.push_back(std::move(o));
  }
  if (table.outputs.size() == 1) table.outputs[0].name.clear();
  if (table.outputs.empty())
    error(*around.document, node, "xml", "the table has no output", around.where);
  if (table.outputs.size() > 1 && table.aggregator != Aggregator::none &&
      table.aggregator != Aggregator::count) {
    error(*around.document, node, "xml", "an aggregation wants one output", around.where);
  }
}

// What a table gives, from what its outputs declare or, where they don't, what all rules give.
TypeRef DmnReader::table_type(const Table& table, const std::vector<TypeRef>& found) {
  const bool many = table.policy == HitPolicy::rule_order ||
                    table.policy == HitPolicy::output_order ||
                    (table.policy == HitPolicy::collect && table.aggregator == Aggregator::none);
  TypeRef one;
  if (table.aggregator == Aggregator::count) {
    one = builtin_type("number");
  } else if (table.outputs.size() == 1) {
    one = table.outputs[0].type ? table.outputs[0].type : found[0];
  } else {
    auto context = std::make_shared<Type>(*builtin_type("context"));
    for (std::size_t i = 0; i < table.outputs.size(); ++i) {
      const TableOutput& o = table.outputs[i];
      context->fields.emplace_back(o.name, o.type ? o.type : found[i]);
    }
    one = context;
  }
  return many ? list_of(one) : one;
}

void DmnReader::read_rule(Around& around, pugi::xml_node node, Table& table,
                          std::vector<TypeRef>& found) {
  TableRule rule;
  const auto entries = children(node, "inputEntry");
  const auto outputs = children(node, "outputEntry");
  if (entries.size() != table.inputs.size() || outputs.size() != table.outputs.size()) {
    error(*around.document, node, "xml",
          "the rule has " + std::to_string(entries.size()) + " conditions and " +
              std::to_string(outputs.size()) + " outputs, the table " +
              std::to_string(table.inputs.size()) + " and " + std::to_string(table.outputs.size()),
          around.where);
    return;
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto text = child(entries[i], "text");
    const std::string_view cell = trim(text.child_value());
    if (cell.empty() || cell == "-") {
      rule.tests.push_back(nullptr);
    } else {
      rule.tests.push_back(
          compile(Grammar::unary_tests, around, text, table.inputs[i].slot, table.inputs[i].type));
    }
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto text = child(outputs[i], "text");
    if (trim(text.child_value()).empty()) {
      rule.outputs.push_back(nullptr);
      continue;
    }
    TypeRef type;
    rule.outputs.push_back(compile(Grammar::expression, around, text, 0, nullptr, &type));
    expect(around, text, table.outputs[i].type, type);
    found[i] = table.rules.empty() ? type : common_type(found[i], type);
  }
  for (const auto& annotation : children(node, "annotationEntry")) {
    if (!rule.annotation.empty()) rule.annotation += " · ";
    rule.annotation += child(annotation, "text").child_value();
  }
  if (rule.annotation.empty()) rule.annotation = child(node, "description").child_value();
  table.rules.push_back(std::move(rule));
}

}  // namespace citybrain::brain
