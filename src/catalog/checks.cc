// Declared checks: see checks.h.
#include "checks.h"

#include <optional>
#include <utility>

#include "base/text.h"
#include "catalog/pattern.h"

namespace citybrain::catalog {
namespace {

using Kind = Check::Kind;
constexpr Kind kinds[] = {Kind::range, Kind::length, Kind::code,  Kind::pattern, Kind::resident_id,
                          Kind::uscc,  Kind::past,   Kind::after, Kind::ref};

bool takes_argument(Kind kind) {
  return kind != Kind::resident_id && kind != Kind::uscc && kind != Kind::past;
}

std::optional<Kind> kind_of(std::string_view piece) {
  const std::string_view word = piece.substr(0, piece.find(':'));
  for (const Kind kind : kinds) {
    if (word == name_of(kind) && (piece.size() > word.size()) == takes_argument(kind)) return kind;
  }
  return std::nullopt;
}

// Pieces between '|', with those glued to a pattern that begin no check.
std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces;
  bool in_pattern = false;
  for (const std::string_view part : split(text, '|')) {
    const auto kind = kind_of(part);
    if (!kind && in_pattern) {
      pieces.back() += "|" + std::string(part);
      continue;
    }
    in_pattern = kind == Kind::pattern;
    pieces.emplace_back(in_pattern ? part : trim(part));
  }
  return pieces;
}

Result<std::pair<std::string_view, std::string_view>> ends_of(std::string_view argument) {
  const std::size_t dots = argument.find("..");
  if (dots == std::string_view::npos || argument.size() == 2) {
    return invalid("'" + std::string(argument) + "' is no range; write LOW..HIGH");
  }
  return std::pair(argument.substr(0, dots), argument.substr(dots + 2));
}

Result<std::int64_t> number_of(const Field& field, std::string_view text) {
  CB_TRY(const Cell cell, parse_cell(field, text));
  if (const auto* value = std::get_if<std::int64_t>(&cell)) return *value;
  if (const auto* value = std::get_if<Decimal64>(&cell)) return value->value;
  if (const auto* value = std::get_if<Date>(&cell)) return static_cast<std::int64_t>(value->days);
  if (const auto* value = std::get_if<Timestamp>(&cell)) return value->us;
  return invalid("a range needs an integer, decimal, date or timestamp");
}

Result<void> read_argument(Check& check, const Field& field, const FindCodes& codes) {
  const bool is_text = field.type == Type::text;
  const bool is_time = field.type == Type::date || field.type == Type::timestamp;
  switch (check.kind) {
    case Kind::range: {
      if (is_text || field.type == Type::boolean) return invalid("a text or boolean has no range");
      CB_TRY(const auto ends, ends_of(check.argument));
      if (!ends.first.empty()) {
        CB_TRY(check.low, number_of(field, ends.first));
      }
      if (!ends.second.empty()) {
        CB_TRY(check.high, number_of(field, ends.second));
      }
      break;
    }
    case Kind::length: {
      CB_TRY(const auto ends, ends_of(check.argument));
      check.low = ends.first.empty() ? 0 : parse_int(ends.first).value_or(-1);
      check.high = ends.second.empty() ? 1'000'000 : parse_int(ends.second).value_or(-1);
      if (check.low < 0 || check.high > 1'000'000) return invalid("lengths are 0..1000000");
      break;
    }
    case Kind::code:
      check.codes = codes(check.argument);
      if (!check.codes) {
        return not_found("no code list '" + check.argument + "'; add codes/" + check.argument +
                         ".csv with code,name");
      }
      break;
    case Kind::pattern: {
      const auto pattern = Pattern::compile(check.argument);
      if (!pattern) return pattern.error();
      break;
    }
    case Kind::resident_id:
    case Kind::uscc:
      if (!is_text) return invalid("only a text holds such a number");
      break;
    case Kind::past:
    case Kind::after:
      if (!is_time) return invalid("only a date or timestamp can be in the past or after another");
      break;
    case Kind::ref: break;
  }
  if (check.low > check.high) return invalid("'" + check.argument + "' is an empty range");
  return ok();
}

}  // namespace

Result<std::vector<Check>> parse_checks(std::string_view text, const Field& field,
                                        const FindCodes& codes) {
  std::vector<Check> checks;
  for (const std::string& piece : pieces_of(text)) {
    const auto kind = kind_of(piece);
    if (!kind) {
      return invalid("check '" + piece +
                     "' is unknown; write range:LOW..HIGH, length:MIN..MAX, code:LIST, "
                     "pattern:REGEX, resident_id, uscc, past, after:ITEM or ref:RESOURCE");
    }
    Check check;
    check.kind = *kind;
    if (takes_argument(*kind)) check.argument = piece.substr(piece.find(':') + 1);
    const auto read = read_argument(check, field, codes);
    if (!read) return read.error().in("check '" + piece + "'");
    checks.push_back(std::move(check));
  }
  return checks;
}

Result<Field> parse_type(std::string_view code, std::string_view text) {
  const std::size_t colon = text.find(':');
  Field field;
  field.name = code;
  CB_TRY(field.type, type_from(text.substr(0, colon)));
  if (colon == std::string_view::npos) {
    if (field.type == Type::decimal) return invalid("type is 'decimal'; write decimal:2");
    return field;
  }
  const auto scale = parse_int(text.substr(colon + 1));
  if (field.type != Type::decimal || !scale || *scale < 0 || *scale > 9) {
    return invalid("type is '" + std::string(text) + "'; only decimal takes a scale, of 0..9");
  }
  field.scale = static_cast<int>(*scale);
  return field;
}

}  // namespace citybrain::catalog
