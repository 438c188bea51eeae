// Check characters of identity numbers and credit codes: see base/idcheck.h.
#include "base/idcheck.h"

#include <array>

#include "base/text.h"

namespace citybrain {
namespace {

constexpr std::array<int, 17> resident_weights = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                                                  3, 7, 9,  10, 5, 8, 4, 2};
constexpr std::array<int, 17> uscc_weights = {1,  3,  9,  27, 19, 26, 16, 17, 20,
                                              29, 25, 13, 8,  24, 10, 30, 28};
constexpr std::array<int, 8> org_weights = {3, 7, 9, 10, 5, 8, 4, 2};
constexpr std::string_view uscc_alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

bool all_digits(std::string_view text) {
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

}  // namespace

char resident_check_char(std::string_view first17) {
  CB_CHECK(first17.size() == 17 && all_digits(first17));
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += (first17[i] - '0') * resident_weights[i];
  return "10X98765432"[sum % 11];
}

Result<void> check_resident_id(std::string_view id) {
  if (id.size() != 18) {
    return invalid("an identity number has 18 characters, this has " + std::to_string(id.size()));
  }
  if (!all_digits(id.substr(0, 17))) {
    return invalid("the first 17 characters of an identity number are digits");
  }
  const auto birth = birth_date_of(id);
  if (!birth) return birth.error();
  const char expected = resident_check_char(id.substr(0, 17));
  if (id[17] != expected) {
    return invalid(std::string("the check character of the identity number is '") + id[17] +
                   "', it should be '" + expected + "'");
  }
  return ok();
}

Result<Date> birth_date_of(std::string_view id) {
  if (id.size() != 18) return invalid("an identity number has 18 characters");
  const auto birth = parse_date(id.substr(6, 8));
  if (!birth || ymd_of(*birth).year < 1850) {
    return invalid("the birth date in the identity number is no date");
  }
  return *birth;
}

char uscc_check_char(std::string_view first17) {
  CB_CHECK(first17.size() == 17);
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {
    const std::size_t value = uscc_alphabet.find(first17[i]);
    CB_CHECK(value != std::string_view::npos);
    sum += static_cast<int>(value) * uscc_weights[i];
  }
  return uscc_alphabet[static_cast<std::size_t>((31 - sum % 31) % 31)];
}

char org_check_char(std::string_view first8) {
  CB_CHECK(first8.size() == 8);
  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const char c = first8[i];
    const int value = c >= 'A' && c <= 'Z' ? c - 'A' + 10 : c - '0';
    sum += value * org_weights[i];
  }
  const int check = 11 - sum % 11;
  return check == 10 ? 'X' : check == 11 ? '0' : static_cast<char>('0' + check);
}

Result<void> check_uscc(std::string_view code) {
  if (code.size() != 18) {
    return invalid("a unified social credit code has 18 characters, this has " +
                   std::to_string(code.size()));
  }
  for (const char c : code) {
    if (uscc_alphabet.find(c) == std::string_view::npos) {
      return invalid("a unified social credit code holds digits and capitals without I O S V Z; " +
                     quoted(std::string_view(&c, 1)) + " is none of them");
    }
  }
  if (!all_digits(code.substr(2, 6))) {
    return invalid("characters 3 to 8 of a unified social credit code are a division of digits");
  }
  const char org = org_check_char(code.substr(8, 8));
  if (code[16] != org) {
    return invalid(std::string("the organisation code inside has check character '") + code[16] +
                   "', it should be '" + org + "'");
  }
  const char expected = uscc_check_char(code.substr(0, 17));
  if (code[17] != expected) {
    return invalid(std::string("the check character of the credit code is '") + code[17] +
                   "', it should be '" + expected + "'");
  }
  return ok();
}

}  // namespace citybrain
