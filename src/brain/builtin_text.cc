// Strings.
#include <algorithm>

#include "base/text.h"
#include "builtin.h"
#include "machine.h"
#include "pattern.h"

namespace citybrain::brain {
namespace {

Value substring(const Call& c) {
  const auto points = to_code_points(c[0].as_text());
  const auto size = static_cast<std::int64_t>(points.size());
  const auto start = c[1].as_number().rounded(0, Rounding::down).to_int();
  if (!start || *start == 0 || *start > size || *start < -size) {
    return c.fail("the start position is outside the string", c[1]);
  }
  const std::int64_t from = *start > 0 ? *start - 1 : size + *start;
  std::int64_t length = size - from;
  if (c.given > 2 && !c[2].is_null()) {
    const auto n = c[2].as_number().rounded(0, Rounding::down).to_int();
    if (!n || *n < 1) return c.fail("the length is not positive", c[2]);
    length = std::min(length, *n);
  }
  return Value::text(to_utf8(points.data() + from, points.data() + from + length));
}

Value string_length(const Call& c) {
  return Value::number(static_cast<std::int64_t>(code_points(c[0].as_text())));
}

Value upper(const Call& c) { return Value::text(upper_case(c[0].as_text())); }
Value lower(const Call& c) { return Value::text(lower_case(c[0].as_text())); }

Value substring_before(const Call& c) {
  const std::string& s = c[0].as_text();
  const auto at = s.find(c[1].as_text());
  return Value::text(at == std::string::npos ? "" : s.substr(0, at));
}
Value substring_after(const Call& c) {
  const std::string& s = c[0].as_text();
  const auto at = s.find(c[1].as_text());
  return Value::text(at == std::string::npos ? "" : s.substr(at + c[1].as_text().size()));
}
Value contains(const Call& c) {
  return Value::boolean(c[0].as_text().find(c[1].as_text()) != std::string::npos);
}
Value starts_with(const Call& c) {
  return Value::boolean(c[0].as_text().starts_with(c[1].as_text()));
}
Value ends_with(const Call& c) { return Value::boolean(c[0].as_text().ends_with(c[1].as_text())); }

std::string flags_of(const Call& c, std::size_t i) {
  return c.given > i && c[i].is(Kind::text) ? c[i].as_text() : "";
}

Value matches(const Call& c) {
  const auto compiled = Pattern::compile(c[1].as_text(), flags_of(c, 2));
  if (!compiled) return c.fail(compiled.error().message, c[1]);
  Pattern::Match match;
  std::int64_t budget = pattern_steps_max;
  const auto found = compiled->find(to_code_points(c[0].as_text()), 0, match, budget);
  if (!found) return c.fail(found.error().message, c[1]);
  return Value::boolean(*found);
}

// The replacement's $1 and \$ filled in; false where it is malformed.
bool fill(const std::vector<char32_t>& text, const std::vector<char32_t>& replacement, bool literal,
          const Pattern::Match& match, std::vector<char32_t>& out) {
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const char32_t ch = replacement[i];
    if (literal || (ch != '$' && ch != '\\')) {
      out.push_back(ch);
    } else if (ch == '\\') {
      if (i + 1 >= replacement.size()) return false;
      const char32_t next = replacement[++i];
      if (next != '\\' && next != '$') return false;
      out.push_back(next);
    } else {
      if (i + 1 >= replacement.size() || replacement[i + 1] < '0' || replacement[i + 1] > '9')
        return false;
      std::size_t group = replacement[++i] - '0';
      while (i + 1 < replacement.size() && replacement[i + 1] >= '0' && replacement[i + 1] <= '9' &&
             group * 10 + (replacement[i + 1] - '0') <= match.groups.size()) {
        group = group * 10 + (replacement[++i] - '0');
      }
      auto begin = static_cast<std::ptrdiff_t>(match.begin);
      auto end = static_cast<std::ptrdiff_t>(match.end);
      if (group > match.groups.size()) continue;
      if (group > 0) std::tie(begin, end) = match.groups[group - 1];
      if (begin >= 0 && end >= begin)
        out.insert(out.end(), text.begin() + begin, text.begin() + end);
    }
  }
  return true;
}

Value replace(const Call& c) {
  const std::string flags = flags_of(c, 3);
  const auto compiled = Pattern::compile(c[1].as_text(), flags);
  if (!compiled) return c.fail(compiled.error().message, c[1]);
  const auto text = to_code_points(c[0].as_text());
  const auto replacement = to_code_points(c[2].as_text());
  const bool literal = flags.find('q') != std::string::npos;
  std::vector<char32_t> out;
  std::size_t at = 0;
  Pattern::Match match;
  std::int64_t budget = pattern_steps_max;
  const auto empty = compiled->find({}, 0, match, budget);
  if (empty && *empty) return c.fail("the pattern matches the empty string", c[1]);
  while (at <= text.size()) {
    const auto found = compiled->find(text, at, match, budget);
    if (!found) return c.fail(found.error().message, c[1]);
    if (!*found) break;
    if (match.end == match.begin) return c.fail("the pattern matches the empty string", c[1]);
    out.insert(out.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
               text.begin() + static_cast<std::ptrdiff_t>(match.begin));
    if (!fill(text, replacement, literal, match, out)) {
      return c.fail("in a replacement `$` wants a digit, and `\\` a `\\` or `$`", c[2]);
    }
    at = match.end;
  }
  out.insert(out.end(), text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size())),
             text.end());
  return Value::text(to_utf8(out.data(), out.data() + out.size()));
}

