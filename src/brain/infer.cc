// The rules of types: see infer.h. They mirror compare.cc, temporal.cc and machine*.cc.
#include "infer.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace citybrain::brain {
namespace {

using K = Type::Kind;

TypeRef plain(K kind) { return builtin_type(name_of(kind)); }
bool is_length(K k) { return k == K::months || k == K::duration; }
bool is_moment(K k) { return k == K::date || k == K::date_time; }

TypeRef added(K x, K y, bool& wrong) {
  if (x == y && (x == K::number || x == K::text || is_length(x))) return plain(x);
  if (is_moment(x) && is_length(y)) return plain(x);
  if (is_length(x) && is_moment(y)) return plain(y);
  if (x == K::time && y == K::duration) return plain(x);
  if (x == K::duration && y == K::time) return plain(y);
  wrong = true;
  return nullptr;
}

TypeRef subtracted(K x, K y, bool& wrong) {
  if (x == y && (x == K::number || is_length(x))) return plain(x);
  if (is_moment(x) && is_length(y)) return plain(x);
  if (x == K::time && y == K::duration) return plain(x);
  if ((is_moment(x) && is_moment(y)) || (x == K::time && y == K::time)) return plain(K::duration);
  wrong = true;
  return nullptr;
}

TypeRef scaled(Op op, K x, K y, bool& wrong) {
  if (x == K::number && y == K::number) return plain(x);
  if (is_length(x) && y == K::number) return plain(x);
  if (op == Op::multiply && x == K::number && is_length(y)) return plain(y);
  if (op == Op::divide && x == y && is_length(x)) return plain(K::number);
  wrong = true;
  return nullptr;
}

}  // namespace

bool is_kind(const TypeRef& t, K kind) { return t != nullptr && t->kind == kind; }

TypeRef arithmetic_type(Op op, const TypeRef& a, const TypeRef& b, bool& wrong) {
  if (!is_known(a) || !is_known(b)) return nullptr;
  switch (op) {
    case Op::add: return added(a->kind, b->kind, wrong);
    case Op::subtract: return subtracted(a->kind, b->kind, wrong);
    case Op::power:
      wrong = a->kind != K::number || b->kind != K::number;
      return wrong ? nullptr : plain(K::number);
    default: return scaled(op, a->kind, b->kind, wrong);
  }
}

bool may_equal(const TypeRef& a, const TypeRef& b) {
  return !is_known(a) || !is_known(b) || a->kind == b->kind;
}

bool may_order(const TypeRef& a, const TypeRef& b) {
  const auto ordered = [](K k) {
    return k == K::number || k == K::text || k == K::time || is_moment(k) || is_length(k);
  };
  for (const TypeRef& t : {a, b}) {
    if (is_known(t) && !ordered(t->kind)) return false;
  }
  return may_equal(a, b);
}

bool may_conform(const TypeRef& a, const TypeRef& b) {
  if (!is_known(a) || !is_known(b)) return true;
  if (a->kind != b->kind) {
    if (b->kind == K::list) return may_conform(a, b->element);
    if (a->kind == K::list) return may_conform(a->element, b);
    return a->kind == K::date && b->kind == K::date_time;
  }
  if (b->kind == K::range) return may_conform(a->element, b->element);
  if (b->kind != K::context || a->fields.empty()) return true;
  return std::all_of(b->fields.begin(), b->fields.end(), [&](const auto& wanted) {
    return std::any_of(a->fields.begin(), a->fields.end(), [&](const auto& field) {
      return field.first == wanted.first && may_conform(field.second, wanted.second);
    });
  });
}

bool may_test(const TypeRef& input, const TypeRef& test) {
  if (!is_known(input) || !is_known(test)) return true;
  if (test->kind == K::boolean || input->kind == K::list) return true;
  if (test->kind == K::range) {
    return input->kind == K::range || may_order(input, test->element);
  }
  if (test->kind != K::list) return may_equal(input, test);
  const TypeRef& item = test->element;
  return !is_known(item) || item->kind == K::list || may_test(input, item);
}

bool may_fit(const TypeRef& a, const BuiltinParameter& p) {
  using T = BuiltinParameter::Type;
  if (!is_known(a) || p.type == T::any || p.type == T::list) return true;
  if (a->kind == K::list) return may_fit(a->element, p);
  switch (p.type) {
    case T::string: return a->kind == K::text;
    case T::number: return a->kind == K::number;
    case T::boolean: return a->kind == K::boolean;
    case T::context: return a->kind == K::context;
    case T::range: return a->kind == K::range;
    case T::function: return a->kind == K::function;
    case T::time: return a->kind == K::time;
    case T::date_time: return a->kind == K::date_time;
    case T::date:
    case T::temporal: return is_moment(a->kind);
    case T::duration: return is_length(a->kind);
    default: return true;
  }
}

