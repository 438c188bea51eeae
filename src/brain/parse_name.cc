// Names: the longest declared match wins, whatever spaces and operators are in it; and calls.
#include <algorithm>

#include "base/text.h"
#include "builtin.h"
#include "parser.h"

namespace citybrain::brain {

constexpr std::uint32_t capture_base = 1U << 30;

std::size_t Parser::match(const std::vector<std::string>& words) const {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Token& t = peek(i);
    if (t.kind == Token::Kind::end || t.kind == Token::Kind::text ||
        t.kind == Token::Kind::at_text || t.text != words[i]) {
      return 0;
    }
  }
  return words.size();
}

// depth: how many bodies out the name was found; bodies_.size() = global.
const Parser::Name* Parser::longest_name(std::size_t& length, std::size_t& depth) {
  const Name* best = nullptr;
  length = 0;
  for (std::size_t d = 0; d < bodies_.size(); ++d) {
    const auto& names = bodies_[bodies_.size() - 1 - d].names;
    for (auto it = names.rbegin(); it != names.rend(); ++it) {
      const std::size_t n = match(it->words);
      if (n > length) {
        length = n;
        best = &*it;
        depth = d;
      }
    }
  }
  for (const Name& g : globals_) {
    const std::size_t n = match(g.words);
    if (n > length) {
      length = n;
      best = &g;
      depth = bodies_.size();
    }
  }
  return best;
}

// The slot, in the body `depth` levels in from where the name lives, that holds its value here.
std::uint32_t Parser::capture(std::size_t depth, std::uint32_t slot, const std::string& text) {
  std::uint32_t at = slot;
  for (std::size_t k = bodies_.size() - depth; k < bodies_.size(); ++k) {
    Body& b = bodies_[k];
    std::uint32_t found = no_node;
    for (std::size_t i = 0; i < b.capture_from.size(); ++i) {
      if (b.capture_from[i] == at) found = capture_base + static_cast<std::uint32_t>(i);
    }
    if (found == no_node) {
      b.capture_from.push_back(at);
      b.captured.emplace_back(text, at);
      found = capture_base + static_cast<std::uint32_t>(b.capture_from.size() - 1);
    }
    at = found;
  }
  return at;
}

// Marks each filter around whose item the slot, of the body that lies `depth` further out, is or
// hangs on.
void Parser::mark_readers(std::uint32_t slot, std::size_t depth) {
  std::size_t filters = saw_item_.size();
  for (std::size_t k = 0; k < bodies_.size(); ++k) {
    const std::vector<std::uint32_t>& items = bodies_[bodies_.size() - 1 - k].items;
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
      --filters;
      if (k > depth || (k == depth && slot >= *item)) saw_item_[filters] = 1;
    }
  }
}

NodeId Parser::use(const Name& found, std::size_t depth, std::uint32_t begin) {
  const Declared d = found.declared;
  if (d.is_global) return add(Op::global, begin, d.number, 0, 0, 0, d.type);
  const std::uint32_t slot = depth == 0 ? d.number : capture(depth, d.number, d.name);
  mark_readers(d.number, depth);
  return add(Op::local, begin, slot, 0, 0, 0, d.type);
}

std::string Parser::loose_name(std::size_t& length) const {
  std::string text;
  length = 0;
  while (peek(length).kind == Token::Kind::name &&
         (length == 0 || !is_keyword(peek(length).text))) {
    if (length > 0) text += ' ';
    text += peek(length).text;
    ++length;
  }
  return text;
}

std::string Parser::words_until(std::string_view a, std::string_view b, std::string_view c) {
  constexpr std::size_t name_words_max = 64;
  std::string text;
  for (std::size_t n = 0;; ++n) {
    const Token& t = peek();
    if (t.kind == Token::Kind::end || t.kind == Token::Kind::text || n > name_words_max) {
      fail_here("a name is missing its end here");
      return "";
    }
    if (t.text == a || (!b.empty() && t.text == b) || (!c.empty() && t.text == c)) return text;
    if (n == 0 && t.kind != Token::Kind::name && t.text != "?") {
      fail_here("`" + t.text + "` begins no name");
      return "";
    }
    if (n > 0 && t.begin > tokens_[at_ - 1].finish) text += ' ';
    text += t.text;
    ++at_;
  }
}

