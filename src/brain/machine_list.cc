// Running Code: lists, iterations, filters, contexts, paths, functions.
#include <algorithm>
#include <optional>

#include "builtin.h"
#include "function.h"
#include "infer.h"
#include "machine.h"

namespace citybrain::brain {

Value Machine::list(const Node& n) {
  std::vector<Value> items;
  items.reserve(n.count);
  for (std::uint32_t i = 0; i < n.count; ++i) items.push_back(eval(code_->kids[n.first + i]));
  return Value::list(std::move(items));
}

Value Machine::context(const Node& n) {
  Context entries;
  entries.reserve(n.count / 3);
  for (std::uint32_t i = 0; i < n.count; i += 3) {
    const std::uint32_t* kid = &code_->kids[n.first + i];
    Value v = eval(kid[1]);
    slot(kid[2]) = v;
    entries.set(code_->names[kid[0]], std::move(v));
  }
  return Value::context(std::move(entries));
}

Value Machine::range(const Node& n, NodeId id) {
  Range r;
  r.low_unbounded = n.a == no_node;
  r.high_unbounded = n.b == no_node;
  if (!r.low_unbounded) r.low = eval(n.a);
  if (!r.high_unbounded) r.high = n.b == n.a ? r.low : eval(n.b);
  r.low_closed = (n.aux & 1) != 0;
  r.high_closed = (n.aux & 2) != 0;
  if (!r.low_unbounded && !r.high_unbounded && !r.low.is_null() && !r.high.is_null()) {
    const auto order = order_of(r.low, r.high);
    if (!order) return fail(id, "type", "the range's ends have no order", r.high);
    if (*order > 0) return fail(id, "range", "the range begins after its end", r.low);
  }
  return Value::range(std::move(r));
}

Value Machine::path(const Node& n, NodeId id) { return path_of(eval(n.a), n, id); }

Value Machine::path_of(const Value& left, const Node& n, NodeId id) {
  const std::string& name = code_->names[n.b];
  if (left.is(Kind::list)) {
    std::vector<Value> items;
    for (const Value& item : left.as_list()) items.push_back(member(item, name).value_or(Value()));
    return Value::list(std::move(items));
  }
  if (auto found = member(left, name)) return *std::move(found);
  if (left.is_null()) return fail(id, "null", "null has no `" + name + "`");
  fail(id, "no_member", std::string("a ") + name_of(left.kind()) + " has no `" + name + "`");
  if (left.is(Kind::context) && !notes_.empty() && !count_only_) {
    std::vector<std::string> names;
    for (const auto& entry : left.as_context().entries()) names.push_back(entry.first);
    notes_.back().suggestion = meant(name, names);
  }
  return {};
}

Value Machine::member_name(const Node& n, NodeId id) {
  const Value& item = slot(n.b);
  if (item.is(Kind::context)) {
    if (const Value* found = item.as_context().find(code_->names[n.a])) return *found;
  }
  if (n.c != no_node) return eval(n.c);
  return fail(id, "unknown_name", "the item has no `" + code_->names[n.a] + "`", item);
}

// The state of one for, some or every.
struct Iteration {
  Op op;
  std::vector<Value> results;
  std::size_t iterators = 0;
  bool decided = false;  // of some and every
  bool unknown = false;
  bool failed = false;
};

Value Machine::iterate(const Node& n, NodeId id) {
  Iteration state;
  state.op = n.op;
  state.iterators = n.count / 3;
  if (n.op == Op::for_) slot(n.a) = Value::list({});
  iterate_from(n, 0, state);
  if (state.failed) return {};
  if (n.op == Op::for_) return Value::list(std::move(state.results));
  if (state.decided) return Value::boolean(n.op == Op::some);
  if (state.unknown) return fail(id, "unknown", "a condition is neither true nor false");
  return Value::boolean(n.op == Op::every);
}

namespace {

// What an iterator runs over: a list's items, or the whole numbers or days between two ends.
struct Domain {
  Value list;
  std::int64_t from = 0, to = 0;
  bool numbers = false;
  bool days = false;
  bool valid = false;

