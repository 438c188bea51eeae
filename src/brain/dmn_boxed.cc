// Boxed expressions (DMN 1.5 §7 and §10.2).
#include <algorithm>

#include "base/text.h"
#include "dmn_read.h"

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

Boxed DmnReader::read_boxed(Around& around, pugi::xml_node node) {
  const std::string_view name = local_name(node);
  Boxed out;
  if (++around.depth > xml_depth_max) return out;
  if (name == "literalExpression") {
    out.kind = Boxed::Kind::literal;
    out.type = type_ref(around, node);
    const auto text = child(node, "text");
    if (text && !trim(text.child_value()).empty()) {
      TypeRef found;
      out.code = compile(Grammar::expression, around, text, 0, nullptr, &found);
    } else {
      out.kind = Boxed::Kind::empty;
    }
  } else if (name == "decisionTable") {
    out = read_table(around, node);
  } else if (name == "context") {
    out = read_context(around, node);
  } else if (name == "list") {
    out.kind = Boxed::Kind::list;
    for (const auto& c : node.children()) {
      if (c.type() == pugi::node_element && local_name(c) != "description" &&
          local_name(c) != "extensionElements") {
        out.parts.push_back(read_boxed(around, c));
      }
    }
    out.type = type_ref(around, node);
  } else if (name == "relation") {
    out = read_relation(around, node);
  } else if (name == "functionDefinition") {
    out = read_boxed_function(around, node, "");
  } else if (name == "invocation") {
    out = read_invocation(around, node);
  } else if (name == "conditional") {
    out.kind = Boxed::Kind::conditional;
    for (const char* p : {"if", "then", "else"}) out.parts.push_back(part(around, node, p));
  } else if (name == "for") {
    out = read_iteration(around, node, Boxed::Kind::for_);
  } else if (name == "some") {
    out = read_iteration(around, node, Boxed::Kind::some);
  } else if (name == "every") {
    out = read_iteration(around, node, Boxed::Kind::every);
  } else if (name == "filter") {
    out = read_filter(around, node);
  } else {
    error(*around.document, node, "xml", "`" + std::string(name) + "` is no expression",
          around.where);
  }
  --around.depth;
  return out;
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
  for (const auto& entry : children(node, "contextEntry")) {
    const auto variable = child(entry, "variable");
    const std::string name = variable.attribute("name").value();
    const TypeRef type = variable ? type_ref(around, variable) : nullptr;
    const auto expression = expression_in(entry);
    if (local_name(expression) == "functionDefinition") {
      out.parts.push_back(read_boxed_function(around, expression, name));
    } else if (expression) {
      out.parts.push_back(read_boxed(around, expression));
    } else {
      out.parts.emplace_back();
    }
    if (std::find(out.names.begin(), out.names.end(), name) != out.names.end()) {
      error(*around.document, entry, "name", "the context has two entries `" + name + "`",
            around.where);
    }
    out.names.push_back(name);
    out.types.push_back(type);
    if (!name.empty()) around.scope.members.push_back(name);
    out.slots.push_back(bind(around, name, type));
  }
  around.scope.names.resize(names);
  out.type = type_ref(around, node);
  return out;
}

Boxed DmnReader::read_relation(Around& around, pugi::xml_node node) {
  Boxed out;
  out.kind = Boxed::Kind::relation;
  for (const auto& column : children(node, "column")) {
    out.names.push_back(column.attribute("name").value());
    out.types.push_back(type_ref(around, column));
  }
  for (const auto& row : children(node, "row")) {
    std::size_t cells = 0;
    for (const auto& cell : row.children()) {
      if (cell.type() != pugi::node_element) continue;
      out.parts.push_back(read_boxed(around, cell));
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
  out.type = type_ref(around, node);
  const auto callee = child(node, "literalExpression");
  out.code = compile(Grammar::expression, around, child(callee, "text"));
  for (const auto& binding : children(node, "binding")) {
    out.names.push_back(child(binding, "parameter").attribute("name").value());
    const auto expression = expression_in(binding);
    out.parts.push_back(expression ? read_boxed(around, expression) : Boxed());
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
    error(*around.document, node, "unsupported",
          "functions of kind " + std::string(kind) + " are not called from the city's rules",
          around.where);
  } else if (const auto expression = expression_in(node)) {
    logic->root = read_boxed(inner, expression);
  }
  logic->slots = inner.slots;
  out.function = std::move(logic);
  return out;
}

Boxed DmnReader::read_iteration(Around& around, pugi::xml_node node, Boxed::Kind kind) {
  Boxed out;
  out.kind = kind;
  out.parts.push_back(part(around, node, "in"));
  const std::size_t names = around.scope.names.size();
  out.slots.push_back(bind(around, node.attribute("iteratorVariable").value(), nullptr));
  if (kind == Boxed::Kind::for_) out.slots.push_back(bind(around, "partial", nullptr));
  out.parts.push_back(part(around, node, kind == Boxed::Kind::for_ ? "return" : "satisfies"));
  around.scope.names.resize(names);
  return out;
}

Boxed DmnReader::read_filter(Around& around, pugi::xml_node node) {
  // A filter is `in[match]`: the same code as the literal form, so that its names mean the same.
  Boxed out;
  out.kind = Boxed::Kind::filter;
  out.parts.push_back(part(around, node, "in"));
  const std::size_t names = around.scope.names.size();
  const std::uint32_t slot = bind(around, "the filtered list", nullptr);
  out.slots.push_back(slot);
  const auto match = expression_in(child(node, "match"));
  if (local_name(match) != "literalExpression") {
    error(*around.document, node, "xml", "a filter's match is a literal expression", around.where);
    return out;
  }
  const auto text = child(match, "text");
  Source source;
  source.text = std::string("the filtered list[") + text.child_value() + "]";
  source.where = around.where;
  const Span place = place_of(*around.document, text);
  source.line = place.line;
  source.column = place.column;
  const Parsed parsed = parse(Grammar::expression, source, around.scope, diagnostics_);
  around.slots = std::max(around.slots, parsed.code->slots);
  out.code = parsed.code;
  around.scope.names.resize(names);
  return out;
}

}  // namespace citybrain::brain
