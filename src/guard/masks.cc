// The masks, by what an item holds and its grade:
//
//   holds            L2                      L3                  L4
//   person_name      张**                     张**                null
//   identity         1****************X      1****************X  null
//   phone            138****0000             138****0000         null
//   account_number   ****1234                ****1234            null
//   address          to street or town       to district         null
//   date             year                    ***                 null
//   number           decade (1000~9999)      ***                 null
//   other            ***                     ***                 null
#include "masks.h"

#include <array>

#include "audit_store.h"
#include "base/idcheck.h"
#include "base/ids.h"
#include "base/text.h"
#include "ff1.h"

namespace citybrain::guard {
namespace {

constexpr std::string_view hidden = "***";

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text.find(word) != std::string_view::npos) return true;
  }
  return false;
}

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string mask_name(std::string_view name) {
  return std::string(first_code_points(name, 1)) + "**";
}

std::string mask_identity(std::string_view id) {
  if (id.size() < 8) return std::string(hidden);
  const char last = static_cast<unsigned char>(id.back()) < 0x80 ? id.back() : '*';
  return std::string(first_code_points(id, 1)) + "****************" + last;
}

std::string mask_phone(std::string_view phone) {
  if (phone.size() != 11 || !all_digits(phone)) return std::string(hidden);
  return std::string(phone.substr(0, 3)) + "****" + std::string(phone.substr(7));
}

std::string mask_account(std::string_view account) {
  if (account.size() < 8 || !all_digits(account.substr(account.size() - 4))) {
    return std::string(hidden);
  }
  return "****" + std::string(account.substr(account.size() - 4));
}

// End of the first of `marks` that ends a word of at most `bytes_max` bytes from `from`; 0 = none.
template <std::size_t N>
std::size_t end_of_mark(std::string_view text, std::size_t from, std::size_t bytes_max,
                        const std::array<std::string_view, N>& marks) {
  std::size_t best = std::string_view::npos;
  std::size_t end = 0;
  for (const std::string_view mark : marks) {
    const std::size_t at = text.find(mark, from);
    if (at != std::string_view::npos && at > from && at < best && at - from <= bytes_max) {
      best = at;
      end = at + mark.size();
    }
  }
  return end;
}

// The address down to its district or county, or to its street or town; hidden where it does not
// say.
std::string mask_address(std::string_view address, bool to_street) {
  constexpr std::size_t name_bytes_max = 24;  // eight Chinese characters
  std::size_t from = 0;
  if (const std::size_t city = address.find("宁波市"); city != std::string_view::npos) {
    from = city + std::string_view("宁波市").size();
  }
  constexpr std::array<std::string_view, 3> districts = {"区", "县", "市"};
  const std::size_t district = end_of_mark(address, from, name_bytes_max, districts);
  if (district == 0) return std::string(hidden);
  if (to_street) {
    constexpr std::array<std::string_view, 3> streets = {"街道", "镇", "乡"};
    const std::size_t street = end_of_mark(address, district, name_bytes_max, streets);
    if (street != 0) return std::string(address.substr(0, street));
  }
  return std::string(address.substr(0, district));
}

std::string mask_number(const Cell& cell) {
  std::int64_t whole = 0;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    whole = *number;
  } else if (const auto* decimal = std::get_if<Decimal64>(&cell)) {
    if (decimal->value < 0) return "<0";
    whole = decimal->value;
    for (int i = 0; i < decimal->scale; ++i) whole /= 10;
  } else {
    return std::string(hidden);
  }
  if (whole < 0) return "<0";
  std::int64_t low = 1;
  while (whole / 10 >= low) low *= 10;
  if (whole < 10) return "0~9";
  return std::to_string(low) + "~" + std::string(std::to_string(low).size(), '9');
}

std::string year_of(const Cell& cell) {
  if (const auto* date = std::get_if<Date>(&cell)) return std::to_string(ymd_of(*date).year);
  if (const auto* at = std::get_if<Timestamp>(&cell)) {
    return std::to_string(ymd_of(city_date(*at)).year);
  }
  return std::string(hidden);
}

std::string month_of(const Cell& cell) {
  const auto text = [](const YearMonthDay& day) {
    return std::to_string(day.year) + (day.month < 10 ? "-0" : "-") + std::to_string(day.month);
  };
  if (const auto* date = std::get_if<Date>(&cell)) return text(ymd_of(*date));
  if (const auto* at = std::get_if<Timestamp>(&cell)) return text(ymd_of(city_date(*at)));
  return std::string(hidden);
}

// A division code down to its district (six digits), or an address as L3 shows it.
std::string district_of(Holds holds, std::string_view text) {
  if (text.size() >= 6 && text.size() <= 12 && all_digits(text))
    return std::string(text.substr(0, 6));
  return holds == Holds::address ? mask_address(text, false) : std::string(hidden);
}