  std::size_t size() const {
    if (!numbers) return list.as_list().size();
    return static_cast<std::size_t>(from <= to ? to - from : from - to) + 1;
  }
  Value at(std::size_t i) const {
    if (!numbers) return list.as_list()[i];
    const auto step = static_cast<std::int64_t>(i);
    const std::int64_t v = from <= to ? from + step : from - step;
    return days ? Value::date(v) : Value::number(v);
  }
};

Domain domain_between(const Value& low, const Value& high) {
  Domain d;
  d.numbers = true;
  if (low.is(Kind::date) && high.is(Kind::date)) {
    d.days = true;
    d.from = low.whole();
    d.to = high.whole();
    d.valid = true;
  } else if (low.is(Kind::number) && high.is(Kind::number)) {
    const auto a = low.as_number().to_int();
    const auto b = high.as_number().to_int();
    d.valid = a && b;
    if (d.valid) {
      d.from = *a;
      d.to = *b;
    }
  }
  if (d.valid) {
    std::int64_t span = 0;
    d.valid = !__builtin_sub_overflow(d.to, d.from, &span) &&
              std::abs(span) < static_cast<std::int64_t>(list_items_max);
  }
  return d;
}

Domain domain_of(const Value& v) {
  if (v.is(Kind::range)) {
    const Range& r = v.as_range();
    Domain d = domain_between(r.low, r.high);
    if (d.valid && d.from <= d.to) {
      d.from += r.low_closed ? 0 : 1;
      d.to -= r.high_closed ? 0 : 1;
      if (d.from > d.to) d = {Value::list({}), 0, 0, false, false, true};
    }
    return d;
  }
  if (v.is_null()) return {};
  return {v.is(Kind::list) ? v : Value::list({v}), 0, 0, false, false, true};
}

}  // namespace

Value items_of(const Value& value) {
  const Domain domain = domain_of(value);
  if (!domain.valid) return {};
  if (!domain.numbers) return domain.list;
  std::vector<Value> items;
  for (std::size_t i = 0; i < domain.size(); ++i) items.push_back(domain.at(i));
  return Value::list(std::move(items));
}

bool Machine::iterate_from(const Node& n, std::size_t iterator, Iteration& state) {
  const std::uint32_t* kid = &code_->kids[n.first + 1 + 3 * iterator];
  const std::uint32_t variable = kid[0];
  const Value first = eval(kid[1]);
  const Domain domain = kid[2] != no_node ? domain_between(first, eval(kid[2])) : domain_of(first);
  if (!domain.valid) {
    state.failed = true;
    fail(kid[1], first.is_null() ? "null" : "type", "there is nothing to iterate over", first);
    return false;
  }
  const std::size_t size = domain.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (exhausted()) return false;
    slot(variable) = domain.at(i);
    if (iterator + 1 < state.iterators) {
      if (!iterate_from(n, iterator + 1, state)) return false;
      continue;
    }
    Value v = eval(code_->kids[n.first]);
    if (state.op == Op::for_) {
      if (state.results.size() >= list_items_max) {
        state.failed = true;
        fail(code_->kids[n.first], "limit", "a list longer than " + std::to_string(list_items_max));
        return false;
      }
      state.results.push_back(std::move(v));
      if (n.aux != 0) {
        spend(static_cast<std::int64_t>(state.results.size()));
        slot(n.a) = Value::list(state.results);
      }
    } else if (v.is(Kind::boolean)) {
      if (v.as_boolean() == (state.op == Op::some)) {
        state.decided = true;
        return false;
      }
    } else {
      state.unknown = true;
    }
  }
  return true;
}

// The item at a position from 1, or from -1 backwards.
Value Machine::at_position(const std::vector<Value>& items, const Value& position, NodeId id) {
  const auto size = static_cast<std::int64_t>(items.size());
  const auto i = position.as_number().to_int();
  if (i && *i >= 1 && *i <= size) return items[static_cast<std::size_t>(*i - 1)];
  if (i && *i <= -1 && *i >= -size) return items[static_cast<std::size_t>(size + *i)];
  return fail(id, "index", "the list has " + std::to_string(size) + " items", position);
}

Value Machine::filter(const Node& n, NodeId id) {
  Value source = eval(n.a);
  if (source.is_null()) return fail(id, "null", "null can't be filtered");
  if (!source.is(Kind::list)) source = Value::list({source});
  const std::vector<Value>& items = source.as_list();
  if (n.aux == 0) {  // the condition is the same for all items: an index, or all or nothing
    const Value c = eval(n.b);
    if (c.is(Kind::number)) return at_position(items, c, id);
    if (c.is_true()) return source;
    if (c.is_false()) return Value::list({});
    return fail(id, "type", "a filter wants a position or a condition", c);
  }
  std::vector<Value> kept;
  std::size_t positions = 0;  // items for which the condition gave the same number
  Value position;
  for (const Value& item : items) {
    if (exhausted()) return {};
    slot(n.c) = item;
    const Value c = eval(n.b);
    if (c.is_true()) kept.push_back(item);
    if (!c.is(Kind::number)) continue;
    if (positions == 0) position = c;
    if (!equals(position, c).is_true()) continue;
    ++positions;
  }
  if (positions == 0) return Value::list(std::move(kept));
  if (positions == items.size()) return at_position(items, position, id);
  return fail(id, "type", "a filter wants one position, or a condition of each item", position);
}

Value Machine::lambda(const Node& n) {
  const std::shared_ptr<const Code>& inner = code_->codes[n.a];
  auto f = std::make_shared<Function>();
  f->name = "function";
  f->parameters = inner->parameters;
  f->result = inner->result;
  f->code = inner;
  for (const std::uint32_t from : inner->captures) f->captured.push_back(slot(from));
  return Value::function(std::move(f));
}

