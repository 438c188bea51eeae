// What types tell before anything runs: operands, conditions, arguments and members that can't go
// together. Each complaint is an error at load; the code stays, and gives null where it must.
#include <algorithm>

#include "base/text.h"
#include "parser.h"

namespace citybrain::brain {
namespace {

const char* sign_of(Op op) {
  switch (op) {
    case Op::add: return "+";
    case Op::subtract: return "-";
    case Op::multiply: return "*";
    case Op::divide: return "/";
    default: return "**";
  }
}

}  // namespace

TypeRef Parser::check_operands(Op op, NodeId a, NodeId b) {
  const TypeRef x = type_of(a);
  const TypeRef y = type_of(b);
  if (op == Op::and_ || op == Op::or_) {
    check_condition(a, op == Op::and_ ? "and" : "or");
    check_condition(b, op == Op::and_ ? "and" : "or");
    return builtin_type("boolean");
  }
  if (op >= Op::equal && op <= Op::greater_equal) {
    check_compared(op, x, y, b);
    return builtin_type("boolean");
  }
  bool wrong = false;
  TypeRef result = arithmetic_type(op, x, y, wrong);
  if (wrong) {
    complain("type",
             "a " + type_text(x) + " " + sign_of(op) + " a " + type_text(y) + " has no value",
             code().nodes[a].begin, code().nodes[b].end,
             op == Op::add && (is_kind(x, Type::Kind::text) || is_kind(y, Type::Kind::text))
                 ? "write string(…) around what is no string"
                 : "");
  }
  return result;
}

TypeRef Parser::check_negated(NodeId operand) {
  const TypeRef t = type_of(operand);
  if (!is_known(t)) return nullptr;
  using K = Type::Kind;
  if (t->kind == K::number || t->kind == K::months || t->kind == K::duration) return t;
  complain("type", "a " + type_text(t) + " has no negative", code().nodes[operand].begin,
           code().nodes[operand].end);
  return nullptr;
}

void Parser::check_compared(Op op, const TypeRef& left, const TypeRef& right, NodeId at) {
  const bool equality = op == Op::equal || op == Op::unequal;
  if (failed_ || (equality ? may_equal(left, right) : may_order(left, right))) return;
  const Node& n = code().nodes[at];
  std::string message = "a " + type_text(left) + " is compared with a " + type_text(right) + " `" +
                        code().text_of(at) + "`, which is never true";
  if (!is_known(left) || !is_known(right) || left->kind == right->kind) {
    message = "a " + type_text(is_known(right) ? right : left) + " has no order";
  }
  const auto moments = [&](Type::Kind a, Type::Kind b) {
    return is_kind(left, a) && is_kind(right, b);
  };
  const bool mixed = moments(Type::Kind::date, Type::Kind::date_time) ||
                     moments(Type::Kind::date_time, Type::Kind::date);
  complain("type", std::move(message), n.begin, n.end,
           mixed ? "write date(…) around the date and time" : "");
}

void Parser::check_test(const TypeRef& input, NodeId test) {
  const TypeRef t = type_of(test);
  if (failed_ || may_test(input, t)) return;
  const Node& n = code().nodes[test];
  complain("type",
           "a " + type_text(input) + " is compared with a " + type_text(t) + " `" +
               code().text_of(test) + "`, which is never true",
           n.begin, n.end);
}

void Parser::check_condition(NodeId node, std::string_view of) {
  const TypeRef t = type_of(node);
  if (failed_ || !is_known(t) || t->kind == Type::Kind::boolean) return;
  const Node& n = code().nodes[node];
  complain("type", "`" + std::string(of) + "` wants true or false, not a " + type_text(t), n.begin,
           n.end);
  // `false and 1` is false: odd, but something.
  if (of == "and" || of == "or") diagnostics_.back().severity = Severity::warning;
}

TypeRef Parser::check_member(const TypeRef& of, const std::string& name, std::uint32_t begin) {
  bool missing = false;
  TypeRef result = member_type(of, name, missing);
  if (missing && !failed_) {
    complain("no_member", "a " + type_text(of) + " has no `" + name + "`", begin, last_end(),
             meant(name, member_names(of)));
    // Of a list it gives a null for each item: odd, but something.
    if (of->kind == Type::Kind::list) diagnostics_.back().severity = Severity::warning;
  }
  return result;
}

TypeRef Parser::check_builtin(const BuiltinEntry& e, const std::vector<NodeId>& placed) {
  std::vector<TypeRef> types;
  for (std::size_t i = 0; i < placed.size(); ++i) {
    types.push_back(placed[i] == no_node ? nullptr : type_of(placed[i]));
    if (e.parameters.empty()) continue;
    const BuiltinParameter& p = e.parameters[std::min(i, e.parameters.size() - 1)];
    if (placed[i] == no_node || may_fit(types.back(), p)) continue;
    const Node& n = code().nodes[placed[i]];
    complain("argument",
             "`" + p.name + "` of `" + e.builtin->name + "` wants a " + name_of(p.type) +
                 ", not a " + type_text(types.back()),
             n.begin, n.end);
  }
  return result_type(e, types);
}

TypeRef Parser::check_invoke(NodeId callee, const std::vector<std::string>& names,
                             const std::vector<NodeId>& args) {
  const TypeRef t = type_of(callee);
  if (failed_ || !is_known(t)) return nullptr;
  const Node& n = code().nodes[callee];
  if (t->kind != Type::Kind::function && t->kind != Type::Kind::list) {
    complain("type", "a " + type_text(t) + " can't be called", n.begin, n.end);
    return nullptr;
  }
  if (!t->has_signature) return t->kind == Type::Kind::function ? t->result : nullptr;
  if (args.size() != t->parameters.size()) {
    complain("arguments",
             "`" + code().text_of(callee) + "` takes " + std::to_string(t->parameters.size()) +
                 " arguments and got " + std::to_string(args.size()),
             n.begin, last_end());
    return t->result;
  }
  for (std::size_t i = 0; i < args.size(); ++i) {
    std::size_t place = i;
    if (!names.empty() && t->parameter_names.size() == t->parameters.size()) {
      const auto& known = t->parameter_names;
      place =
          static_cast<std::size_t>(std::find(known.begin(), known.end(), names[i]) - known.begin());
      if (place == known.size()) {
        complain("arguments",
                 "`" + code().text_of(callee) + "` has no parameter `" + names[i] + "`",
                 code().nodes[args[i]].begin, code().nodes[args[i]].end, meant(names[i], known));
        continue;
      }
    }
    if (may_conform(type_of(args[i]), t->parameters[place])) continue;
    complain("type",
             "the argument `" + code().text_of(args[i]) + "` is a " + type_text(type_of(args[i])) +
                 ", no " + type_text(t->parameters[place]),
             code().nodes[args[i]].begin, code().nodes[args[i]].end);
  }
  return t->result;
}

}  // namespace citybrain::brain
