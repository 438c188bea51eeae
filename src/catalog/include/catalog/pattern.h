// Pattern: the simple regular expressions of declared checks, compiled once into a table that is
// walked one code point at a time: no backtracking, so no value can make a check slow.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::catalog {

// Matches whole values. Literals, . [a-z] [^…] \d \w \s \uXXXX, groups, | ? * + {n} {n,} {n,m}; ^
// and $ may stand at the ends and mean nothing more. Immutable after compile; threads may share it.
class Pattern {
 public:
  // The error names the offset in the expression and what was expected there.
  static Result<Pattern> compile(std::string_view expression);
  // `utf8` must be valid UTF-8.
  bool matches(std::string_view utf8) const;

 private:
  std::uint16_t class_of(char32_t point) const;

  std::array<std::uint16_t, 128> ascii_{};  // class of each ASCII character
  std::vector<char32_t> bounds_;            // classes begin here
  std::size_t classes_ = 0;
  std::vector<std::int32_t> next_;  // [state * classes + class] → state, -1 = no match
  std::vector<bool> accepts_;
};

}  // namespace citybrain::catalog
