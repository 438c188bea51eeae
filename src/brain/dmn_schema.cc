// The form of DMN files: which elements and attributes stand where, after the standard's schemas of
// DMN 1.2 to 1.5, the widest of them where they differ. What is of another namespace is not ours to
// judge.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "dmn_read.h"

namespace citybrain::brain {
namespace {

// attributes: ! after a name = required. children, in order: one of "a|b", then ? at most one,
// * any number, + one or more, nothing = exactly one. EXPRESSION and REQUIREMENT stand for lists of
// names. Every element may have id and label, and begin with description and extensionElements.
struct Form {
  const char* element;  // "parent/element" where the parent matters
  const char* attributes;
  const char* children;
};

constexpr Form forms[] = {
    {"definitions", "name! namespace! expressionLanguage typeLanguage exporter exporterVersion",
     "import* itemDefinition* "
     "decision|inputData|businessKnowledgeModel|knowledgeSource|decisionService* "
     "group|textAnnotation|association* elementCollection* "
     "performanceIndicator|organizationUnit* DMNDI?"},
    {"import", "name namespace! locationURI importType!", ""},
    {"itemDefinition", "name! typeLanguage isCollection",
     "typeRef? itemComponent* functionItem? allowedValues? typeConstraint?"},
    {"itemComponent", "name! typeLanguage isCollection",
     "typeRef? itemComponent* functionItem? allowedValues? typeConstraint?"},
    {"functionItem", "outputTypeRef", "parameters*"},
    {"decision", "name!",
     "question? allowedAnswers? variable? informationRequirement* knowledgeRequirement* "
     "authorityRequirement* supportedObjective* impactedPerformanceIndicator* decisionMaker* "
     "decisionOwner* usingProcess* usingTask* EXPRESSION?"},
    {"businessKnowledgeModel", "name!",
     "variable? encapsulatedLogic? knowledgeRequirement* authorityRequirement*"},
    {"inputData", "name!", "variable?"},
    {"knowledgeSource", "name! locationURI", "authorityRequirement* type? owner?"},
    {"decisionService", "name!",
     "variable? outputDecision* encapsulatedDecision* inputDecision* inputData*"},
    {"decisionService/inputData", "href!", ""},
    {"informationRequirement", "", "requiredDecision|requiredInput"},
    {"knowledgeRequirement", "", "requiredKnowledge"},
    {"authorityRequirement", "", "requiredDecision|requiredInput|requiredAuthority"},
    {"elementCollection", "name", "drgElement*"},
    {"performanceIndicator", "name! URI", "impactingDecision*"},
    {"organizationUnit", "name! URI", "decisionMade* decisionOwned*"},
    {"group", "name", ""},
    {"textAnnotation", "textFormat", "text?"},
    {"association", "associationDirection", "sourceRef targetRef"},
    {"literalExpression", "typeRef expressionLanguage", "text? importedValues?"},
    {"inputExpression", "typeRef expressionLanguage", "text? importedValues?"},
    {"outputEntry", "typeRef expressionLanguage", "text? importedValues?"},
    {"defaultOutputEntry", "typeRef expressionLanguage", "text? importedValues?"},
    {"inputEntry", "typeRef expressionLanguage", "text"},
    {"inputValues", "typeRef expressionLanguage", "text"},
    {"outputValues", "typeRef expressionLanguage", "text"},
    {"allowedValues", "typeRef expressionLanguage", "text"},
    {"typeConstraint", "typeRef expressionLanguage", "text"},
    {"importedValues", "name namespace! locationURI importType! expressionLanguage",
     "importedElement"},
    {"invocation", "typeRef", "EXPRESSION? binding*"},
    {"binding", "", "parameter EXPRESSION?"},
    {"decisionTable", "typeRef hitPolicy aggregation preferredOrientation outputLabel",
     "input* output+ annotation* rule*"},
    {"input", "", "inputExpression inputValues?"},
    {"output", "name typeRef", "outputValues? defaultOutputEntry?"},
    {"annotation", "name", ""},
    {"rule", "", "inputEntry* outputEntry+ annotationEntry*"},
    {"annotationEntry", "", "text?"},
    {"context", "typeRef", "contextEntry*"},
    {"contextEntry", "", "variable? EXPRESSION"},
    {"functionDefinition", "typeRef kind", "formalParameter* EXPRESSION?"},
    {"encapsulatedLogic", "typeRef kind", "formalParameter* EXPRESSION?"},
    {"relation", "typeRef", "column* row*"},
    {"row", "typeRef", "EXPRESSION*"},
    {"list", "typeRef", "EXPRESSION*"},
    {"conditional", "typeRef", "if then else"},
    {"if", "typeRef", "EXPRESSION"},
    {"then", "typeRef", "EXPRESSION"},
    {"else", "typeRef", "EXPRESSION"},
    {"for", "typeRef iteratorVariable", "in return"},
    {"some", "typeRef iteratorVariable", "in satisfies"},
    {"every", "typeRef iteratorVariable", "in satisfies"},
    {"filter", "typeRef", "in match"},
    {"in", "typeRef", "EXPRESSION"},
    {"return", "typeRef", "EXPRESSION"},
    {"satisfies", "typeRef", "EXPRESSION"},
    {"match", "typeRef", "EXPRESSION"},
};

constexpr const char* expressions =
    "literalExpression|decisionTable|context|list|relation|functionDefinition|invocation|"
    "conditional|for|some|every|filter";

struct Slot {
  std::vector<std::string_view> names;
  char count = '1';  // 1 ? * +
};

struct Shape {
  std::vector<std::string_view> attributes;
  std::vector<std::string_view> required;
  std::vector<Slot> children;
};

Shape read_form(const Form& form) {
  Shape shape{{"id", "label"}, {}, {{{"description"}, '?'}, {{"extensionElements"}, '?'}}};
  for (std::string_view name : split(form.attributes, ' ')) {
    if (name.ends_with('!')) {
      name.remove_suffix(1);
      shape.required.push_back(name);
    }
    shape.attributes.push_back(name);
  }
  for (std::string_view names : split(form.children, ' ')) {
    if (names.empty()) continue;
    Slot slot;
    if (const char last = names.back(); last == '?' || last == '*' || last == '+') {
      slot.count = last;
      names.remove_suffix(1);
    }
    slot.names = split(names == "EXPRESSION" ? expressions : names, '|');
    shape.children.push_back(std::move(slot));
  }
  return shape;
}

const Shape* shape_of(pugi::xml_node node) {
  static const auto* shapes = [] {
    auto* all = new std::map<std::string, Shape, std::less<>>;
    for (const Form& form : forms) all->emplace(form.element, read_form(form));
    return all;
  }();
  const std::string name(local_name(node));
  auto it = shapes->find(std::string(local_name(node.parent())) + "/" + name);
  if (it == shapes->end()) it = shapes->find(name);
  return it == shapes->end() ? nullptr : &it->second;
}

bool lists(const Slot& slot, std::string_view name) {
  return std::find(slot.names.begin(), slot.names.end(), name) != slot.names.end();
}

std::string list_text(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) {
    out += (out.empty() ? "`" : "`, `") + std::string(name);
  }
  return out + "`";
}

std::string meant(std::string_view name, const std::vector<std::string_view>& names) {
  const auto close = nearest(name, {names.begin(), names.end()});
  return close ? "did you mean `" + *close + "`?" : "";
}

}  // namespace