Value split_(const Call& c) {
  const auto compiled = Pattern::compile(c[1].as_text(), flags_of(c, 2));
  if (!compiled) return c.fail(compiled.error().message, c[1]);
  const auto text = to_code_points(c[0].as_text());
  std::vector<Value> parts;
  std::size_t at = 0;
  Pattern::Match match;
  std::int64_t budget = pattern_steps_max;
  while (true) {
    const auto found = compiled->find(text, at, match, budget);
    if (!found) return c.fail(found.error().message, c[1]);
    if (!*found || match.end == match.begin) break;
    parts.push_back(Value::text(to_utf8(text.data() + at, text.data() + match.begin)));
    at = match.end;
  }
  parts.push_back(Value::text(to_utf8(text.data() + at, text.data() + text.size())));
  return Value::list(std::move(parts));
}

// string join(list, delimiter, prefix, suffix): nulls are left out.
Value string_join(const Call& c) {
  std::string out = c.has(2) ? c[2].as_text() : "";
  bool first = true;
  for (const Value& item : c[0].as_list()) {
    if (item.is_null()) continue;
    if (!item.is(Kind::text)) return c.fail("string join wants strings", item);
    if (!first && c.has(1)) out += c[1].as_text();
    first = false;
    out += item.as_text();
    if (out.size() > text_bytes_max) return c.fail("the string is too long");
  }
  if (c.has(3)) out += c[3].as_text();
  return Value::text(std::move(out));
}

Value string_(const Call& c) {
  if (c[0].is_null()) return c.fail("string of null");
  return Value::text(to_text(c[0]));
}

constexpr Builtin table[] = {
    {"substring", "string:string, start position:number, length?:number!", "string", substring,
     "取子串，位置从 1 起，负数从末尾数",
     "a part of the string; positions from 1, or from the end when negative",
     "substring(\"宁波市民\", 3)", "市民"},
    {"string length", "string:string", "number", string_length, "字符数",
     "how many characters the string has", "string length(\"宁波\")", "2"},
    {"upper case", "string:string", "string", upper, "转为大写", "the string in capitals",
     "upper case(\"aBc4\")", "ABC4"},
    {"lower case", "string:string", "string", lower, "转为小写", "the string in small letters",
     "lower case(\"aBc4\")", "abc4"},
    {"substring before", "string:string, match:string", "string", substring_before,
     "取匹配文字之前的部分", "what stands before the match",
     "substring before(\"foobar\", \"bar\")", "foo"},
    {"substring after", "string:string, match:string", "string", substring_after,
     "取匹配文字之后的部分", "what stands after the match", "substring after(\"foobar\", \"ob\")",
     "ar"},
    {"replace", "input:string, pattern:string, replacement:string, flags?:string!", "string",
     replace, "按正则表达式替换", "every match of the regular expression replaced",
     "replace(\"abcd\", \"(ab)|(cd)\", \"[$1$2]\")", "[ab][cd]"},
    {"contains", "string:string, match:string", "boolean", contains, "是否含有文字",
     "does the string hold the other", "contains(\"宁波市海曙区\", \"海曙\")", "true"},
    {"starts with", "string:string, match:string", "boolean", starts_with, "是否以文字开头",
     "does the string begin with the other", "starts with(\"foobar\", \"fo\")", "true"},
    {"ends with", "string:string, match:string", "boolean", ends_with, "是否以文字结尾",
     "does the string end in the other", "ends with(\"foobar\", \"r\")", "true"},
    {"matches", "input:string, pattern:string, flags?:string!", "boolean", matches,
     "是否含有正则表达式的匹配", "does the regular expression match somewhere",
     "matches(\"foobar\", \"^fo*b\")", "true"},
    {"split", "string:string, delimiter:string, flags?:string!", "list<string>", split_,
     "按正则表达式切分", "the parts between the matches", "split(\"a;b;c\", \";\")",
     "[\"a\", \"b\", \"c\"]"},
    {"string join", "list:list, delimiter?:string!, prefix?:string!, suffix?:string!", "string",
     string_join, "连接文字，空值略去", "the strings joined, nulls left out",
     "string join([\"a\", \"b\"], \"、\")", "a、b"},
    {"string", "from:any", "string", string_, "把值写成文字", "the value as text", "string(1.1)",
     "1.1"},
};

}  // namespace

std::span<const Builtin> text_builtins() { return table; }

}  // namespace citybrain::brain
