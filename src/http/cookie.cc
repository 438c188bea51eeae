// Cookies: RFC 6265 §4.
#include "http/cookie.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace citybrain::http {
namespace {

// cookie-octet of RFC 6265 §4.1.1.
bool is_cookie_octet(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u > 0x20 && u < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
}

}  // namespace

std::string cookie_of(const Request& request, std::string_view name) {
  const auto [from, to] = request.headers.equal_range("cookie");
  for (auto header = from; header != to; ++header) {
    for (const auto pair : split(header->second, ';')) {
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || trim(pair.substr(0, equals)) != name) continue;
      std::string_view value = trim(pair.substr(equals + 1));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
      return std::string(value);
    }
  }
  return "";
}

std::string set_cookie(std::string_view name, std::string_view value, std::chrono::seconds max_age,
                       bool secure) {
  CB_CHECK(!name.empty() && std::all_of(name.begin(), name.end(), is_cookie_octet));
  CB_CHECK(std::all_of(value.begin(), value.end(), is_cookie_octet));
  std::string out(name);
  out += '=';
  out += value;
  out += "; Path=/; Max-Age=" + std::to_string(max_age.count()) + "; HttpOnly; SameSite=Strict";
  if (secure) out += "; Secure";
  return out;
}

}  // namespace citybrain::http