TypeRef common_type(const TypeRef& a, const TypeRef& b) {
  if (!a || !b || a->kind != b->kind) return nullptr;
  if (a == b) return a;
  if (a->kind == K::list) return list_of(common_type(a->element, b->element));
  if (a->kind == K::range) return range_of(common_type(a->element, b->element));
  if (a->kind == K::context || a->kind == K::function) return plain(a->kind);
  return plain(a->kind);
}

TypeRef item_type(const TypeRef& t) { return is_kind(t, K::list) ? t->element : t; }

TypeRef range_of(TypeRef end) {
  auto t = std::make_shared<Type>();
  t->kind = K::range;
  t->name = "range";
  t->element = std::move(end);
  return t;
}

namespace {

struct Member {
  const char* name;
  K kind;
};
constexpr std::array date_members = {Member{"year", K::number}, Member{"month", K::number},
                                     Member{"day", K::number}, Member{"weekday", K::number}};
constexpr std::array time_members = {
    Member{"hour", K::number}, Member{"minute", K::number}, Member{"second", K::number},
    Member{"time offset", K::duration}, Member{"timezone", K::text}};
constexpr std::array months_members = {Member{"years", K::number}, Member{"months", K::number}};
constexpr std::array duration_members = {Member{"days", K::number}, Member{"hours", K::number},
                                         Member{"minutes", K::number},
                                         Member{"seconds", K::number}};
constexpr std::array range_members = {Member{"start", K::any}, Member{"end", K::any},
                                      Member{"start included", K::boolean},
                                      Member{"end included", K::boolean}};

// The properties that FEEL gives values of that kind (DMN 1.5 tables 65 and 66).
std::vector<Member> members_of(K kind) {
  std::vector<Member> out;
  const auto add = [&](const auto& members) {
    out.insert(out.end(), members.begin(), members.end());
  };
  if (is_moment(kind)) add(date_members);
  if (kind == K::time || kind == K::date_time) add(time_members);
  if (kind == K::months) add(months_members);
  if (kind == K::duration) add(duration_members);
  if (kind == K::range) add(range_members);
  return out;
}

}  // namespace

TypeRef member_type(const TypeRef& t, std::string_view name, bool& missing) {
  if (!is_known(t)) return nullptr;
  if (t->kind == K::list) {
    TypeRef each = member_type(t->element, name, missing);
    return each ? list_of(std::move(each)) : nullptr;
  }
  if (t->kind == K::context) {
    for (const auto& [field, type] : t->fields) {
      if (field == name) return type;
    }
    missing = !t->fields.empty();
    return nullptr;
  }
  for (const Member& m : members_of(t->kind)) {
    if (m.name != name) continue;
    return m.kind == K::any ? t->element : plain(m.kind);
  }
  missing = true;
  return nullptr;
}

std::vector<std::string> member_names(const TypeRef& t) {
  std::vector<std::string> out;
  if (!is_known(t)) return out;
  if (t->kind == K::list) return member_names(t->element);
  for (const auto& field : t->fields) out.push_back(field.first);
  for (const Member& m : members_of(t->kind)) out.emplace_back(m.name);
  return out;
}

std::string meant(std::string_view name, const std::vector<std::string>& names) {
  constexpr std::size_t shown_max = 20;
  if (const auto close = nearest(name, names)) return "did you mean `" + *close + "`?";
  if (names.empty() || names.size() > shown_max) return "";
  return "there is `" + join(names, "`, `") + "`";
}

TypeRef result_type(const BuiltinEntry& e, const std::vector<TypeRef>& arguments) {
  if (e.result) return is_known(e.result) ? e.result : nullptr;
  if (arguments.empty() || !is_known(arguments[0])) return nullptr;
  const std::string_view result = e.builtin->result;
  const bool wants_list = e.parameters[0].type == BuiltinParameter::Type::list;
  if (result == "item") return item_type(arguments[0]);
  if (wants_list && arguments[0]->kind != K::list) return list_of(arguments[0]);
  if (!wants_list && arguments[0]->kind == K::list) return nullptr;
  return arguments[0];
}

TypeRef function_type(const std::vector<Parameter>& parameters, TypeRef result) {
  auto t = std::make_shared<Type>();
  t->kind = K::function;
  t->name = "function";
  t->has_signature = true;
  for (const Parameter& p : parameters) {
    t->parameters.push_back(p.type);
    t->parameter_names.push_back(p.name);
  }
  t->result = std::move(result);
  return t;
}

}  // namespace citybrain::brain
