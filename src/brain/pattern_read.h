// Reads a pattern and writes the Pattern's program. Private to the regex.
#pragma once

#include <string_view>
#include <vector>

#include "pattern.h"

namespace citybrain::brain {

class PatternReader {
 public:
  PatternReader(Pattern& compiled, std::string_view pattern, bool literal, bool spaced);
  Result<void> read();

 private:
  using Steps = std::vector<Pattern::Step>;
  Steps alternatives();
  Steps branch();
  Steps atom();
  Steps escape();
  Steps set_of(Pattern::Set set);
  Pattern::Set bracket();
  bool class_escape(char32_t c, Pattern::Set& set);
  bool category(bool negated, Pattern::Set& set);
  Steps repeat(const Steps& inner, std::size_t least, std::size_t most, bool lazy);
  bool more() const { return error_.empty() && at_ < pattern_.size(); }
  char32_t peek() const { return at_ < pattern_.size() ? pattern_[at_] : 0; }
  bool eat(char32_t c) { return peek() == c && at_ < pattern_.size() && (++at_, true); }
  void fail(const char* why) {
    if (error_.empty()) error_ = why;
  }

  Pattern& compiled_;
  std::vector<char32_t> pattern_;
  bool literal_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::size_t written_ = 0;
  std::vector<bool> closed_;  // groups that are complete, for back-references
  std::string error_;
};

}  // namespace citybrain::brain
