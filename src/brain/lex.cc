// FEEL text into tokens with their spans: see lex.h.
#include "lex.h"

#include <algorithm>
#include <array>

#include "unicode.h"

namespace citybrain::brain {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Length of white space at i: ASCII, and Unicode's spaces as DMN 1.5 grammar rule 61 lists them.
std::size_t space_at(std::string_view s, std::size_t i) {
  const char c = s[i];
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  const auto rest = s.substr(i, 3);
  if (rest.substr(0, 2) == "\xc2\xa0" || rest.substr(0, 2) == "\xc2\x85") return 2;
  constexpr std::array<std::string_view, 6> wide = {"\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9",
                                                    "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
  if (std::find(wide.begin(), wide.end(), rest) != wide.end() || rest == "\xef\xbb\xbf") return 3;
  if (rest.substr(0, 2) == "\xe2\x80" && rest.size() == 3 &&
      static_cast<unsigned char>(rest[2]) >= 0x80 && static_cast<unsigned char>(rest[2]) <= 0x8b) {
    return 3;
  }
  return 0;
}

class Lexer {
 public:
  Lexer(std::string_view s, std::vector<Token>& out, LexFailure& failure)
      : s_(s), out_(out), failure_(failure) {}

  bool run() {
    while (true) {
      if (!skip()) return false;
      if (i_ >= s_.size()) break;
      if (!token()) return false;
    }
    push(Token::Kind::end, i_);
    return true;
  }

 private:
  bool fail(std::size_t from, std::string message) {
    failure_ = {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(i_),
                std::move(message)};
    return false;
  }
  void push(Token::Kind kind, std::size_t from) {
    out_.push_back({kind, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(i_),
                    std::string(s_.substr(from, i_ - from))});
  }
  bool skip() {
    while (i_ < s_.size()) {
      if (const std::size_t n = space_at(s_, i_)) {
        i_ += n;
      } else if (s_.substr(i_, 2) == "//") {
        while (i_ < s_.size() && s_[i_] != '\n') ++i_;
      } else if (s_.substr(i_, 2) == "/*") {
        const std::size_t from = i_;
        const std::size_t end = s_.find("*/", i_ + 2);
        if (end == std::string_view::npos) {
          i_ = s_.size();
          return fail(from, "the comment has no end; close it by */");
        }
        i_ = end + 2;
      } else {
        break;
      }
    }
    return true;
  }
  // Past a word of a name, if one begins here.
  bool word() {
    std::size_t next = i_;
    if (!begins_name(next_code_point(s_, next))) return false;
    do i_ = next;
    while (i_ < s_.size() && space_at(s_, i_) == 0 && continues_name(next_code_point(s_, next)));
    return true;
  }
  bool token() {
    const std::size_t from = i_;
    const char c = s_[i_];
    if (word()) {
      push(Token::Kind::name, from);
      return true;
    }
    if (is_digit(c) || (c == '.' && i_ + 1 < s_.size() && is_digit(s_[i_ + 1]))) return number();
    if (c == '"') return text(Token::Kind::text, from);
    if (c == '@' && s_.substr(i_, 2) == "@\"") {
      ++i_;
      return text(Token::Kind::at_text, from);
    }
    constexpr std::array<std::string_view, 7> pairs = {"..", "**", "<=", ">=", "!=", "->", "=="};
    const auto two = s_.substr(i_, 2);
    if (std::find(pairs.begin(), pairs.end(), two) != pairs.end()) {
      i_ += 2;
    } else if (std::string_view("()[]{},:.+-*/=<>?'@|!&%$#^~\\;`").find(c) !=
               std::string_view::npos) {
      ++i_;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      next_code_point(s_, i_);  // “, — and the like: FEEL has no use for them, but names may
    } else {
      ++i_;
      return fail(from, "a character that FEEL does not know");
    }
    push(Token::Kind::mark, from);
    return true;
  }
  bool number() {
    const std::size_t from = i_;
    const auto digits = [&] {
      while (i_ < s_.size() && is_digit(s_[i_])) ++i_;
    };
    digits();
    if (i_ + 1 < s_.size() && s_[i_] == '.' && is_digit(s_[i_ + 1])) {
      ++i_;
      digits();
    }
    if (i_ < s_.size() && (s_[i_] == 'e' || s_[i_] == 'E')) {
      std::size_t j = i_ + 1;
      if (j < s_.size() && (s_[j] == '+' || s_[j] == '-')) ++j;
      if (j < s_.size() && is_digit(s_[j])) {
        i_ = j;
        digits();
      }
    }
    push(Token::Kind::number, from);
    return true;
  }
  bool text(Token::Kind kind, std::size_t from) {
    std::string value;
    ++i_;
    while (true) {
      if (i_ >= s_.size()) return fail(from, "the string has no end; close it by \"");
      const char c = s_[i_];
      if (c == '"') break;
      if (c != '\\') {
        value += c;
        ++i_;
      } else if (!escape(value)) {
        return false;
      }
    }
    ++i_;
    out_.push_back(
        {kind, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(i_), std::move(value)});
    return true;
  }
  bool escape(std::string& value) {
    const std::size_t from = i_;
    ++i_;
    if (i_ >= s_.size()) return fail(from, "the string has no end; close it by \"");
    const char c = s_[i_++];
    switch (c) {
      case 'n': value += '\n'; return true;
      case 'r': value += '\r'; return true;
      case 't': value += '\t'; return true;
      case '"':
      case '\'':
      case '\\': value += c; return true;
      case 'u':
      case 'U': break;
      default:
        value += '\\';
        value += c;
        return true;
    }
    std::uint32_t code = 0;
    if (!hex(c == 'u' ? 4 : 6, code))
      return fail(from, "an escape \\u wants 4 hexadecimal digits, \\U 6");
    if (code >= 0xd800 && code < 0xdc00 && s_.substr(i_, 2) == "\\u") {
      i_ += 2;
      std::uint32_t low = 0;
      if (!hex(4, low) || low < 0xdc00 || low > 0xdfff) {
        return fail(from, "half a surrogate pair");
      }
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
      return fail(from, "no such code point");
    append_utf8(value, code);
    return true;
  }
  bool hex(int n, std::uint32_t& code) {
    for (int k = 0; k < n; ++k, ++i_) {
      if (i_ >= s_.size()) return false;
      const char c = s_[i_];
      std::uint32_t digit = 0;
      if (is_digit(c)) {
        digit = static_cast<std::uint32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<std::uint32_t>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<std::uint32_t>(c - 'A' + 10);
      } else {
        return false;
      }
      code = code * 16 + digit;
    }
    return true;
  }

  std::string_view s_;
  std::vector<Token>& out_;
  LexFailure& failure_;
  std::size_t i_ = 0;
};

}  // namespace

bool lex(std::string_view source, std::vector<Token>& out, LexFailure& failure) {
  if (source.size() > source_bytes_max) {
    failure = {0, 0,
               "the expression is longer than " + std::to_string(source_bytes_max) + " bytes"};
    return false;
  }
  return Lexer(source, out, failure).run();
}

std::vector<std::string> name_words(std::string_view name) {
  std::vector<Token> tokens;
  LexFailure failure;
  std::vector<std::string> words;
  if (!lex(name, tokens, failure)) return {std::string(name)};
  for (const Token& t : tokens) {
    if (t.kind != Token::Kind::end)
      words.push_back(std::string(name.substr(t.begin, t.finish - t.begin)));
  }
  return words;
}

bool is_keyword(std::string_view word) {
  constexpr std::array<std::string_view, 18> words = {
      "for", "return", "if",      "then",     "else", "some",  "every", "satisfies", "and",
      "or",  "in",     "between", "instance", "true", "false", "null",  "function",  "external"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace citybrain::brain
