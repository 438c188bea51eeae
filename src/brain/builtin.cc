// The table, put together from its parts and read once.
#include "builtin.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "lex.h"

namespace citybrain::brain {
namespace {

BuiltinParameter::Type type_named(std::string_view name) {
  using T = BuiltinParameter::Type;
  constexpr std::pair<std::string_view, T> types[] = {
      {"any", T::any},          {"string", T::string},       {"number", T::number},
      {"boolean", T::boolean},  {"list", T::list},           {"context", T::context},
      {"range", T::range},      {"function", T::function},   {"date", T::date},
      {"time", T::time},        {"date_time", T::date_time}, {"temporal", T::temporal},
      {"duration", T::duration}};
  for (const auto& [known, type] : types) {
    if (known == name) return type;
  }
  CB_CHECK(false);
  return T::any;
}

// null: it follows the arguments.
TypeRef result_named(std::string_view name) {
  if (name == "first" || name == "item") return nullptr;
  if (name.starts_with("list<")) {
    return list_of(builtin_type(name.substr(5, name.size() - 6)));
  }
  TypeRef type = builtin_type(name);
  CB_CHECK(type != nullptr);
  return type;
}

BuiltinEntry read_entry(const Builtin& b, const char* group) {
  constexpr std::size_t arguments_max = 1000;
  BuiltinEntry e;
  e.builtin = &b;
  e.words = name_words(b.name);
  e.group = group;
  e.result = result_named(b.result);
  std::string_view signature = b.signature;
  if (signature.empty()) return e;
  for (std::string_view part : split(signature, ',')) {
    part = trim(part);
    BuiltinParameter p;
    const auto colon = part.find(':');
    std::string_view name = part.substr(0, colon);
    std::string_view type = part.substr(colon + 1);
    if (type.ends_with('!')) {
      p.nullable = true;
      type.remove_suffix(1);
    }
    if (name.ends_with("...")) {
      p.variadic = true;
      name.remove_suffix(3);
    } else if (name.ends_with('?')) {
      p.optional = true;
      name.remove_suffix(1);
    }
    p.name = name;
    p.type = type_named(type);
    if (!p.optional && !p.variadic) ++e.least;
    e.most = p.variadic ? arguments_max : e.most + 1;
    e.parameters.push_back(std::move(p));
  }
  if (e.least == 0 && !e.parameters.empty() && e.parameters.back().variadic) e.least = 1;
  return e;
}

}  // namespace

const char* name_of(BuiltinParameter::Type type) {
  using T = BuiltinParameter::Type;
  switch (type) {
    case T::any: return "value";
    case T::string: return "string";
    case T::number: return "number";
    case T::boolean: return "boolean";
    case T::list: return "list";
    case T::context: return "context";
    case T::range: return "range";
    case T::function: return "function";
    case T::date: return "date";
    case T::time: return "time";
    case T::date_time: return "date and time";
    case T::temporal: return "date or date and time";
    case T::duration: return "duration";
  }
  return "";
}

const std::vector<BuiltinEntry>& builtins() {
  static const auto* all = [] {
    struct Part {
      const char* group;
      std::span<const Builtin> table;
    };
    auto* entries = new std::vector<BuiltinEntry>;
    for (const auto& [group, table] :
         {Part{"number", number_builtins()}, Part{"string", text_builtins()},
          Part{"list", list_builtins()}, Part{"statistic", statistic_builtins()},
          Part{"temporal", temporal_builtins()}, Part{"range", range_builtins()},
          Part{"context", context_builtins()}}) {
      for (const Builtin& b : table) entries->push_back(read_entry(b, group));
    }
    std::stable_sort(entries->begin(), entries->end(), [](const auto& a, const auto& b) {
      return std::string_view(a.builtin->name) < std::string_view(b.builtin->name);
    });
    return entries;
  }();
  return *all;
}

std::pair<std::size_t, std::size_t> builtins_named(std::string_view name) {
  const auto& all = builtins();
  const auto first =
      std::find_if(all.begin(), all.end(), [&](const auto& e) { return e.builtin->name == name; });
  const auto last =
      std::find_if(first, all.end(), [&](const auto& e) { return e.builtin->name != name; });
  return {static_cast<std::size_t>(first - all.begin()),
          static_cast<std::size_t>(last - all.begin())};
}

}  // namespace citybrain::brain
