// What differs between two DMN files: see brain/diff.h.
#include "brain/diff.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "diff_rules.h"
#include "dmn_read.h"

namespace citybrain::brain {

const char* name_of(Change change) {
  switch (change) {
    case Change::added: return "added";
    case Change::removed: return "removed";
    case Change::changed: return "changed";
  }
  return "";
}

namespace {

struct Element {
  std::string kind;
  std::string id;
  std::string name;
  pugi::xml_node node;
};

std::vector<Element> elements_of(const Document& document) {
  struct Tag {
    std::string_view tag;
    const char* kind;
  };
  static constexpr Tag tags[] = {{"inputData", "input"},
                                 {"decision", "decision"},
                                 {"itemDefinition", "type"},
                                 {"businessKnowledgeModel", "function"},
                                 {"decisionService", "service"}};
  std::vector<Element> out;
  for (const auto& node : document.root.children()) {
    for (const auto& [tag, kind] : tags) {
      if (local_name(node) != tag) continue;
      std::string id = node.attribute("id").value();
      std::string name = node.attribute("name").value();
      if (id.empty()) id = name;
      out.push_back({kind, std::move(id), std::move(name), node});
    }
  }
  return out;
}

std::string text_in(pugi::xml_node node, std::string_view tag) {
  return std::string(trim(child(node, tag).child_value()));
}

// All text of a logic that is no table, one line a part: how two of them are compared and shown.
void write_logic(pugi::xml_node node, int depth, std::string& out) {
  for (const auto& at : node.children()) {
    if (at.type() != pugi::node_element) continue;
    const std::string_view tag = local_name(at);
    if (tag == "extensionElements" || tag == "description") continue;
    if (tag == "text") {
      if (!out.empty() && out.back() != '\n') out += ' ';
      out += trim(at.child_value());
      continue;
    }
    if (!out.empty() && out.back() != '\n') out += '\n';
    out.append(static_cast<std::size_t>(depth) * 2, ' ');
    const std::string_view name = at.attribute("name").value();
    if (!name.empty()) out += std::string(name) + ":";
    write_logic(at, depth + 1, out);
  }
}

// The boxed expression of a decision or a function.
pugi::xml_node logic_of(pugi::xml_node node) {
  static constexpr std::string_view tags[] = {"decisionTable", "literalExpression",
                                              "context",       "list",
                                              "relation",      "functionDefinition",
                                              "invocation",    "for",
                                              "every",         "some",
                                              "conditional",   "filter"};
  for (const auto& at : node.children()) {
    if (std::find(std::begin(tags), std::end(tags), local_name(at)) != std::end(tags)) return at;
    if (local_name(at) == "encapsulatedLogic") return logic_of(at);
  }
  return {};
}

class Differ {
 public:
  Differ(const Element& before, const Element& after) : before_(before), after_(after) {}

  std::vector<PartDiff> parts() {
    compare("name", "", before_.name, after_.name);
    compare("description", "", text_in(before_.node, "description"),
            text_in(after_.node, "description"));
    const auto type = [](const Element& e) {
      const auto variable = child(e.node, "variable");
      const std::string of_variable = variable.attribute("typeRef").value();
      return of_variable.empty() ? text_in(e.node, "typeRef") : of_variable;
    };
    compare("type", "", type(before_), type(after_));
    if (before_.kind == "type") {
      compare("allowed_values", "", text_in(child(before_.node, "allowedValues"), "text"),
              text_in(child(after_.node, "allowedValues"), "text"));
      components();
    }
    requirements();
    logic();
    return std::move(parts_);
  }

 private:
  void compare(const char* what, const std::string& at, const std::string& before,
               const std::string& after) {
    if (before == after) return;
    const Change change = before.empty()  ? Change::added
                          : after.empty() ? Change::removed
                                          : Change::changed;
    parts_.push_back({what, at, change, before, after, 0, 0, {}});
  }

  // Components of a structured type: what they are, as text.
  void components() {
    const auto of = [](pugi::xml_node node) {
      std::map<std::string, std::string> out;
      for (const auto& c : children(node, "itemComponent")) {
        std::string text = text_in(c, "typeRef");
        const std::string allowed = text_in(child(c, "allowedValues"), "text");
        if (!allowed.empty()) text += " (" + allowed + ")";
        out[c.attribute("name").value()] = text;
      }
      return out;
    };
    const auto before = of(before_.node);
    const auto after = of(after_.node);
    for (const auto& [name, text] : before)
      compare("type", name, text, after.count(name) > 0 ? after.at(name) : "");
    for (const auto& [name, text] : after)
      if (before.count(name) == 0) compare("type", name, "", text);
  }

