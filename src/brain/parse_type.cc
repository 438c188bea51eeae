// Types in text: number, list<string>, context<a: number>, function<number> -> string, item
// definitions by name.
#include "parser.h"

namespace citybrain::brain {

TypeRef Parser::type() {
  if (++depth_ > parse_depth_max) {
    --depth_;
    fail("limit", "the type is nested too deep", here(), peek().finish);
    return nullptr;
  }
  struct Leave {
    int& depth;
    ~Leave() { --depth; }
  } leave{depth_};
  const std::uint32_t begin = here();
  const auto made = [](Type::Kind kind, const char* text) {
    auto t = std::make_shared<Type>();
    t->kind = kind;
    t->name = text;
    return t;
  };
  if ((is_word("list") || is_word("range")) && is("<", 1)) {
    auto t = is_word("list") ? made(Type::Kind::list, "list") : made(Type::Kind::range, "range");
    at_ += 2;
    t->element = type();
    expect(">", "`>` is missing");
    return t;
  }
  if (is_word("context") && is("<", 1)) {
    auto t = made(Type::Kind::context, "context");
    at_ += 2;
    do {
      const std::string field = words_until(":");
      if (!expect(":", "a context's type is `context<name: type>`")) return nullptr;
      t->fields.emplace_back(field, type());
    } while (eat(","));
    expect(">", "`>` is missing");
    return t;
  }
  if (is_word("function") && is("<", 1)) {
    auto t = made(Type::Kind::function, "function");
    at_ += 2;
    if (!is(">")) {
      do t->parameters.push_back(type());
      while (eat(","));
    }
    if (!expect(">", "`>` is missing")) return nullptr;
    if (eat("->")) t->result = type();
    return t;
  }
  return named_type(begin);
}

// An item definition's or a built-in's name.
TypeRef Parser::named_type(std::uint32_t begin) {
  // The longest of the declared types and the built-in names.
  TypeRef best;
  std::size_t length = 0;
  for (const auto& [text, known] : scope_.types) {
    const std::size_t n = match(name_words(text));
    if (n > length) {
      length = n;
      best = known;
    }
  }
  for (const char* text :
       {"Any", "Null", "number", "string", "boolean", "date", "time", "date and time", "dateTime",
        "days and time duration", "dayTimeDuration", "years and months duration",
        "yearMonthDuration", "day and time duration", "year and month duration", "list", "context",
        "function", "range"}) {
    const std::size_t n = match(name_words(text));
    if (n > length) {
      length = n;
      best = builtin_type(text);
    }
  }
  if (length == 0) {
    std::size_t n = 0;
    const std::string text = loose_name(n);
    fail("unknown_type", "no type `" + (text.empty() ? peek().text : text) + "`", begin,
         peek(n == 0 ? 0 : n - 1).finish);
    return nullptr;
  }
  at_ += length;
  return best;
}

}  // namespace citybrain::brain