std::string Parser::plain_mark(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> wide[] = {
      {"，", ","}, {"（", "("}, {"）", ")"}, {"＝", "="}, {"＞", ">"}, {"＜", "<"},
      {"＋", "+"}, {"－", "-"}, {"．", "."}, {"：", ":"}, {"、", ","}, {"；", ";"},
      {"［", "["}, {"］", "]"}, {"×", "*"},  {"÷", "/"},  {"“", "\""}, {"”", "\""}};
  for (const auto& [mark_text, plain] : wide) {
    if (text.find(mark_text) == std::string_view::npos) continue;
    return "write `" + std::string(plain) + "` for `" + std::string(mark_text) + "`";
  }
  return "";
}

std::string Parser::nearest_name(std::string_view word) const {
  if (auto plain = plain_mark(word); !plain.empty()) return plain;
  std::vector<std::string> words;
  for (const Body& b : bodies_) {
    for (const Name& n : b.names) words.push_back(n.declared.name);
  }
  for (const Name& g : globals_) words.push_back(g.declared.name);
  for (const BuiltinEntry& e : builtins()) words.push_back(e.builtin->name);
  const auto found = nearest(word, words);
  return found ? "did you mean `" + *found + "`?" : "";
}

// Inside a filter: a member of the item, where it is at least as long a match as what is declared.
std::optional<NodeId> Parser::item_member(const Name* found, std::size_t length,
                                          std::size_t depth) {
  const Token first = peek();
  std::string member;
  std::size_t member_length = 0;
  const TypeRef item = item_types_.back();
  const bool has_members =
      !is_known(item) || item->kind == Type::Kind::any || item->kind == Type::Kind::context;
  for (const auto& words : members_) {
    const std::size_t n = has_members ? match(words) : 0;
    if (n > member_length) member_length = n;
  }
  const bool is_item = found != nullptr && depth == 0 && length == 1 && first.text == "item" &&
                       found->declared.number == body().items.back() && !found->declared.is_global;
  if (is_item && member_length == 1) {  // a member of that name hides the item
    at_ += 1;
    const NodeId whole = use(Name(*found), 0, first.begin);
    return add(Op::member_name, first.begin, name_number("item"), body().items.back(), whole);
  }
  const bool bound_inside = found != nullptr && depth == 0 && !found->declared.is_global &&
                            found->declared.number >= body().items.front();
  if (member_length > 0 && member_length >= length && !bound_inside && !is("(", member_length)) {
    for (std::size_t i = 0; i < member_length; ++i) {
      if (i > 0 && peek(i).begin > peek(i - 1).finish) member += ' ';
      member += peek(i).text;
    }
    NodeId outside = no_node;
    if (found != nullptr && member_length == length) {
      at_ += length;
      outside = use(*found, depth, first.begin);
    } else {
      at_ += member_length;
    }
    saw_item_.back() = 1;
    bool missing = false;
    const TypeRef type = member_type(item_types_.back(), member, missing);
    return add(Op::member_name, first.begin, name_number(member), body().items.back(), outside, 0,
               type);
  }
  return std::nullopt;
}

