// Boxed expressions (DMN 1.5 §7 and §10.2).
#include <algorithm>

#include "base/text.h"
#include "dmn_read.h"
#include "infer.h"

namespace citybrain::brain {

const char* name_of(Boxed::Kind kind) {
  switch (kind) {
    case Boxed::Kind::empty: return "empty";
    case Boxed::Kind::literal: return "literal";
    case Boxed::Kind::table: return "decision_table";
    case Boxed::Kind::context: return "context";
    case Boxed::Kind::list: return "list";
    case Boxed::Kind::relation: return "relation";
    case Boxed::Kind::function: return "function";
    case Boxed::Kind::invocation: return "invocation";
    case Boxed::Kind::conditional: return "conditional";
    case Boxed::Kind::for_: return "for";
    case Boxed::Kind::some: return "some";
    case Boxed::Kind::every: return "every";
    case Boxed::Kind::filter: return "filter";
  }
  return "";
}

pugi::xml_node DmnReader::expression_in(pugi::xml_node node) const {
  for (const auto& c : node.children()) {
    for (const char* name :
         {"literalExpression", "decisionTable", "context", "list", "relation", "functionDefinition",
          "invocation", "conditional", "for", "some", "every", "filter"}) {
      if (local_name(c) == name) return c;
    }
  }
  return {};
}

TypeRef DmnReader::type_ref(Around& around, pugi::xml_node node) {
  const char* name = node.attribute("typeRef").value();
  if (*name == '\0') return nullptr;
  for (const auto& d : documents_) {
    if (d.get() == around.document) return resolve(*d, name, node, around.where);
  }
  return nullptr;
}

std::shared_ptr<const Code> DmnReader::compile(Grammar grammar, Around& around, pugi::xml_node text,
                                               std::uint32_t slot, TypeRef type, TypeRef* result) {
  Source source;
  for (const auto& piece : text.children()) source.text += piece.value();
  source.where = around.where;
  const Span place = place_of(*around.document, text.first_child() ? text.first_child() : text);
  source.line = place.line;
  source.column = place.column;
  const Parsed parsed = parse(grammar, source, around.scope, diagnostics_, slot, std::move(type));
  around.slots = std::max(around.slots, parsed.code->slots);
  if (result != nullptr) *result = parsed.type;
  return parsed.code;
}

Boxed DmnReader::read_literal(Around& around, pugi::xml_node node) {
  Boxed out;
  const auto text = child(node, "text");
  if (!text || trim(text.child_value()).empty()) return out;
  out.kind = Boxed::Kind::literal;
  out.code = compile(Grammar::expression, around, text, 0, nullptr, &out.found);
  return out;
}

Boxed DmnReader::read_list(Around& around, pugi::xml_node node) {
  Boxed out;
  out.kind = Boxed::Kind::list;
  for (const auto& c : node.children()) {
    if (c.type() != pugi::node_element || local_name(c) == "description" ||
        local_name(c) == "extensionElements") {
      continue;
    }
    out.parts.push_back(read_boxed(around, c));
    const TypeRef& item = out.parts.back().found;
    out.found = out.parts.size() == 1 ? item : common_type(out.found, item);
  }
  out.found = list_of(out.found);
  return out;
}

Boxed DmnReader::read_conditional(Around& around, pugi::xml_node node) {
  Boxed out;
  out.kind = Boxed::Kind::conditional;
  for (const char* p : {"if", "then", "else"}) out.parts.push_back(part(around, node, p));
  expect(around, child(node, "if"), builtin_type("boolean"), out.parts[0].found);
  out.found = common_type(out.parts[1].found, out.parts[2].found);
  return out;
}

Boxed DmnReader::read_kind(Around& around, pugi::xml_node node) {
  const std::string_view name = local_name(node);
  if (name == "literalExpression") return read_literal(around, node);
  if (name == "decisionTable") return read_table(around, node);
  if (name == "context") return read_context(around, node);
  if (name == "list") return read_list(around, node);
  if (name == "relation") return read_relation(around, node);
  if (name == "functionDefinition") return read_boxed_function(around, node, "");
  if (name == "invocation") return read_invocation(around, node);
  if (name == "conditional") return read_conditional(around, node);
  if (name == "for") return read_iteration(around, node, Boxed::Kind::for_);
  if (name == "some") return read_iteration(around, node, Boxed::Kind::some);
  if (name == "every") return read_iteration(around, node, Boxed::Kind::every);
  if (name == "filter") return read_filter(around, node);
  error(*around.document, node, "xml", "`" + std::string(name) + "` is no expression",
        around.where);
  return {};
}

Boxed DmnReader::read_boxed(Around& around, pugi::xml_node node) {
  if (around.depth >= xml_depth_max) return {};
  ++around.depth;
  Boxed out = read_kind(around, node);
  --around.depth;
  out.type = type_ref(around, node);
  expect(around, node, out.type, out.found);
  if (out.type) out.found = out.type;
  return out;
}

// What is found may be what is declared, or it is an error.
void DmnReader::expect(Around& around, pugi::xml_node at, const TypeRef& declared,
                       const TypeRef& found) {
  if (may_conform(found, declared)) return;
  error(*around.document, at, "type",
        "this gives a " + type_text(found) + ", and a " + type_text(declared) + " is declared",
        around.where);
}

Boxed DmnReader::part(Around& around, pugi::xml_node node, std::string_view name) {
  const auto holder = child(node, name);
  const auto expression = expression_in(holder);
  if (!expression) {
    error(*around.document, holder ? holder : node, "xml",
          "`" + std::string(name) + "` has no expression", around.where);
    return {};
  }
  return read_boxed(around, expression);
}

Boxed DmnReader::read_context(Around& around, pugi::xml_node node) {
  Boxed out;
  out.kind = Boxed::Kind::context;
  const std::size_t names = around.scope.names.size();
  auto fields = std::make_shared<Type>(*builtin_type("context"));
  out.found = fields;
  for (const auto& entry : children(node, "contextEntry")) {
    const auto variable = child(entry, "variable");
    const std::string name = variable.attribute("name").value();
    const TypeRef type = variable ? type_ref(around, variable) : nullptr;
    const auto expression = expression_in(entry);
    if (local_name(expression) == "functionDefinition") {
      out.parts.push_back(read_boxed_function(around, expression, name));
      out.parts.back().type = type_ref(around, expression);
    } else if (expression) {
      out.parts.push_back(read_boxed(around, expression));
      expect(around, expression, type, out.parts.back().found);
    } else {
      out.parts.emplace_back();
    }
    const TypeRef known = type ? type : out.parts.back().found;
    if (name.empty()) {
      out.found = known;
    } else {
      fields->fields.emplace_back(name, known);
    }
    if (std::find(out.names.begin(), out.names.end(), name) != out.names.end()) {
      error(*around.document, entry, "name", "the context has two entries `" + name + "`",
            around.where);
    }
    out.names.push_back(name);
    out.types.push_back(type);
    if (!name.empty()) around.scope.members.push_back(name);
    out.slots.push_back(bind(around, name, known));
  }
  around.scope.names.resize(names);
  return out;
}

Boxed DmnReader::read_relation(Around& around, pugi::xml_node node) {
  Boxed out;
  out.kind = Boxed::Kind::relation;
  auto row_type = std::make_shared<Type>(*builtin_type("context"));
  for (const auto& column : children(node, "column")) {
    out.names.push_back(column.attribute("name").value());
    out.types.push_back(type_ref(around, column));
    row_type->fields.emplace_back(out.names.back(), out.types.back());
  }
  out.found = list_of(row_type);
  for (const auto& row : children(node, "row")) {
    std::size_t cells = 0;
    for (const auto& cell : row.children()) {
      const std::string_view kind = local_name(cell);
      if (cell.type() != pugi::node_element || kind == "description" ||
          kind == "extensionElements") {
        continue;
      }
      out.parts.push_back(read_boxed(around, cell));
      if (cells < out.types.size()) {
        expect(around, cell, out.types[cells], out.parts.back().found);
      }
      ++cells;
    }
    if (cells != out.names.size()) {
      error(*around.document, row, "relation",
            "the row has " + std::to_string(cells) + " cells and the relation " +
                std::to_string(out.names.size()) + " columns",
            around.where);
      out.parts.resize(out.parts.size() - cells);
    }
  }
  return out;
}

Boxed DmnReader::read_invocation(Around& around, pugi::xml_node node) {
  Boxed out;
  out.kind = Boxed::Kind::invocation;
  const auto callee = child(node, "literalExpression");
  TypeRef function;
  out.code = compile(Grammar::expression, around, child(callee, "text"), 0, nullptr, &function);
  const bool known = is_kind(function, Type::Kind::function) && function->has_signature;
  if (known) out.found = function->result;
  for (const auto& binding : children(node, "binding")) {
    out.names.push_back(child(binding, "parameter").attribute("name").value());
    const auto expression = expression_in(binding);
    out.parts.push_back(expression ? read_boxed(around, expression) : Boxed());
    if (!known) continue;
    const auto& names = function->parameter_names;
    if (std::find(names.begin(), names.end(), out.names.back()) == names.end()) {
      const auto close = nearest(out.names.back(), names);
      error(*around.document, binding, "arguments",
            "what is invoked has no parameter `" + out.names.back() + "`", around.where,
            close ? "did you mean `" + *close + "`?" : "");
    } else {
      expect(around, binding, parameter_type(function, out.names.back()), out.parts.back().found);
    }
  }
  return out;
}

Boxed DmnReader::read_boxed_function(Around& around, pugi::xml_node node, const std::string& self) {
  Boxed out;
  out.kind = Boxed::Kind::function;
  auto logic = std::make_shared<Logic>();
  logic->name = self.empty() ? "function" : self;
  Around inner;
  inner.document = around.document;
  inner.where = around.where;
  inner.depth = around.depth;
  inner.scope.types = around.scope.types;
  inner.scope.members = around.scope.members;
  for (const Declared& d : around.scope.names) {
    if (d.is_global) inner.scope.names.push_back(d);
  }
  for (const auto& p : children(node, "formalParameter")) {
    const TypeRef type = type_ref(inner, p);
    logic->parameters.push_back({p.attribute("name").value(), type});
    inner.scope.slots++;
  }
  // What is bound around it, then its own parameters: the nearer name wins.
  for (const Declared& d : around.scope.names) {
    if (d.is_global) continue;
    logic->captures.push_back(d.number);
    bind(inner, d.name, d.type);
  }
  for (std::uint32_t i = 0; i < logic->parameters.size(); ++i) {
    inner.scope.names.push_back({logic->parameters[i].name, false, i, logic->parameters[i].type});
  }
  if (!self.empty()) {  // it may call itself: its own slot comes last of all that is captured
    logic->captures.push_back(UINT32_MAX);
    bind(inner, self, nullptr);
  }
  inner.slots = std::max(inner.slots, inner.scope.slots);
  const std::string_view kind = node.attribute("kind").value();
  if (!kind.empty() && kind != "FEEL") {
    refuse_external(*around.document, node, kind, around.where);
  } else if (const auto expression = expression_in(node)) {
    logic->root = read_boxed(inner, expression);
  }
  logic->slots = inner.slots;
  out.found = function_type(logic->parameters, logic->root.found);
  out.function = std::move(logic);
  return out;
}

Boxed DmnReader::read_iteration(Around& around, pugi::xml_node node, Boxed::Kind kind) {
  Boxed out;
  out.kind = kind;
  out.parts.push_back(part(around, node, "in"));
  const TypeRef source = out.parts[0].found;
  const TypeRef item = is_kind(source, Type::Kind::range) ? source->element : item_type(source);
  const std::size_t names = around.scope.names.size();
  out.slots.push_back(bind(around, node.attribute("iteratorVariable").value(), item));
  if (kind == Boxed::Kind::for_) out.slots.push_back(bind(around, "partial", nullptr));
  out.parts.push_back(part(around, node, kind == Boxed::Kind::for_ ? "return" : "satisfies"));
  around.scope.names.resize(names);
  if (kind == Boxed::Kind::for_) {
    out.found = list_of(out.parts[1].found);
  } else {
    out.found = builtin_type("boolean");
    expect(around, child(node, "satisfies"), out.found, out.parts[1].found);
  }
  return out;
}

Boxed DmnReader::read_filter(Around& around, pugi::xml_node node) {
  Boxed out;
  out.kind = Boxed::Kind::filter;
  out.parts.push_back(part(around, node, "in"));
  const TypeRef source = out.parts[0].found;
  const std::size_t names = around.scope.names.size();
  const auto match = expression_in(child(node, "match"));
  if (local_name(match) != "literalExpression") {
    // A boxed condition is evaluated for each item, which it knows as `item`.
    out.slots.push_back(bind(around, "item", item_type(source)));
    out.parts.push_back(part(around, node, "match"));
    out.found = is_known(source) ? list_of(item_type(source)) : nullptr;
  } else {
    // `in[match]`: the same code as the literal form, so that its names mean the same.
    const std::string list = "the filtered list";
    out.slots.push_back(bind(around, list, source));
    const auto text = child(match, "text");
    const Span place = place_of(*around.document, text.first_child() ? text.first_child() : text);
    const auto before = static_cast<std::uint32_t>(list.size() + 1);
    const Source code{list + "[" + text.child_value() + "]", around.where, place.line,
                      place.column - before};
    const Parsed parsed = parse(Grammar::expression, code, around.scope, diagnostics_);
    around.slots = std::max(around.slots, parsed.code->slots);
    out.code = parsed.code;
    out.found = parsed.type;
  }
  around.scope.names.resize(names);
  return out;
}

}  // namespace citybrain::brain