  void requirements() {
    const auto of = [](pugi::xml_node node) {
      std::vector<std::string> out;
      for (const auto& r : node.children()) {
        for (const auto& target : r.children()) {
          const std::string href = target.attribute("href").value();
          if (!href.empty()) out.push_back(href.substr(href.find('#') + 1));
        }
      }
      return out;
    };
    const auto before = of(before_.node);
    const auto after = of(after_.node);
    const auto has = [](const std::vector<std::string>& all, const std::string& one) {
      return std::find(all.begin(), all.end(), one) != all.end();
    };
    for (const std::string& r : before)
      if (!has(after, r)) compare("requirement", r, r, "");
    for (const std::string& r : after)
      if (!has(before, r)) compare("requirement", r, "", r);
  }

  void logic() {
    const auto before = logic_of(before_.node);
    const auto after = logic_of(after_.node);
    const auto kind = [](pugi::xml_node n) { return std::string(n ? local_name(n) : ""); };
    if (kind(before) == "decisionTable" && kind(after) == "decisionTable") {
      const auto policy = [](pugi::xml_node n) {
        std::string p = n.attribute("hitPolicy").value();
        const std::string aggregation = n.attribute("aggregation").value();
        if (p.empty()) p = "UNIQUE";
        return aggregation.empty() ? p : p + " " + aggregation;
      };
      compare("policy", "", policy(before), policy(after));
      diff_tables(before, after, parts_);
      return;
    }
    std::string old_text;
    std::string new_text;
    write_logic(before, 0, old_text);
    write_logic(after, 0, new_text);
    if (kind(before) != kind(after)) {
      parts_.push_back({"logic", "", Change::changed, kind(before), kind(after), 0, 0, {}});
    }
    compare("expression", "", old_text, new_text);
  }

  const Element& before_;
  const Element& after_;
  std::vector<PartDiff> parts_;
};

Result<void> read_side(std::string_view text, const char* side, Document& out) {
  std::vector<Diagnostic> diagnostics;
  if (read_document(text, out, diagnostics)) return ok();
  const std::string why = diagnostics.empty() ? "no DMN file" : diagnostics.front().text();
  return invalid(std::string(side) + ": " + why);
}

}  // namespace

Result<ModelDiff> diff_models(std::string_view before, std::string_view after) {
  Document old_file;
  Document new_file;
  CB_DO(read_side(before, "before", old_file));
  CB_DO(read_side(after, "after", new_file));
  const std::vector<Element> left = elements_of(old_file);
  const std::vector<Element> right = elements_of(new_file);
  std::vector<bool> met(left.size(), false);
  std::vector<const Element*> of(right.size(), nullptr);  // the old element of each new one
  for (const bool by_name : {true, false}) {
    for (std::size_t j = 0; j < right.size(); ++j) {
      for (std::size_t i = 0; i < left.size() && of[j] == nullptr; ++i) {
        const bool same = by_name ? left[i].name == right[j].name : left[i].id == right[j].id;
        if (met[i] || left[i].kind != right[j].kind || !same) continue;
        met[i] = true;
        of[j] = &left[i];
      }
    }
  }
  ModelDiff out;
  for (std::size_t j = 0; j < right.size(); ++j) {
    const Element& e = right[j];
    if (of[j] == nullptr) {
      out.elements.push_back({e.kind, e.id, e.name, Change::added, {}});
      continue;
    }
    std::vector<PartDiff> parts = Differ(*of[j], e).parts();
    if (!parts.empty())
      out.elements.push_back({e.kind, e.id, e.name, Change::changed, std::move(parts)});
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!met[i])
      out.elements.push_back({left[i].kind, left[i].id, left[i].name, Change::removed, {}});
  }
  return out;
}

json::value to_json(const ModelDiff& diff) {
  json::array elements;
  for (const ElementDiff& e : diff.elements) {
    json::array parts;
    for (const PartDiff& p : e.parts) {
      json::object part{{"what", p.what},
                        {"at", p.at},
                        {"change", name_of(p.change)},
                        {"before", p.before},
                        {"after", p.after}};
      if (p.what == "rule") {
        json::array cells;
        for (const CellDiff& c : p.cells) {
          cells.push_back(json::object{{"column", c.column},
                                       {"role", c.role},
                                       {"before", c.before},
                                       {"after", c.after},
                                       {"changed", c.changed}});
        }
        part["number_before"] =
            p.number_before > 0 ? json::value(p.number_before) : json::value(nullptr);
        part["number_after"] =
            p.number_after > 0 ? json::value(p.number_after) : json::value(nullptr);
        part["cells"] = std::move(cells);
      }
      parts.push_back(std::move(part));
    }
    elements.push_back(json::object{{"kind", e.kind},
                                    {"id", e.id},
                                    {"name", e.name},
                                    {"change", name_of(e.change)},
                                    {"parts", std::move(parts)}});
  }
  return json::object{{"same", diff.same()}, {"elements", std::move(elements)}};
}

}  // namespace citybrain::brain