NodeId Parser::name() {
  const Token first = peek();
  std::size_t length = 0;
  std::size_t depth = 0;
  const Name* found = longest_name(length, depth);
  if (!body().items.empty()) {
    if (const auto member = item_member(found, length, depth)) return *member;
  }
  std::size_t builtin_length = 0;
  std::string builtin_name;
  for (const BuiltinEntry& e : builtins()) {
    const std::size_t n = match(e.words);
    if (n > builtin_length) {
      builtin_length = n;
      builtin_name = e.builtin->name;
    }
  }
  if (found != nullptr && length >= builtin_length && (length > 1 || !is_keyword(first.text))) {
    const bool calls_builtin = length == builtin_length && is("(", length) &&
                               found->declared.type != nullptr &&
                               found->declared.type->kind != Type::Kind::function &&
                               found->declared.type->kind != Type::Kind::any;
    if (!calls_builtin) {
      const Name copy = *found;
      at_ += length;
      return use(copy, depth, first.begin);
    }
  }
  if (first.text == "if") return if_expression();
  if (first.text == "for") return iteration(Op::for_);
  if (first.text == "some") return iteration(Op::some);
  if (first.text == "every") return iteration(Op::every);
  if (first.text == "function" && is("(", 1)) return lambda();
  if (first.text == "true" || first.text == "false") {
    ++at_;
    return constant(Value::boolean(first.text == "true"), first.begin);
  }
  if (first.text == "null") {
    ++at_;
    return constant({}, first.begin);
  }
  // `date an time(…)`: a word follows where none may, so the whole is a name that is not there.
  const bool goes_on = peek(builtin_length).kind == Token::Kind::name &&
                       !is_keyword(peek(builtin_length).text) && body().items.empty();
  if (builtin_length > 0 && !goes_on) {
    at_ += builtin_length;
    if (is("(")) return call(no_node, builtin_name, first.begin);
    auto f = std::make_shared<Function>();  // a built-in as a value, to hand to another function
    f->name = builtin_name;
    f->builtin = builtins()[builtins_named(builtin_name).first].builtin;
    return constant(Value::function(std::move(f)), first.begin);
  }
  if (is_keyword(first.text)) return fail_here("`" + first.text + "` begins no expression");
  return unknown_name();
}

NodeId Parser::unknown_name() {
  const Token first = peek();
  std::size_t length = 0;
  const std::string text = loose_name(length);
  at_ += std::max<std::size_t>(length, 1);
  if (!body().items.empty()) {  // a member of the item that no declaration told us of
    const TypeRef& item = item_types_.back();
    if (is_known(item) && (item->kind != Type::Kind::context || !item->fields.empty())) {
      complain("unknown_name", "no name `" + text + "`, and the items have none", first.begin,
               last_end(), nearest_name(text));
      // A value may hold more than a literal shows, but not more than a definition says.
      if (item->name == "context") diagnostics_.back().severity = Severity::warning;
    }
    saw_item_.back() = 1;
    return add(Op::member_name, first.begin, name_number(text), body().items.back(), no_node);
  }
  const bool function = is("(");
  report(function ? "unknown_function" : "unknown_name",
         std::string("no ") + (function ? "function" : "name") + " `" + text + "`", first.begin,
         last_end(), nearest_name(text));
  return add(Op::error, first.begin);
}

std::optional<std::string> Parser::argument_name() {
  std::size_t n = 0;
  while (peek(n).kind == Token::Kind::name || (n > 0 && (is("'", n) || is("-", n) || is("+", n))))
    ++n;
  if (n == 0 || !is(":", n)) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0 && peek(i).begin > peek(i - 1).finish) text += ' ';
    text += peek(i).text;
  }
  at_ += n + 1;
  return text;
}

