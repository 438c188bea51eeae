// Readers of one cell: text in, checked value into its column. This is the rail's innermost loop,
// so nothing is allocated where the value is good.
#include <charconv>

#include "base/idcheck.h"
#include "base/text.h"
#include "plan.h"

namespace citybrain::rail {
namespace {

using Kind = catalog::Check::Kind;

// The message, with the value where everyone may see it.
bool fail(const ColumnPlan& plan, std::string_view text, const char* check, std::string message,
          std::vector<Reason>& reasons) {
  if (plan.clear && !text.empty()) {
    message += "：'" + std::string(first_code_points(text, 40)) + "'";
  }
  reasons.push_back({plan.field.name, check, std::move(message)});
  return false;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool parse_whole(std::string_view text, std::int64_t& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// Up to 18 digits around one point; longer or odd ones go to base's careful reader.
bool parse_decimal(std::string_view text, int scale, std::int64_t& value) {
  const char* p = text.data();
  const char* end = p + text.size();
  const bool negative = p < end && *p == '-';
  if (negative) ++p;
  if (end - p > 18) {
    const auto careful = parse_scaled(text, scale);
    return careful ? (value = *careful, true) : false;
  }
  std::int64_t number = 0;
  const char* first = p;
  for (; p < end && is_digit(*p); ++p) number = number * 10 + (*p - '0');
  if (p == first) return false;
  int places = 0;
  if (p < end && *p == '.') {
    for (++p; p < end && is_digit(*p) && places < scale; ++p, ++places) {
      number = number * 10 + (*p - '0');
    }
    if (p[-1] == '.' && p == end) return false;
  }
  if (p < end || text.size() + static_cast<std::size_t>(scale - places) > 18) {
    const auto careful = parse_scaled(text, scale);
    return careful ? (value = *careful, true) : false;
  }
  for (; places < scale; ++places) number *= 10;
  value = negative ? -number : number;
  return true;
}

bool parse_day(std::string_view text, std::int64_t& value) {
  if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
    static constexpr int at[] = {0, 1, 2, 3, 5, 6, 8, 9};
    for (const int i : at) {
      if (!is_digit(text[static_cast<std::size_t>(i)])) return false;
    }
    const auto digit = [&](std::size_t i) { return text[i] - '0'; };
    const YearMonthDay ymd{digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3),
                           digit(5) * 10 + digit(6), digit(8) * 10 + digit(9)};
    if (!is_valid(ymd)) return false;
    value = date_of(ymd).days;
    return true;
  }
  const auto date = parse_date(text);
  return date ? (value = date->days, true) : false;
}

template <Type type>
bool parse_value(const Field& field, std::string_view text, std::int64_t& value) {
  if constexpr (type == Type::integer) return parse_whole(text, value);
  if constexpr (type == Type::decimal) return parse_decimal(text, field.scale, value);
  if constexpr (type == Type::date) return parse_day(text, value);
  if constexpr (type == Type::boolean) {
    const auto cell = parse_cell(field, text);
    return cell ? (value = std::get<bool>(*cell) ? 1 : 0, true) : false;
  }
  if constexpr (type == Type::timestamp) {
    const auto at = parse_timestamp(text);
    return at ? (value = at->us, true) : false;
  }
  return false;
}

std::string type_message(const Field& field) {
  switch (field.type) {
    case Type::boolean: return "不是布尔值（true 或 false）";
    case Type::integer: return "不是整数";
    case Type::decimal: return "不是至多" + std::to_string(field.scale) + "位小数的数";
    case Type::text: return "不是文本";
    case Type::date: return "不是有效日期（年-月-日）";
    case Type::timestamp: return "不是有效时间";
  }
  return "类型不符";
}

// Checks that look at the text as written.
bool check_text(const ColumnPlan& plan, const CheckPlan& check, std::string_view text,
                std::vector<Reason>& reasons) {
  switch (check.check.kind) {
    case Kind::code:
      return check.check.codes->codes.contains(text) ||
             fail(plan, text, "code", "不在代码表 " + check.check.argument + " 中", reasons);
    case Kind::pattern:
      return check.pattern->matches(text) || fail(plan, text, "pattern", "格式不符", reasons);
    case Kind::resident_id:
      return check_resident_id(text) ||
             fail(plan, text, "resident_id", "不是有效的公民身份号码（GB 11643）", reasons);
    case Kind::uscc:
      return check_uscc(text) ||
             fail(plan, text, "uscc", "不是有效的统一社会信用代码（GB 32100，含组织机构代码校验）",
                  reasons);
    case Kind::length: {
      const auto bytes = static_cast<std::int64_t>(text.size());
      if (bytes <= check.check.high && bytes >= check.check.low * 4) return true;
      const auto length = static_cast<std::int64_t>(code_points(text));
      return (length >= check.check.low && length <= check.check.high) ||
             fail(plan, text, "length",
                  "长度 " + std::to_string(length) + " 不在 " + check.check.argument + " 内",
                  reasons);
    }
    default: return true;
  }
}

template <Type type>
bool read_number(const ColumnPlan& plan, std::string_view text, Column& out,
                 std::vector<Reason>& reasons) {
  if (!text.empty() && (text.front() == ' ' || text.back() == ' ')) text = trim(text);
  if (text.empty()) {
    if (plan.required) return fail(plan, text, "required", "必填项为空", reasons);
    out.append_null();
    return true;
  }
  std::int64_t value = 0;
  if (!parse_value<type>(plan.field, text, value)) {
    return fail(plan, text, "type", type_message(plan.field), reasons);
  }
  bool good = true;
  for (const CheckPlan& check : plan.checks) {
    if (check.check.kind == Kind::range) {
      if (value < check.check.low || value > check.check.high) {
        good = fail(plan, text, "range", "不在 " + check.check.argument + " 内", reasons);
      }
    } else if (check.check.kind == Kind::past) {
      if (value > plan.latest) good = fail(plan, text, "past", "晚于今天", reasons);
    } else {
      good &= check_text(plan, check, text, reasons);
    }
  }
  if (good) out.append_int(value);
  return good;
}

bool read_text(const ColumnPlan& plan, std::string_view text, Column& out,
               std::vector<Reason>& reasons) {
  if (text.empty()) {
    if (plan.required) return fail(plan, text, "required", "必填项为空", reasons);
    out.append_null();
    return true;
  }
  bool good = true;
  if (plan.length_max > 0 && text.size() > plan.length_max) {
    const std::size_t length = code_points(text);
    if (length > plan.length_max) {
      good = fail(plan, text, "length",
                  "长度 " + std::to_string(length) + " 超过 " + std::to_string(plan.length_max),
                  reasons);
    }
  }
  for (const CheckPlan& check : plan.checks) good &= check_text(plan, check, text, reasons);
  if (good) out.append_text(text);
  return good;
}

}  // namespace

ReadCell reader_of(Type type) {
  switch (type) {
    case Type::boolean: return read_number<Type::boolean>;
    case Type::integer: return read_number<Type::integer>;
    case Type::decimal: return read_number<Type::decimal>;
    case Type::text: return read_text;
    case Type::date: return read_number<Type::date>;
    case Type::timestamp: return read_number<Type::timestamp>;
  }
  return read_text;
}

}  // namespace citybrain::rail
