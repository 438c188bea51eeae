// Elements of a file: inputs, decisions, functions, services, and what each requires.
#include <algorithm>

#include "base/text.h"
#include "dmn_read.h"

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

// Imported files first, each under the names that lead to it.
bool DmnReader::add_document(std::string_view xml, const std::vector<std::string>& path) {
  constexpr std::size_t import_depth_max = 10;
  constexpr std::size_t documents_max = 100;
  auto d = std::make_unique<Document>();
  if (!read_document(xml, *d, diagnostics_)) return false;
  Document& document = *d;
  document.path = path;
  for (Document::Import& import : document.imports) {
    const std::string& wanted = import.space;
    const auto found = std::find_if(
        options_.imports.begin(), options_.imports.end(), [&wanted](const auto& other) {
          // By name, or by the file's own namespace.
          return other.first == wanted ||
                 other.second.find("namespace=\"" + wanted + "\"") != std::string::npos;
        });
    const auto element = child(document.root, "import");
    if (found == options_.imports.end()) {
      const std::string_view type = element.attribute("importType").value();
      if (type.find("DMN") != std::string_view::npos) {
        error(document, element, "import",
              "the imported file with namespace `" + wanted + "` was not given", "");
      }
      continue;
    }
    if (path.size() >= import_depth_max || documents_.size() >= documents_max) {
      error(document, element, "import", "imports are nested too deep, or too many", "");
      return false;
    }
    import.path = path;
    import.path.push_back(import.name.empty() ? wanted : import.name);
    if (!add_document(found->second, import.path)) return false;
  }
  documents_.push_back(std::move(d));
  return true;
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
    const auto d = std::find_if(documents_.begin(), documents_.end(),
                                [&](const auto& doc) { return doc->path == model.items[i].path; });
    if (model.items[i].kind == Item::Kind::service)
      read_service(**d, model.items[i], nodes_[i]);
    else
      read_requirements(**d, model.items[i], nodes_[i]);
  }
  check_cycles();
  for (std::uint32_t i = 0; i < model.items.size(); ++i) {
    const auto d = std::find_if(documents_.begin(), documents_.end(),
                                [&](const auto& doc) { return doc->path == model.items[i].path; });
    read_logic(**d, i);
  }
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
      item.path = d.path;
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
      const Item* twin = model_->find(item.name, kind);
      if (main && twin != nullptr && twin->path.empty() && twin->name == item.name) {
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
      if (!item.id.empty()) by_id_[{d.path, item.id}] = number;
      model_->items.push_back(std::move(item));
      nodes_.push_back(node);
    }
  }
}

std::optional<std::uint32_t> DmnReader::item_at(const Document& d, std::string_view href) const {
  const auto hash = href.rfind('#');
  const std::string space(hash == std::string_view::npos ? "" : href.substr(0, hash));
  std::vector<std::string> path = d.path;
  if (!space.empty() && space != d.space) {
    const auto import = std::find_if(d.imports.begin(), d.imports.end(),
                                     [&](const auto& known) { return known.space == space; });
    if (import == d.imports.end()) return std::nullopt;
    path = import->path;
  }
  const std::string id(hash == std::string_view::npos ? href : href.substr(hash + 1));
  const auto it = by_id_.find({path, id});
  if (it == by_id_.end()) return std::nullopt;
  return it->second;
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
  for (const std::uint32_t p : item.parameters) {
    f->parameters.push_back({model_->items[p].name, model_->items[p].type});
  }
  if (item.type && item.type->kind == Type::Kind::function) item.type = item.type->result;
  f->result = item.type;
  item.needs = item.outputs;
  item.function = Value::function(std::move(f));
}

bool DmnReader::visits_itself(std::uint32_t item, std::vector<std::uint8_t>& state) {
  // An explicit stack: a file may hold a chain of many thousands.
  std::vector<std::pair<std::uint32_t, std::size_t>> path{{item, 0}};
  state[item] = 1;
  while (!path.empty()) {
    auto& [at, next] = path.back();
    const Item& i = model_->items[at];
    const bool follows = i.kind == Item::Kind::decision;
    if (!follows || next >= i.needs.size()) {
      state[at] = 2;
      path.pop_back();
      continue;
    }
    const std::uint32_t to = i.needs[next++];
    if (model_->items[to].kind != Item::Kind::decision) continue;
    if (state[to] == 1) return true;
    if (state[to] == 0) {
      state[to] = 1;
      path.emplace_back(to, 0);
    }
  }
  return false;
}

void DmnReader::check_cycles() {
  std::vector<std::uint8_t> state(model_->items.size(), 0);
  for (std::uint32_t i = 0; i < model_->items.size(); ++i) {
    if (state[i] != 0 || model_->items[i].kind != Item::Kind::decision) continue;
    if (!visits_itself(i, state)) continue;
    const auto d = std::find_if(documents_.begin(), documents_.end(), [&](const auto& doc) {
      return doc->path == model_->items[i].path;
    });
    error(**d, nodes_[i], "cycle", "the decision requires itself, directly or through others",
          model_->items[i].name);
    for (Item& item : model_->items) item.needs.clear();
    return;
  }
}

void DmnReader::declare(Around& around, const Item& item, std::uint32_t number) {
  std::string name = item.name;
  for (const auto& import : around.document->imports) {
    if (item.path == import.path && !import.name.empty()) name = import.name + "." + name;
  }
  TypeRef type = item.type;
  if (item.kind == Item::Kind::function || item.kind == Item::Kind::service) {
    auto t = std::make_shared<Type>();
    t->kind = Type::Kind::function;
    t->name = "function";
    if (item.kind == Item::Kind::service) t->result = item.type;
    type = t;
  }
  around.scope.names.push_back({std::move(name), true, number, std::move(type)});
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
    return;
  }
  auto logic = std::make_shared<Logic>();
  logic->name = item.name;
  const auto expression = expression_in(nodes_[number]);
  if (expression) {
    logic->root = read_boxed(around, expression);
  }
  logic->result = item.type;
  logic->slots = around.slots;
  item.logic = std::move(logic);
}

void DmnReader::read_function(Document& d, Item& item, pugi::xml_node node, Around& around) {
  auto logic = std::make_shared<Logic>();
  logic->name = item.name;
  for (const auto& p : children(node, "formalParameter")) {
    const std::string name = p.attribute("name").value();
    const TypeRef type = resolve(d, p.attribute("typeRef").value(), p, item.name);
    logic->parameters.push_back({name, type});
    bind(around, name, type);
  }
  const std::string_view kind = node.attribute("kind").value();
  if (!kind.empty() && kind != "FEEL") {
    error(d, node, "unsupported",
          "functions of kind " + std::string(kind) + " are not called from the city's rules",
          item.name);
  } else if (const auto expression = expression_in(node)) {
    logic->root = read_boxed(around, expression);
  }
  logic->slots = around.slots;
  TypeRef result = item.type;
  if (result && result->kind == Type::Kind::function) result = result->result;
  logic->result = result;
  auto f = std::make_shared<Function>();
  f->name = item.name;
  f->parameters = logic->parameters;
  f->result = result;
  f->model_item = static_cast<int>(&item - model_->items.data());
  item.function = Value::function(std::move(f));
  item.logic = std::move(logic);
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