Value Machine::invoke(const Node& n, NodeId id) {
  Value callee = eval(n.a);
  if (callee.is(Kind::list) && callee.as_list().size() == 1) callee = Value(callee.as_list()[0]);
  if (!callee.is(Kind::function)) {
    return fail(id, "type", std::string("a ") + name_of(callee.kind()) + " can't be called",
                callee);
  }
  const Function& f = *callee.as_function();
  std::vector<Value> args;
  if (n.aux == 0) {
    for (std::uint32_t i = 0; i < n.count; ++i) args.push_back(eval(code_->kids[n.first + i]));
  } else {
    const std::size_t count = n.count / 2;
    args.resize(f.parameters.size());
    std::size_t placed = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const std::string& name = code_->names[code_->kids[n.first + 2 * k]];
      for (std::size_t p = 0; p < f.parameters.size(); ++p) {
        if (f.parameters[p].name != name) continue;
        args[p] = eval(code_->kids[n.first + 2 * k + 1]);
        ++placed;
      }
    }
    if (placed != count || placed != f.parameters.size()) {
      return fail(id, "arguments", "the arguments' names are not those of the parameters");
    }
  }
  at_ = id;
  return call(f, args);
}

namespace {

// Brings an argument to what the built-in wants; false where it can't be.
bool fit(Value& v, const BuiltinParameter& p) {
  using T = BuiltinParameter::Type;
  if (p.type == T::any) return true;
  if (v.is_null()) return p.nullable;
  if (p.type == T::list) {
    if (!v.is(Kind::list)) v = Value::list({v});
    return true;
  }
  if (v.is(Kind::list) && v.as_list().size() == 1) v = Value(v.as_list()[0]);
  switch (p.type) {
    case T::string: return v.is(Kind::text);
    case T::number: return v.is(Kind::number);
    case T::boolean: return v.is(Kind::boolean);
    case T::context: return v.is(Kind::context);
    case T::range: return v.is(Kind::range);
    case T::function: return v.is(Kind::function);
    case T::date: return v.is(Kind::date) || v.is(Kind::date_time);
    case T::time: return v.is(Kind::time);
    case T::date_time: return v.is(Kind::date_time);
    case T::temporal: return v.is(Kind::date) || v.is(Kind::date_time);
    case T::duration: return v.is(Kind::months) || v.is(Kind::duration);
    default: return true;
  }
}

}  // namespace

bool fit_argument(std::uint32_t builtin, std::uint32_t index, Value& value) {
  const auto& parameters = builtins()[builtin].parameters;
  return fit(value, parameters[std::min<std::size_t>(index, parameters.size() - 1)]);
}

Value Machine::call_builtin(const Function& f, std::span<const Value> args) {
  const auto [first, last] = builtins_named(f.builtin->name);
  for (std::size_t i = first; i < last; ++i) {
    const BuiltinEntry& e = builtins()[i];
    if (args.size() < e.least || args.size() > e.most) continue;
    std::vector<Value> fitted(args.begin(), args.end());
    for (std::size_t k = 0; k < args.size(); ++k) {
      const BuiltinParameter& p = e.parameters[std::min(k, e.parameters.size() - 1)];
      if (fit(fitted[k], p)) continue;
      note("argument", "`" + p.name + "` wants a " + name_of(p.type), fitted[k]);
      return {};
    }
    fitted.resize(std::max(fitted.size(), e.parameters.size()));
    return e.builtin->run({*this, fitted, args.size()});
  }
  note("arguments", "`" + f.name + "` does not take " + std::to_string(args.size()) + " arguments");
  return {};
}

Value Machine::builtin(const Node& n, NodeId id) {
  const BuiltinEntry& e = builtins()[n.a];
  constexpr std::size_t few = 4;
  Value small[few];
  std::vector<Value> large;
  const std::size_t size = std::max<std::size_t>(n.count, e.parameters.size());
  if (size > few) large.resize(size);
  Value* args = size > few ? large.data() : small;
  for (std::uint32_t i = 0; i < n.count; ++i) {
    const NodeId kid = code_->kids[n.first + i];
    if (kid == no_node) continue;
    args[i] = eval(kid);
    const BuiltinParameter& p = e.parameters[std::min<std::size_t>(i, e.parameters.size() - 1)];
    if (fit(args[i], p)) continue;
    return fail(id, args[i].is_null() ? "null" : "argument",
                "`" + p.name + "` wants a " + name_of(p.type) + ", not " +
                    (args[i].is_null() ? "null" : std::string("a ") + name_of(args[i].kind())),
                args[i]);
  }
  at_ = id;
  Value result = e.builtin->run({*this, std::span<const Value>(args, size), n.count});
  spend_for(result);
  return result;
}

}  // namespace citybrain::brain
