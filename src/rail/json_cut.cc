// JsonCutter: see json_cut.h (RFC 8259, one flat object a line).
#include "json_cut.h"

#include <cstring>

#include "base/text.h"

namespace citybrain::rail {
namespace {

void skip_blank(const char*& p, const char* end) {
  while (p < end && (*p == ' ' || *p == '\t')) ++p;
}

// Four hex digits at `p`, or -1.
int hex4(const char* p, const char* end) {
  if (end - p < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = p[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

void append_utf8(std::string& out, unsigned point) {
  const auto put = [&](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6), put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12), put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18), put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
  }
}

// JSON's grammar of numbers: -?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?
bool is_number(std::string_view t) {
  const auto digits = [&] {
    const std::size_t n = std::min(t.find_first_not_of("0123456789"), t.size());
    t.remove_prefix(n);
    return n;
  };
  if (t.starts_with('-')) t.remove_prefix(1);
  const bool zero = t.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (t.starts_with('.')) {
    t.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (t.starts_with('e') || t.starts_with('E')) {
    t.remove_prefix(1);
    if (t.starts_with('+') || t.starts_with('-')) t.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return t.empty();
}

}  // namespace

Cut JsonCutter::cut(const char* begin, const char* end, bool last) {
  const auto size = static_cast<std::size_t>(end - begin);
  const auto* stop = static_cast<const char*>(std::memchr(begin, '\n', size));
  if (stop == nullptr && !last) return Cut::more;
  lines_ = stop == nullptr ? 0 : 1;
  raw_ = {begin, static_cast<std::size_t>((stop == nullptr ? end : stop) - begin)};
  used_ = raw_.size() + static_cast<std::size_t>(lines_);
  if (raw_.ends_with('\r')) raw_.remove_suffix(1);
  members_.clear();
  unescaped_used_ = 0;
  if (trim(raw_).empty()) return Cut::blank;
  return object(trim(raw_)) ? Cut::row : Cut::broken;
}

bool JsonCutter::object(std::string_view line) {
  const char* p = line.data();
  const char* end = p + line.size();
  if (*p++ != '{') return fail("不是 JSON 对象");
  skip_blank(p, end);
  if (p < end && *p == '}' && p + 1 == end) return true;
  for (;;) {
    if (members_.size() == members_max) return fail("JSON 成员过多");
    Member member;
    skip_blank(p, end);
    if (p >= end || *p != '"') return fail("JSON 成员名应为字符串");
    ++p;
    if (!string(p, end, member.name)) return false;
    skip_blank(p, end);
    if (p >= end || *p != ':') return fail("JSON 成员名后应为冒号");
    ++p;
    skip_blank(p, end);
    if (!scalar(p, end, member.value)) return false;
    members_.push_back(member);
    skip_blank(p, end);
    if (p >= end) return fail("JSON 对象没有结束");
    if (*p == '}') return p + 1 == end || fail("JSON 对象后面还有字符");
    if (*p++ != ',') return fail("JSON 成员之间应为逗号");
  }
}

bool JsonCutter::scalar(const char*& p, const char* end, std::string_view& out) {
  if (p >= end) return fail("JSON 对象没有结束");
  if (*p == '"') return ++p, string(p, end, out);
  if (*p == '{' || *p == '[') return fail("JSON 值应为单个值，不是对象或数组");
  const char* from = p;
  while (p < end && *p != ',' && *p != '}' && *p != ' ' && *p != '\t') ++p;
  out = {from, static_cast<std::size_t>(p - from)};
  if (out == "null") return out = {}, true;
  return out == "true" || out == "false" || is_number(out) || fail("JSON 值无法识别");
}

// `p` stands behind the opening quote, and afterwards behind the closing one.
bool JsonCutter::string(const char*& p, const char* end, std::string_view& out) {
  const char* from = p;
  while (p < end && *p != '"' && *p != '\\' && static_cast<unsigned char>(*p) >= 0x20) ++p;
  if (p < end && *p == '"') {
    out = {from, static_cast<std::size_t>(p - from)};
    ++p;
    return true;
  }
  if (unescaped_.empty()) unescaped_.resize(2 * members_max);  // never grows: views point into it
  std::string& copy = unescaped_[unescaped_used_++];
  copy.assign(from, p);
  while (p < end && *p != '"') {
    if (static_cast<unsigned char>(*p) < 0x20) return fail("JSON 字符串中有控制字符");
    if (*p != '\\') {
      copy.push_back(*p++);
    } else if (!escape(p, end, copy)) {
      return false;
    }
  }
  if (p >= end) return fail("JSON 字符串没有结束");
  ++p;
  out = copy;
  return true;
}

bool JsonCutter::escape(const char*& p, const char* end, std::string& out) {
  if (++p >= end) return fail("JSON 字符串没有结束");
  const char c = *p++;
  switch (c) {
    case '"':
    case '\\':
    case '/': out.push_back(c); return true;
    case 'b': out.push_back('\b'); return true;
    case 'f': out.push_back('\f'); return true;
    case 'n': out.push_back('\n'); return true;
    case 'r': out.push_back('\r'); return true;
    case 't': out.push_back('\t'); return true;
    case 'u': break;
    default: return fail("JSON 转义无法识别");
  }
  int point = hex4(p, end);
  if (point < 0) return fail("JSON 转义 \\u 后应有四位十六进制");
  p += 4;
  if (point >= 0xD800 && point < 0xDC00) {  // the first half of a pair
    const int low = end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, end) : -1;
    if (low < 0xDC00 || low > 0xDFFF) return fail("JSON 转义的代理对不完整");
    point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    p += 6;
  } else if (point >= 0xDC00 && point < 0xE000) {
    return fail("JSON 转义的代理对不完整");
  }
  append_utf8(out, static_cast<unsigned>(point));
  return true;
}

}  // namespace citybrain::rail
