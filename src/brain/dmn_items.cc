// Elements of a file: inputs, decisions, functions, services, and what each requires.
#include <algorithm>

#include "base/text.h"
#include "dmn_read.h"
#include "infer.h"

namespace citybrain::brain {

const Item* Model::Impl::find(std::string_view wanted, Item::Kind kind) const {
  const Item* imported = nullptr;
  for (const Item& item : items) {
    if (item.kind != kind || (item.name != wanted && item.id != wanted)) continue;
    if (item.path.empty()) return &item;
    if (imported == nullptr) imported = &item;
  }
  return imported;
}

void DmnReader::error(const Document& d, pugi::xml_node node, std::string code, std::string message,
                      std::string where, std::string suggestion) {
  Diagnostic out;
  out.code = std::move(code);
  out.message = std::move(message);
  out.where = std::move(where);
  out.span = place_of(d, node);
  out.suggestion = std::move(suggestion);
  diagnostics_.push_back(std::move(out));
}

bool DmnReader::read(std::string_view xml, Model::Impl& model) {
  model_ = &model;
  if (!add_document(xml, {})) return false;
  const Document& main = *documents_.back();
  model.id = main.root.attribute("id").value();
  model.name = main.root.attribute("name").value();
  for (const auto& d : documents_) read_types(*d);
  for (const auto& d : documents_) read_items(*d);
  for (std::uint32_t i = 0; i < model.items.size(); ++i) {
    Document& d = *documents_[model.items[i].document];
    if (model.items[i].kind == Item::Kind::service) {
      read_service(d, model.items[i], nodes_[i]);
    } else {
      read_requirements(d, model.items[i], nodes_[i]);
    }
    if (model.items[i].kind == Item::Kind::function) read_signature(d, model.items[i], nodes_[i]);
  }
  check_cycles();
  for (const std::uint32_t i : reading_order()) read_logic(*documents_[model.items[i].document], i);
  fill_infos();
  return true;
}

void DmnReader::read_items(Document& d) {
  struct Element {
    std::string_view name;
    Item::Kind kind;
  };
  for (const auto& [element, kind] :
       {Element{"inputData", Item::Kind::input}, Element{"decision", Item::Kind::decision},
        Element{"businessKnowledgeModel", Item::Kind::function},
        Element{"decisionService", Item::Kind::service}}) {
    for (const auto& node : children(d.root, element)) {
      Item item;
      item.kind = kind;
      item.id = node.attribute("id").value();
      item.name = node.attribute("name").value();
      for (const std::string& name : d.path) {
        if (!name.empty()) item.path.push_back(name);
      }
      item.document = d.number;
      item.description = child(node, "description").child_value();
      const auto variable = child(node, "variable");
      if (const char* name = variable.attribute("name").value();
          *name != '\0' && kind != Item::Kind::service) {
        item.name = name;
      }
      item.type_name = variable.attribute("typeRef").value();
      if (item.name.empty()) error(d, node, "name", "the element has no name", "");
      item.type = resolve(d, item.type_name, variable ? variable : node, item.name);
      const bool main = &d == documents_.back().get();
      const auto twin = std::any_of(
          model_->items.begin(), model_->items.end(), [&, wanted = kind](const Item& other) {
            return other.path.empty() && other.name == item.name && other.kind == wanted;
          });
      if (main && twin) {
        error(d, node, "name", "there are two elements `" + item.name + "`", item.name);
      }
      if (main && kind == Item::Kind::input && !options_.known_inputs.empty() &&
          std::find(options_.known_inputs.begin(), options_.known_inputs.end(), item.name) ==
              options_.known_inputs.end()) {
        const auto close = nearest(item.name, options_.known_inputs);
        error(d, node, "unknown_fact", "no fact or parameter `" + item.name + "`", item.name,
              close ? "did you mean `" + *close + "`?" : "");
      }
      const auto number = static_cast<std::uint32_t>(model_->items.size());
      if (!item.id.empty()) by_id_[{d.number, item.id}] = number;
      model_->items.push_back(std::move(item));
      nodes_.push_back(node);
    }
  }
}

void DmnReader::read_requirements(Document& d, Item& item, pugi::xml_node node) {
  for (const char* kind : {"informationRequirement", "knowledgeRequirement"}) {
    for (const auto& requirement : children(node, kind)) {
      for (const auto& required : requirement.children()) {
        const std::string_view name = local_name(required);
        if (name != "requiredInput" && name != "requiredDecision" && name != "requiredKnowledge")
          continue;
        const char* href = required.attribute("href").value();
        if (const auto number = item_at(d, href)) {
          item.needs.push_back(*number);
        } else {
          error(d, required, "unknown_element", "nothing has the id `" + std::string(href) + "`",
                item.name);
        }
      }
    }
  }
}

void DmnReader::read_service(Document& d, Item& item, pugi::xml_node node) {
  const auto add = [&](const char* element, std::vector<std::uint32_t>& to) {
    for (const auto& reference : children(node, element)) {
      const char* href = reference.attribute("href").value();
      if (const auto number = item_at(d, href))
        to.push_back(*number);
      else
        error(d, reference, "unknown_element", "nothing has the id `" + std::string(href) + "`",
              item.name);
    }
  };
  add("outputDecision", item.outputs);
  add("inputData", item.parameters);  // positional arguments come in this order (DMN 1.5 §10.4)
  add("inputDecision", item.parameters);
  auto f = std::make_shared<Function>();
  f->name = item.name;
  f->model_item = static_cast<int>(&item - model_->items.data());
  const TypeRef declared = item.type;
  for (const std::uint32_t p : item.parameters) {
    const Item& parameter = model_->items[p];
    f->parameters.push_back({name_from(d, parameter), parameter.type});
    TypeRef& type = f->parameters.back().type;
    if (!type) type = parameter_type(declared, parameter.name);
  }
  if (is_kind(declared, Type::Kind::function)) item.type = declared->result;
  f->result = item.type;
  item.needs = item.outputs;
  item.function = Value::function(std::move(f));
}

void DmnReader::declare(Around& around, const Item& item, std::uint32_t number) {
  TypeRef type = item.type ? item.type : item.found;
  if (item.kind == Item::Kind::function || item.kind == Item::Kind::service) {
    const Function& f = *item.function.as_function();
    type = function_type(f.parameters, f.result ? f.result : item.found);
  }
  around.scope.names.push_back({name_from(*around.document, item), true, number, std::move(type)});
}

std::uint32_t DmnReader::bind(Around& around, const std::string& name, const TypeRef& type) {
  const std::uint32_t slot = around.scope.slots++;
  around.slots = std::max(around.slots, around.scope.slots);
  if (!name.empty()) around.scope.names.push_back({name, false, slot, type});
  return slot;
}

void DmnReader::read_logic(Document& d, std::uint32_t number) {
  Item& item = model_->items[number];
  if (item.kind != Item::Kind::decision && item.kind != Item::Kind::function) return;
  Around around;
  around.document = &d;
  around.where = item.name;
  around.scope.types = d.types;
  around.scope.members = members_;
  for (const std::uint32_t need : item.needs) declare(around, model_->items[need], need);
  if (item.kind == Item::Kind::function) {
    declare(around, item, number);
    read_function(d, item, child(nodes_[number], "encapsulatedLogic"), around);
    item.found = item.logic->root.found;
    return;
  }
  auto logic = std::make_shared<Logic>();
  logic->name = item.name;
  const auto expression = expression_in(nodes_[number]);
  if (expression) {
    logic->root = read_boxed(around, expression);
    expect(around, expression, item.type, logic->root.found);
  }
  item.found = logic->root.found;
  logic->result = item.type;
  logic->slots = around.slots;
  item.logic = std::move(logic);
}

// What a function's type says of a parameter that says nothing of itself.
TypeRef DmnReader::parameter_type(const TypeRef& function, std::string_view name) {
  if (!is_kind(function, Type::Kind::function)) return nullptr;
  for (std::size_t i = 0; i < function->parameter_names.size(); ++i) {
    if (function->parameter_names[i] == name) return function->parameters[i];
  }
  return nullptr;
}

// A BKM's parameters and result: its own, or those of its variable's or its logic's function type.
void DmnReader::read_signature(Document& d, Item& item, pugi::xml_node node) {
  const auto logic = child(node, "encapsulatedLogic");
  const TypeRef inner = resolve(d, logic.attribute("typeRef").value(), logic, item.name);
  auto f = std::make_shared<Function>();
  f->name = item.name;
  f->model_item = static_cast<int>(&item - model_->items.data());
  for (const auto& p : children(logic, "formalParameter")) {
    const std::string name = p.attribute("name").value();
    TypeRef type = resolve(d, p.attribute("typeRef").value(), p, item.name);
    for (const TypeRef& outer : {inner, item.type}) {
      if (!type) type = parameter_type(outer, name);
    }
    f->parameters.push_back({name, std::move(type)});
  }
  for (const TypeRef& outer : {item.type, inner}) {
    if (!f->result) f->result = is_kind(outer, Type::Kind::function) ? outer->result : outer;
  }
  item.function = Value::function(std::move(f));
}

void DmnReader::read_function(Document& d, Item& item, pugi::xml_node node, Around& around) {
  const Function& f = *item.function.as_function();
  auto logic = std::make_shared<Logic>();
  logic->name = item.name;
  logic->parameters = f.parameters;
  logic->result = f.result;
  for (const Parameter& p : f.parameters) bind(around, p.name, p.type);
  const std::string_view kind = node.attribute("kind").value();
  if (!kind.empty() && kind != "FEEL") {
    refuse_external(d, node, kind, item.name);
  } else if (const auto expression = expression_in(node)) {
    logic->root = read_boxed(around, expression);
    expect(around, expression, f.result, logic->root.found);
  }
  logic->slots = around.slots;
  item.logic = std::move(logic);
}

void DmnReader::refuse_external(const Document& d, pugi::xml_node node, std::string_view kind,
                                const std::string& where) {
  error(d, node, "external_function",
        "functions of kind " + std::string(kind) + " are not called from the city's rules", where,
        "write the function in FEEL");
}

void DmnReader::fill_infos() {
  for (std::uint32_t i = 0; i < model_->items.size(); ++i) {
    const Item& item = model_->items[i];
    if (!item.path.empty()) continue;
    if (item.kind == Item::Kind::input) {
      model_->inputs.push_back({item.name, item.type_name, item.description});
      model_->input_items.push_back(i);
    }
    if (item.kind != Item::Kind::decision) continue;
    DecisionInfo info{item.id, item.name, item.type_name, name_of(item.logic->root.kind), {}};
    std::vector<std::uint8_t> seen(model_->items.size(), 0);
    std::vector<std::uint32_t> open{i};
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      if (seen[at]++ != 0) continue;
      const Item& needed = model_->items[at];
      if (needed.kind == Item::Kind::input) info.requires_inputs.push_back(needed.name);
      open.insert(open.end(), needed.needs.begin(), needed.needs.end());
    }
    std::sort(info.requires_inputs.begin(), info.requires_inputs.end());
    model_->decisions.push_back(std::move(info));
  }
}

}  // namespace citybrain::brain
