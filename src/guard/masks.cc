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

#include "base/text.h"

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

}  // namespace citybrain::guard
