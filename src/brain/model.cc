// The door: loading, and evaluating for one subject.
#include "brain/model.h"

#include <algorithm>

#include "dmn_read.h"
#include "evaluation.h"
#include "temporal.h"

namespace citybrain::brain {

Model::Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Model::~Model() = default;

Loaded Model::load(std::string_view xml, const LoadOptions& options) {
  Loaded out;
  auto impl = std::make_unique<Impl>();
  const bool usable = DmnReader(options, out.diagnostics).read(xml, *impl);
  const bool clean =
      std::none_of(out.diagnostics.begin(), out.diagnostics.end(),
                   [](const Diagnostic& d) { return d.severity == Severity::error; });
  if (usable && (clean || options.lenient))
    out.model = std::make_shared<const Model>(std::shared_ptr<const Impl>(std::move(impl)));
  return out;
}

Result<std::shared_ptr<const Model>> Loaded::checked() const {
  if (model) return model;
  for (const Diagnostic& d : diagnostics) {
    if (d.severity == Severity::error) return invalid(d.text());
  }
  return invalid("the file holds no model");
}

const std::string& Model::id() const { return impl_->id; }
const std::string& Model::name() const { return impl_->name; }
const std::vector<Input>& Model::inputs() const { return impl_->inputs; }
const std::vector<DecisionInfo>& Model::decisions() const { return impl_->decisions; }
bool Model::has_decision(std::string_view name) const {
  return impl_->find(name, Item::Kind::decision) != nullptr;
}

namespace {

Outcome missing(std::string_view name) {
  Outcome out;
  Diagnostic d;
  d.code = "unknown_decision";
  d.message = "the model has no `" + std::string(name) + "`";
  out.diagnostics.push_back(std::move(d));
  return out;
}

Outcome finish(Evaluation& evaluation, Value value) {
  Outcome out;
  out.value = std::move(value);
  for (const Note& note : evaluation.machine().notes())
    out.diagnostics.push_back(diagnostic_of(note));
  out.explanation = std::move(evaluation.explanation());
  out.inexact = evaluation.machine().is_inexact();
  return out;
}

}  // namespace

namespace {

// The item's value in a context: those of imported files stand under the imports' names, as
// contexts within contexts or as one name with points.
const Value* given_in(const Context& context, const Item& item) {
  if (item.path.empty()) return context.find(item.name);
  std::string whole;
  const Context* at = &context;
  for (const std::string& part : item.path) {
    whole += part + ".";
    const Value* inner = at != nullptr ? at->find(part) : nullptr;
    at = inner != nullptr && inner->is(Kind::context) ? &inner->as_context() : nullptr;
  }
  const Value* found = at != nullptr ? at->find(item.name) : nullptr;
  return found != nullptr ? found : context.find(whole + item.name);
}

// The context's entries for inputs, and over decisions but those asked for.
void give_all(const Model::Impl& model, const Context& context,
              const std::vector<const Item*>& asked, Evaluation& evaluation) {
  for (std::uint32_t i = 0; i < model.items.size(); ++i) {
    const Item& known = model.items[i];
    if (known.kind != Item::Kind::input && known.kind != Item::Kind::decision) continue;
    if (std::find(asked.begin(), asked.end(), &known) != asked.end()) continue;
    const Value* given = given_in(context, known);
    if (given == nullptr) continue;
    Value v = *given;
    if (!coerce(v, known.type, &evaluation.machine())) {
      evaluation.machine().note("type",
                                "the input `" + known.name + "` is no " + type_text(known.type), v);
      v = {};
    }
    evaluation.give(i, std::move(v));
  }
}

}  // namespace

std::size_t Model::count_notes(const std::vector<std::string>& decisions, const Context& context,
                               const EvaluateOptions& options) const {
  Evaluation evaluation(*impl_, options);
  std::vector<const Item*> asked;
  for (const std::string& name : decisions) {
    if (const Item* item = impl_->find(name, Item::Kind::decision)) asked.push_back(item);
  }
  give_all(*impl_, context, asked, evaluation);
  for (const Item* item : asked)
    evaluation.decide(static_cast<std::uint32_t>(item - impl_->items.data()));
  return evaluation.machine().note_count();
}

Outcome Model::evaluate(std::string_view decision, const Context& context,
                        const EvaluateOptions& options) const {
  const Item* item = impl_->find(decision, Item::Kind::decision);
  if (item == nullptr) return missing(decision);
  Evaluation evaluation(*impl_, options);
  give_all(*impl_, context, {item}, evaluation);
  Value v = evaluation.decide(static_cast<std::uint32_t>(item - impl_->items.data()));
  return finish(evaluation, std::move(v));
}

Outcome Model::invoke(std::string_view name, const Context& parameters,
                      const EvaluateOptions& options) const {
  const Item* item = impl_->find(name, Item::Kind::service);
  if (item == nullptr) item = impl_->find(name, Item::Kind::function);
  if (item == nullptr) return missing(name);
  Evaluation evaluation(*impl_, options);
  const Function& f = *item->function.as_function();
  std::vector<Value> args;
  for (const Parameter& p : f.parameters) {
    const Value* given = parameters.find(p.name);
    if (given == nullptr) {
      evaluation.machine().note("absent", "the parameter `" + p.name + "` was not given");
    }
    args.push_back(given != nullptr ? *given : Value());
  }
  Value v = evaluation.machine().call(f, args);
  return finish(evaluation, std::move(v));
}

namespace {

Result<Value> read_typed(const json::value& member, const TypeRef& type, const std::string& name) {
  Value v = from_json(member);
  if (!type || v.is_null()) return v;
  if (v.is(Kind::text)) {
    std::optional<Value> read;
    const std::string& text = v.as_text();
    switch (type->kind) {
      case Type::Kind::number:
        if (const auto d = Decimal::parse(text)) read = Value::number(*d);
        break;
      case Type::Kind::date: read = parse_date_text(text); break;
      case Type::Kind::time: read = parse_time_text(text); break;
      case Type::Kind::date_time: read = parse_date_time_text(text); break;
      case Type::Kind::months:
      case Type::Kind::duration: read = parse_duration_text(text); break;
      default: read = v; break;
    }
    if (!read)
      return invalid("`" + name + "` is \"" + text + "\"; a " + type_text(type) + " is wanted");
    v = *std::move(read);
  }
  if (type->kind == Type::Kind::list && v.is(Kind::list) && member.is_array()) {
    std::vector<Value> items;
    for (const auto& item : member.get_array()) {
      CB_TRY(Value read, read_typed(item, type->element, name));
      items.push_back(std::move(read));
    }
    v = Value::list(std::move(items));
  }
  if (!coerce(v, type, nullptr)) {
    return invalid("`" + name + "` is " + to_text(v) + "; a " + type_text(type) + " is wanted");
  }
  return v;
}

}  // namespace

Result<Context> Model::read_inputs(const json::object& object) const {
  Context out;
  for (const std::uint32_t i : impl_->input_items) {
    const Item& item = impl_->items[i];
    const auto* member = object.if_contains(item.name);
    if (member == nullptr) continue;
    CB_TRY(Value v, read_typed(*member, item.type, item.name));
    out.set(item.name, std::move(v));
  }
  return out;
}

}  // namespace citybrain::brain
