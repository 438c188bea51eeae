// Compiling a catalogue: see include/brain/catalogue.h and catalogue_plan.h.
#include "brain/catalogue.h"

#include <algorithm>

#include "catalogue_plan.h"
#include "machine.h"

namespace citybrain::brain {

Catalogue::Catalogue(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Catalogue::~Catalogue() = default;
std::size_t Catalogue::size() const { return impl_->entries.size(); }
const Schema& Catalogue::columns() const { return impl_->columns; }
const CatalogueFigures& Catalogue::figures() const { return impl_->figures; }

namespace {

Result<EntryPlan> plan_of(const CatalogueEntry& entry, const EvaluateOptions& options) {
  EntryPlan plan;
  plan.model = entry.model->shared();
  const Model::Impl& model = *plan.model;
  for (const std::string& name : entry.decisions) {
    const Item* item = model.find(name, Item::Kind::decision);
    if (item == nullptr) {
      return not_found("model '" + model.name + "' has no decision `" + name + "`");
    }
    plan.decisions.push_back(static_cast<std::uint32_t>(item - model.items.data()));
  }
  plan.given.resize(model.items.size());
  Machine machine(nullptr, options.now);
  for (std::uint32_t i = 0; i < model.items.size(); ++i) {
    const Item& item = model.items[i];
    if (item.kind != Item::Kind::input && item.kind != Item::Kind::decision) continue;
    const Value* v = item.path.empty() ? entry.parameters.find(item.name) : nullptr;
    if (v == nullptr) continue;
    if (std::find(plan.decisions.begin(), plan.decisions.end(), i) != plan.decisions.end()) {
      return invalid("model '" + model.name + "': `" + item.name +
                     "` is wanted and given as a parameter; leave one out");
    }
    Value given = *v;
    if (!coerce(given, item.type, &machine)) {
      return invalid("model '" + model.name + "': the parameter `" + item.name + "` is " +
                     to_text(given) + ", which is no " + type_text(item.type));
    }
    plan.given[i] = std::move(given);
  }
  return plan;
}

}  // namespace

Result<std::shared_ptr<const Catalogue>> Catalogue::compile(std::vector<CatalogueEntry> entries,
                                                            const Schema& columns,
                                                            const EvaluateOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->columns = columns;
  impl->options = options;
  impl->options.explain = false;
  impl->codes.resize(columns.fields.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    CB_TRY(EntryPlan plan, plan_of(entries[i], options));
    impl->entries.push_back(std::move(plan));
    EntryBuilder(impl->graph, impl->accounts, impl->columns, impl->options,
                 static_cast<std::uint32_t>(i), impl->entries.back())
        .build();
  }
  impl->plan_asks();
  CatalogueFigures& f = impl->figures;
  f.models = entries.size();
  f.conditions = impl->graph.asked();
  f.shared_conditions = impl->asks.size();
  f.nodes = impl->graph.size();
  for (NodeRef r = 0; r < impl->graph.size(); ++r)
    f.by_rows += impl->graph[r].form == GraphNode::Form::rows ? 1 : 0;
  return std::shared_ptr<const Catalogue>(new Catalogue(std::move(impl)));
}

void Catalogue::Impl::plan_asks() {
  for (NodeRef r = 0; r < graph.size(); ++r) {
    const GraphNode& n = graph[r];
    if (n.form != GraphNode::Form::ask) continue;
    const GraphNode& operand = graph[n.kids[0]];
    if (operand.form != GraphNode::Form::column || operand.shape != Shape::text) continue;
    for (const Predicate::Test& t : graph.predicate(n).tests) {
      if (t.op == Op::equal || t.op == Op::unequal) codes[operand.number].add(t.value.as_text());
    }
  }
  for (NodeRef r = 0; r < graph.size(); ++r) {
    const GraphNode& n = graph[r];
    if (n.form != GraphNode::Form::ask) continue;
    asks.resize(std::max<std::size_t>(asks.size(), n.number + 1));
    asks[n.number] = plan_ask(n);
  }
}

AskPlan Catalogue::Impl::plan_ask(const GraphNode& node) {
  AskPlan plan;
  const Predicate& p = graph.predicate(node);
  const GraphNode& operand = graph[node.kids[0]];
  plan.of_null = answered(p.holds({}));
  if (operand.shape == Shape::truth) {
    plan.by = AskPlan::By::truth;
    plan.of_yes = answered(p.holds(Value::boolean(true)));
    plan.of_no = answered(p.holds(Value::boolean(false)));
  } else if (operand.shape == Shape::text) {
    const bool column = operand.form == GraphNode::Form::column;
    const bool equality = std::all_of(p.tests.begin(), p.tests.end(), [](const auto& t) {
      return t.op == Op::equal || t.op == Op::unequal;
    });
    if (!column || !equality) return plan;
    plan.by = AskPlan::By::codes;
    const TextCodes& known = codes[operand.number];
    std::string unnamed = "x";  // longer than any text that a condition names
    for (std::uint32_t c = 1; c <= known.size(); ++c) {
      unnamed += known.text(c);
      if (p.holds(Value::text(known.text(c))).is_true()) plan.codes.push_back(c);
    }
    if (p.holds(Value::text(unnamed)).is_true()) plan.codes.insert(plan.codes.begin(), 0);
  } else if ((operand.shape == Shape::number && operand.scale >= 0) ||
             operand.shape == Shape::date) {
    plan.by = AskPlan::By::ints;
    plan.ints = IntAsk(p, operand.scale);
  }
  return plan;
}

}  // namespace citybrain::brain