// "[1000,2000)": the range of `width` from a multiple of it.
std::string bucket_of(const Cell& cell, std::int64_t width) {
  std::int64_t whole = 0;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    whole = *number;
  } else if (const auto* decimal = std::get_if<Decimal64>(&cell)) {
    std::int64_t unit = 1;
    for (int i = 0; i < decimal->scale; ++i) unit *= 10;
    whole = decimal->value / unit - (decimal->value % unit < 0 ? 1 : 0);
  } else {
    return std::string(hidden);
  }
  std::int64_t low = 0;
  std::int64_t high = 0;
  const std::int64_t rest = (whole % width + width) % width;
  if (__builtin_sub_overflow(whole, rest, &low) || __builtin_add_overflow(low, width, &high)) {
    return std::string(hidden);
  }
  return "[" + std::to_string(low) + "," + std::to_string(high) + ")";
}

// Digits for digits, all else as it stands; an identity number gets the check character that fits.
// Hidden where there are too few digits to hide in.
std::string same_form(const std::string& text, std::string_view key) {
  const bool identity = check_resident_id(text).has_value();
  const std::string_view source = identity ? std::string_view(text).substr(0, 17) : text;
  std::string digits;
  for (const char c : source) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  const auto hidden_digits = ff1_encrypt(key, identity ? "identity" : "digits", 10, digits);
  if (!hidden_digits) return std::string(hidden);
  std::string out(source);
  std::size_t next = 0;
  for (char& c : out) {
    if (c >= '0' && c <= '9') c = (*hidden_digits)[next++];
  }
  if (identity) out.push_back(resident_check_char(out));
  return out;
}

}  // namespace

Holds holds_of(const ItemGrade& item, const Field& field) {
  if (item.holds != Holds::automatic) return item.holds;
  const std::string& name = item.name;
  const std::string code = lower_ascii(item.code);
  if (has_any(item.check, {"resident_id"})) return Holds::identity;
  if (field.type == Type::date || field.type == Type::timestamp) return Holds::date;
  if (field.type == Type::integer || field.type == Type::decimal) return Holds::number;
  if (field.type != Type::text) return Holds::other;
  if (has_any(name, {"身份证", "证件号"})) return Holds::identity;
  if (has_any(name, {"电话", "手机", "联系方式"}) || has_any(code, {"phone", "mobile"})) {
    return Holds::phone;
  }
  if (has_any(name, {"账号", "帐号", "卡号"})) return Holds::account_number;
  if (has_any(name, {"地址", "住址", "住所", "详址"})) return Holds::address;
  if (has_any(name, {"姓名", "法定代表人", "联系人", "经办人", "负责人", "户主"})) {
    return Holds::person_name;
  }
  return Holds::other;
}

std::optional<std::string> mask(Holds holds, Grade grade, const Cell& cell) {
  if (grade == Grade::L4) return std::nullopt;
  if (grade == Grade::L1) return is_null(cell) ? std::nullopt : std::optional(to_text(cell));
  const bool shows_part = holds != Holds::other &&
                          !(grade == Grade::L3 && (holds == Holds::date || holds == Holds::number));
  if (!shows_part) return std::string(hidden);  // of a null too: that it is null is hidden
  if (is_null(cell)) return std::nullopt;
  if (holds == Holds::date) return year_of(cell);
  if (holds == Holds::number) return mask_number(cell);
  const std::string text = to_text(cell);
  switch (holds) {
    case Holds::person_name: return mask_name(text);
    case Holds::identity: return mask_identity(text);
    case Holds::phone: return mask_phone(text);
    case Holds::account_number: return mask_account(text);
    case Holds::address: return mask_address(text, grade == Grade::L2);
    case Holds::automatic:
    case Holds::date:
    case Holds::number:
    case Holds::other: break;
  }
  return std::string(hidden);
}

std::optional<std::string> mask(const Mask& mask_named, Holds holds, Grade grade, const Cell& cell,
                                std::string_view key) {
  switch (mask_named.kind) {
    case Mask::Kind::by_grade: return mask(holds, grade, cell);
    case Mask::Kind::redact: return std::string(hidden);
    case Mask::Kind::nullify:
    case Mask::Kind::verify: return std::nullopt;
    case Mask::Kind::partial: return mask(holds, Grade::L3, cell);
    default: break;
  }
  if (is_null(cell)) return std::nullopt;
  const std::string text = to_text(cell);
  switch (mask_named.kind) {
    case Mask::Kind::year: return year_of(cell);
    case Mask::Kind::month: return month_of(cell);
    case Mask::Kind::district: return district_of(holds, text);
    case Mask::Kind::bucket: return bucket_of(cell, mask_named.width);
    case Mask::Kind::pseudonym: return to_hex(keyed_bytes(key, text).substr(0, 16));
    case Mask::Kind::format_preserving: return same_form(text, key);
    default: return text;
  }
}

}  // namespace citybrain::guard
