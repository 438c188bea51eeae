// The table of built-ins as the reference and the editor read it.
#include "brain/builtins.h"
#include "builtin.h"

namespace citybrain::brain {
namespace {

std::string result_text(const BuiltinEntry& e) {
  const std::string_view result = e.builtin->result;
  if (result == "item") return "an item's type";
  if (result != "first") return std::string(result);
  return e.parameters[0].type == BuiltinParameter::Type::list ? "the list's type"
                                                              : "the argument's type";
}

BuiltinDoc doc_of(const BuiltinEntry& e) {
  const Builtin& b = *e.builtin;
  BuiltinDoc doc{b.name, e.group, {}, result_text(e), b.zh, b.en, b.example, b.gives};
  for (const BuiltinParameter& p : e.parameters) {
    const bool any = p.type == BuiltinParameter::Type::any;
    doc.parameters.push_back({p.name, any ? "Any" : name_of(p.type), p.optional, p.variadic});
  }
  return doc;
}

}  // namespace

std::string BuiltinDoc::signature() const {
  std::string out = name + "(";
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const BuiltinParameterDoc& p = parameters[i];
    if (i > 0) out += ", ";
    out += p.name + (p.variadic ? "…" : p.optional ? "?" : "") + ": " + p.type;
  }
  return out + "): " + result;
}

const std::vector<BuiltinDoc>& builtin_docs() {
  static const auto* all = [] {
    auto* docs = new std::vector<BuiltinDoc>;
    for (const BuiltinEntry& e : builtins()) docs->push_back(doc_of(e));
    return docs;
  }();
  return *all;
}

json::value to_json(const std::vector<BuiltinDoc>& docs) {
  json::array out;
  for (const BuiltinDoc& d : docs) {
    json::array parameters;
    for (const BuiltinParameterDoc& p : d.parameters) {
      parameters.push_back(json::object{
          {"name", p.name}, {"type", p.type}, {"optional", p.optional}, {"variadic", p.variadic}});
    }
    out.push_back(json::object{{"name", d.name},
                               {"group", d.group},
                               {"signature", d.signature()},
                               {"parameters", std::move(parameters)},
                               {"result", d.result},
                               {"zh", d.zh},
                               {"en", d.en},
                               {"example", d.example},
                               {"gives", d.gives}});
  }
  return out;
}

}  // namespace citybrain::brain
