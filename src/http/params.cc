// Params: see params.h.
#include "params.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/date.h"
#include "base/text.h"

namespace citybrain::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A value as it may stand in an error message: short, and on one line.
std::string shown(std::string_view value) {
  constexpr std::size_t shown_max = 40;
  std::string out(first_code_points(value, shown_max));
  if (out.size() < value.size()) out += "…";
  return out;
}

Error wrong(const Param& param, std::string_view value, const std::string& expected) {
  const char* where = param.in == Param::In::path ? "path" : "query";
  return invalid(std::string(where) + " parameter '" + param.name + "' is '" + shown(value) +
                 "'; send " + expected);
}

Result<void> check_integer(const Param& param, std::string_view value) {
  const auto number = parse_int(value);
  if (number && *number >= param.shape.min && *number <= param.shape.max) return ok();
  std::string expected = "an integer";
  if (param.shape.min != INT64_MIN || param.shape.max != INT64_MAX) {
    const std::string from =
        param.shape.min == INT64_MIN ? std::string() : std::to_string(param.shape.min);
    const std::string to =
        param.shape.max == INT64_MAX ? std::string() : std::to_string(param.shape.max);
    expected += " " + from + ".." + to;
  }
  return wrong(param, value, expected);
}

Result<void> check_text(const Param& param, std::string_view value) {
  const Shape& shape = param.shape;
  if (!shape.one_of.empty() &&
      std::find(shape.one_of.begin(), shape.one_of.end(), value) == shape.one_of.end())
    return wrong(param, value, "one of " + join(shape.one_of, ", "));
  const auto length = static_cast<std::int64_t>(code_points(value));
  if (length < shape.min || length > shape.max)
    return wrong(param, value,
                 std::to_string(shape.min) + ".." + std::to_string(shape.max) + " characters");
  if (shape.format == "date" && !parse_date(value))
    return wrong(param, value, "a date such as 2020-06-01");
  if (shape.format == "date-time" && !parse_timestamp(value))
    return wrong(param, value, "a time such as 2020-06-01T08:00:00+08:00");
  if (shape.format == "decimal" && !parse_scaled(value, 9))
    return wrong(param, value, "a decimal such as 12.50");
  return ok();
}

Result<void> check_number(const Param& param, std::string_view value) {
  double number = 0;
  const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (ec == std::errc() && end == value.data() + value.size() && std::isfinite(number)) return ok();
  return wrong(param, value, "a number");
}

}  // namespace

Result<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) {
      c = ' ';
    } else if (c == '%') {
      const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return invalid("'%' in the address is not followed by two hex digits; send %25 for '%'");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return invalid("the address holds a control character; leave it out");
    out += c;
  }
  if (!is_utf8(out)) return invalid("the address is not UTF-8 under its percent-encoding");
  return out;
}

Result<std::vector<std::pair<std::string, std::string>>> query_pairs(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view part = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (part.empty()) continue;
    if (out.size() == query_params_max)
      return invalid("more than " + std::to_string(query_params_max) + " query parameters");
    const auto equals = part.find('=');
    CB_TRY(auto name, percent_decoded(part.substr(0, equals), true));
    std::string value;
    if (equals != std::string_view::npos) {
      CB_TRY(value, percent_decoded(part.substr(equals + 1), true));
    }
    out.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

Result<void> check_param(const Param& param, std::string_view value) {
  switch (param.shape.kind) {
    case Shape::Kind::integer: return check_integer(param, value);
    case Shape::Kind::text: return check_text(param, value);
    case Shape::Kind::number: return check_number(param, value);
    case Shape::Kind::boolean:
      if (value == "true" || value == "false" || value == "1" || value == "0") return ok();
      return wrong(param, value, "true or false");
    case Shape::Kind::none:
    case Shape::Kind::any:
    case Shape::Kind::array:
    case Shape::Kind::object: return ok();
  }
  CB_CHECK(false);
}

Result<void> read_query(std::string_view query, const std::vector<const Param*>& declared,
                        ParamMap& out) {
  if (!query.empty()) {
    CB_TRY(auto pairs, query_pairs(query));
    for (auto& pair : pairs) {
      std::string& name = pair.first;
      std::string& value = pair.second;
      const auto found = std::find_if(declared.begin(), declared.end(),
                                      [&](const Param* p) { return p->name == name; });
      if (found == declared.end()) {
        std::vector<std::string> names;
        for (const Param* p : declared) names.push_back(p->name);
        std::string hint =
            names.empty() ? "this address takes none" : "known: " + join(names, ", ");
        if (const auto near = nearest(name, names)) hint = "did you mean '" + *near + "'?";
        return invalid("unknown query parameter '" + shown(name) + "'; " + hint);
      }
      if (value.empty() && !(*found)->required) continue;
      CB_DO(check_param(**found, value));
      if (!out.emplace(std::move(name), std::move(value)).second)
        return invalid("query parameter '" + (*found)->name + "' is given twice; send it once");
    }
  }
  for (const Param* p : declared)
    if (p->required && !out.contains(p->name))
      return invalid("query parameter '" + p->name + "' is missing; send it");
  return ok();
}

}  // namespace citybrain::http
