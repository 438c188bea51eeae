// Patterns: what they match, what they refuse to compile, and that no value makes them slow.
#include "catalog/pattern.h"

#include <gtest/gtest.h>

namespace citybrain::catalog {
namespace {

void check(const char* expression, const char* value, bool expected) {
  const auto pattern = Pattern::compile(expression);
  ASSERT_TRUE(pattern) << expression << ": " << pattern.error().message;
  EXPECT_EQ(pattern->matches(value), expected) << expression << " on " << value;
}

TEST(Pattern, MatchesWholeValues) {
  check("1[3-9]\\d{9}", "13812345678", true);
  check("1[3-9]\\d{9}", "1381234567", false);
  check("1[3-9]\\d{9}", "138123456789", false);
  check("^[A-Z]{2}\\d{4,6}$", "NB12345", true);
  check("^[A-Z]{2}\\d{4,6}$", "NB123", false);
  check("^[A-Z]{2}\\d{4,6}$", "NB1234567", false);
  check("", "", true);
  check("", "a", false);
  check("a*", "", true);
  check("a*", "aaaa", true);
  check("a*", "aab", false);
  check("a+b?", "aab", true);
  check("a+b?", "b", false);
  check("(ab|cd)+", "abcdab", true);
  check("(ab|cd)+", "abc", false);
  check("(?:a|b){2,}c", "abac", true);
  check("(?:a|b){2,}c", "ac", false);
  check("x{0,2}y", "y", true);
  check("x{0,2}y", "xxy", true);
  check("x{0,2}y", "xxxy", false);
  check("\\.\\-\\|", ".-|", true);
}

TEST(Pattern, KnowsChinese) {
  check("浙B[A-Z0-9]{5}", "浙B12A45", true);
  check("[一-龥]{2,4}", "宁波市", true);
  check("[\\u4e00-\\u9fa5]{2,4}", "宁波市", true);
  check("[一-龥]{2,4}", "Ningbo", false);
  check("[^一-龥]+", "Ningbo", true);
  check("[^一-龥]+", "Ning波", false);
  check("..", "宁波", true);
}

TEST(Pattern, RefusesWhatItCannotRead) {
  for (const char* bad :
       {"(", ")", "[a", "a{2", "a{3,2}", "*a", "a\\", "[z-a]", "a{9999}", "\\q", "a^b"}) {
    EXPECT_FALSE(Pattern::compile(bad)) << bad;
  }
  EXPECT_FALSE(Pattern::compile("((((a{99}){99}){99}){99})"));
}

TEST(Pattern, IsLinearWhereBacktrackingIsNot) {
  const auto pattern = Pattern::compile("(a*)*b");
  ASSERT_TRUE(pattern);
  EXPECT_FALSE(pattern->matches(std::string(100'000, 'a')));
}

}  // namespace
}  // namespace citybrain::catalog