void DmnReader::check_form(const Document& d, pugi::xml_node node) {
  const Shape* shape = shape_of(node);
  if (shape == nullptr) return;  // holds text or a reference
  const std::string name(local_name(node));
  for (const auto& attribute : node.attributes()) {
    const std::string_view given = attribute.name();
    if (given.find(':') != std::string_view::npos || given == "xmlns") continue;
    if (std::find(shape->attributes.begin(), shape->attributes.end(), given) ==
        shape->attributes.end()) {
      error(d, node, "schema", "`" + name + "` has no attribute `" + std::string(given) + "`", "",
            meant(given, shape->attributes));
    }
  }
  for (const std::string_view wanted : shape->required) {
    if (!node.attribute(std::string(wanted).c_str())) {
      error(d, node, "schema", "`" + name + "` wants the attribute `" + std::string(wanted) + "`",
            "");
    }
  }
  check_children(d, node);
}

// The children in the order of their slots, each as often as it may come.
void DmnReader::check_children(const Document& d, pugi::xml_node node) {
  const Shape& shape = *shape_of(node);
  const std::string name(local_name(node));
  const std::string_view qualified = d.root.name();
  const auto colon = qualified.find(':');
  const std::string_view prefix =
      colon == std::string_view::npos ? "" : qualified.substr(0, colon + 1);
  std::size_t slot = 0;
  std::size_t count = 0;
  const auto too_few = [&](const Slot& s) {
    return (s.count == '1' || s.count == '+') && count == 0;
  };
  for (const auto& c : node.children()) {
    if (c.type() != pugi::node_element) continue;
    const std::string_view child_name = local_name(c);
    const std::string_view own_prefix =
        std::string_view(c.name()).substr(0, std::string_view(c.name()).size() - child_name.size());
    if (own_prefix != prefix && child_name != "DMNDI") continue;  // of another namespace
    std::size_t next = slot;
    while (next < shape.children.size() && !lists(shape.children[next], child_name)) ++next;
    if (next == shape.children.size()) {
      std::vector<std::string_view> names;
      for (const Slot& s : shape.children)
        names.insert(names.end(), s.names.begin(), s.names.end());
      const bool known = std::find(names.begin(), names.end(), child_name) != names.end();
      error(d, c, "schema",
            "`" + std::string(child_name) + "` does not belong " + (known ? "here in `" : "in `") +
                name + "`",
            "", known ? "the order is " + list_text(names) : meant(child_name, names));
      return;
    }
    for (; slot < next; ++slot, count = 0) {
      if (!too_few(shape.children[slot])) continue;
      error(d, c, "schema",
            "`" + name + "` wants " + list_text(shape.children[slot].names) + " before `" +
                std::string(child_name) + "`",
            "");
      return;
    }
    if (++count > 1 && (shape.children[slot].count == '1' || shape.children[slot].count == '?')) {
      error(d, c, "schema",
            "`" + std::string(child_name) + "` comes more than once in `" + name + "`", "");
      return;
    }
    if (child_name != "extensionElements" && child_name != "DMNDI") check_form(d, c);
  }
  for (; slot < shape.children.size(); ++slot, count = 0) {
    if (!too_few(shape.children[slot])) continue;
    error(d, node, "schema", "`" + name + "` wants " + list_text(shape.children[slot].names), "");
    return;
  }
}

// An id stands once in a file.
void DmnReader::check_ids(const Document& d, pugi::xml_node root) {
  std::set<std::string_view> seen;
  for (pugi::xml_node node = root; node;) {
    const std::string_view id = node.attribute("id").value();
    const std::string_view name = local_name(node);
    const bool ours = name != "DMNDI" && name != "extensionElements";
    if (ours && !id.empty() && !seen.insert(id).second) {
      error(d, node, "schema", "the id `" + std::string(id) + "` comes twice", "");
    }
    if (ours && node.first_child()) {
      node = node.first_child();
      continue;
    }
    while (node && node != root && !node.next_sibling()) node = node.parent();
    node = node == root ? pugi::xml_node() : node.next_sibling();
  }
}

}  // namespace citybrain::brain