NodeId Parser::call(NodeId callee, const std::string& builtin_name, std::uint32_t begin) {
  ++at_;
  const int outer = no_filter_;
  no_filter_ = 0;
  std::vector<std::string> names;
  std::vector<NodeId> args;
  if (!is(")")) {
    do {
      if (const auto text = argument_name()) names.push_back(*text);
      args.push_back(expr());
      if (failed_) return 0;
    } while (eat(","));
  }
  no_filter_ = outer;
  if (!expect(")", "`)` is missing")) return 0;
  if (!names.empty() && names.size() != args.size()) {
    return fail("syntax", "either all arguments are named or none", begin, last_end());
  }
  if (callee == no_node) return builtin_call(builtin_name, names, args, begin);
  const TypeRef result = check_invoke(callee, names, args);
  const NodeId node = add(Op::invoke, begin, callee, 0, 0, names.empty() ? 0 : 1, result);
  std::vector<std::uint32_t> kids;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (!names.empty()) kids.push_back(name_number(names[i]));
    kids.push_back(args[i]);
  }
  set_kids(node, kids);
  return node;
}

namespace {

// Named arguments in the order of the parameters; none where they don't fit.
std::optional<std::vector<NodeId>> placed_by_name(const BuiltinEntry& e,
                                                  const std::vector<std::string>& names,
                                                  const std::vector<NodeId>& args) {
  std::vector<NodeId> placed(e.parameters.size(), no_node);
  for (std::size_t k = 0; k < names.size(); ++k) {
    const auto p = std::find_if(e.parameters.begin(), e.parameters.end(),
                                [&](const auto& q) { return q.name == names[k]; });
    if (p == e.parameters.end()) return std::nullopt;
    NodeId& place = placed[static_cast<std::size_t>(p - e.parameters.begin())];
    if (place != no_node) return std::nullopt;
    place = args[k];
  }
  for (std::size_t k = 0; k < placed.size(); ++k) {
    const bool wanted = !e.parameters[k].optional && !e.parameters[k].variadic;
    if (placed[k] == no_node && wanted) return std::nullopt;
  }
  while (!placed.empty() && placed.back() == no_node) placed.pop_back();
  return placed;
}

bool in_order(const BuiltinEntry& e, const std::vector<std::string>& names) {
  return std::equal(names.begin(), names.end(), e.parameters.begin(),
                    e.parameters.begin() +
                        static_cast<std::ptrdiff_t>(std::min(names.size(), e.parameters.size())),
                    [](const std::string& name, const auto& p) { return name == p.name; });
}

// The form of the function that these arguments fit, and their places. before(range, point) and
// before(point, range) are two: the one whose order is the caller's goes first.
std::optional<std::size_t> form_for(std::pair<std::size_t, std::size_t> forms,
                                    const std::vector<std::string>& names,
                                    const std::vector<NodeId>& args, std::vector<NodeId>& placed) {
  for (const bool ordered : {true, false}) {
    for (std::size_t i = forms.first; i < forms.second; ++i) {
      const BuiltinEntry& e = builtins()[i];
      if (names.empty()) {
        if (args.size() < e.least || args.size() > e.most) continue;
        placed = args;
        return i;
      }
      if (ordered && !in_order(e, names)) continue;
      if (auto found = placed_by_name(e, names, args)) {
        placed = *std::move(found);
        return i;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

NodeId Parser::builtin_call(const std::string& function, std::vector<std::string>& names,
                            std::vector<NodeId>& args, std::uint32_t begin) {
  const auto [first, last] = builtins_named(function);
  std::vector<NodeId> placed;
  if (const auto form = form_for({first, last}, names, args, placed)) {
    const TypeRef result = check_builtin(builtins()[*form], placed);
    const NodeId node = add(Op::call, begin, static_cast<std::uint32_t>(*form), 0, 0, 0, result);
    set_kids(node, placed);
    return node;
  }
  std::string forms;
  for (std::size_t i = first; i < last; ++i) {
    if (!forms.empty()) forms += " or ";
    forms += function + "(";
    for (std::size_t k = 0; k < builtins()[i].parameters.size(); ++k) {
      if (k > 0) forms += ", ";
      forms += builtins()[i].parameters[k].name;
    }
    forms += ")";
  }
  report("arguments", "`" + function + "` is not called with these arguments", begin, last_end(),
         "write " + forms);
  return add(Op::error, begin);
}

}  // namespace citybrain::brain
