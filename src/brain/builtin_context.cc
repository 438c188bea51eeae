// Contexts.
#include "builtin.h"
#include "machine.h"

namespace citybrain::brain {
namespace {

Value nested(const Call& c, const Context& m, const std::vector<Value>& keys, std::size_t at,
             const Value& value, bool& wrong) {
  if (!keys[at].is(Kind::text)) {
    wrong = true;
    return c.fail("a key is a string", keys[at]);
  }
  const std::string& key = keys[at].as_text();
  Context out = m;
  if (at + 1 == keys.size()) {
    out.set(key, value);
    return Value::context(std::move(out));
  }
  const Value* inner = m.find(key);
  if (inner == nullptr || !inner->is(Kind::context)) {
    wrong = true;
    return c.fail("there is no context `" + key + "`", keys[at]);
  }
  out.set(key, nested(c, inner->as_context(), keys, at + 1, value, wrong));
  return Value::context(std::move(out));
}

Value get_value(const Call& c) {
  if (c[1].is(Kind::list)) {
    Value at = c[0];
    if (c[1].as_list().empty()) return c.fail("there are no keys");
    for (const Value& key : c[1].as_list()) {
      if (!key.is(Kind::text) || !at.is(Kind::context)) return c.fail("a key leads nowhere", key);
      const Value* found = at.as_context().find(key.as_text());
      if (found == nullptr) return c.fail("there is no entry `" + key.as_text() + "`", key);
      at = Value(*found);
    }
    return at;
  }
  if (!c[1].is(Kind::text)) return c.fail("a key is a string", c[1]);
  const Value* found = c[0].as_context().find(c[1].as_text());
  return found != nullptr ? *found : c.fail("there is no entry `" + c[1].as_text() + "`", c[1]);
}

Value get_entries(const Call& c) {
  std::vector<Value> out;
  for (const auto& [name, value] : c[0].as_context().entries()) {
    Context entry;
    entry.set("key", Value::text(name));
    entry.set("value", value);
    out.push_back(Value::context(std::move(entry)));
  }
  return Value::list(std::move(out));
}

Value context_(const Call& c) {
  Context out;
  for (const Value& entry : c[0].as_list()) {
    const Value* key = entry.is(Kind::context) ? entry.as_context().find("key") : nullptr;
    const Value* value = entry.is(Kind::context) ? entry.as_context().find("value") : nullptr;
    if (key == nullptr || value == nullptr || !key->is(Kind::text)) {
      return c.fail("an entry is {key: string, value: any}", entry);
    }
    if (out.find(key->as_text()) != nullptr) return c.fail("a key comes twice", *key);
    out.set(key->as_text(), *value);
  }
  return Value::context(std::move(out));
}

Value context_put(const Call& c) {
  if (c[1].is(Kind::list)) {
    if (c[1].as_list().empty()) return c.fail("there are no keys", c[1]);
    bool wrong = false;
    Value out = nested(c, c[0].as_context(), c[1].as_list(), 0, c[2], wrong);
    return wrong ? Value() : out;
  }
  if (!c[1].is(Kind::text)) return c.fail("a key is a string", c[1]);
  Context out = c[0].as_context();
  out.set(c[1].as_text(), c[2]);
  return Value::context(std::move(out));
}

Value context_merge(const Call& c) {
  Context out;
  for (const Value& v : c[0].as_list()) {
    if (!v.is(Kind::context)) return c.fail("context merge wants contexts", v);
    out.merge(v.as_context());
  }
  return Value::context(std::move(out));
}

constexpr Builtin table[] = {
    {"get value", "m:context, key:any", "Any", get_value, "取上下文中的值",
     "the entry of that name", "get value({a: 1}, \"a\")", "1"},
    {"get value", "context:context, key:any", "Any", get_value, "取上下文中的值",
     "the entry of that name", "get value({a: 1}, \"a\")", "1"},
    {"get value", "context:context, keys:any", "Any", get_value, "沿键的路径取值",
     "the entry at the end of a path of names", "get value({a: {b: 2}}, [\"a\", \"b\"])", "2"},
    {"get entries", "m:context", "list<context>", get_entries, "上下文的键值列表",
     "the entries as a list of key and value", "get entries({a: 1})", "[{key: \"a\", value: 1}]"},
    {"get entries", "context:context", "list<context>", get_entries, "上下文的键值列表",
     "the entries as a list of key and value", "get entries({a: 1})", "[{key: \"a\", value: 1}]"},
    {"context", "entries:list", "context", context_, "由键值列表得上下文",
     "the context of a list of key and value", "context([{key: \"a\", value: 1}])", "{a: 1}"},
    {"context put", "context:context, keys:any, value:any", "context", context_put,
     "沿键的路径写入值", "the context with a value at the end of a path of names",
     "context put({a: {b: 1}}, [\"a\", \"b\"], 2)", "{a: {b: 2}}"},
    {"context put", "context:context, key:string, value:any", "context", context_put, "写入值",
     "the context with that entry", "context put({a: 1}, \"b\", 2)", "{a: 1, b: 2}"},
    {"context merge", "contexts:list", "context", context_merge, "合并上下文，后者优先",
     "the contexts in one; later entries win", "context merge([{a: 1}, {a: 2, b: 3}])",
     "{a: 2, b: 3}"},
};

}  // namespace

std::span<const Builtin> context_builtins() { return table; }

}  // namespace citybrain::brain
