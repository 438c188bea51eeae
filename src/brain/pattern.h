// XPath regular expressions (XPath and XQuery Functions 3.1 §5.6), as FEEL's matches, replace and
// split want them: compiled to a small program, run by backtracking within a budget of steps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "unicode.h"

namespace citybrain::brain {

constexpr std::size_t pattern_program_max = 20'000;
constexpr std::int64_t pattern_steps_max = 2'000'000;

// Immutable once compiled.
class Pattern {
 public:
  struct Match {
    std::size_t begin = 0, end = 0;  // code points
    std::vector<std::pair<std::ptrdiff_t, std::ptrdiff_t>>
        groups;  // from 1; -1 = did not take part
  };

  // Flags of s m i x q; the error says what is wrong with the pattern.
  static Result<Pattern> compile(std::string_view pattern, std::string_view flags);
  // The first match at or after `from`; the error is a spent budget, which goes on from search to
  // search.
  Result<bool> find(const std::vector<char32_t>& text, std::size_t from, Match& match,
                    std::int64_t& budget) const;
  std::size_t group_count() const { return groups_; }

  struct Set {
    CharRanges ranges;
    bool negated = false;
    std::vector<Set> minus;  // [a-z-[aeiou]]
    bool has(char32_t c, bool fold) const;
  };
  enum class Op : std::uint8_t {
    character,
    set,
    any,
    split,
    jump,
    save,
    moved,
    begin,
    end,
    back,
    done
  };
  struct Step {
    Op op = Op::done;
    std::uint32_t a = 0, b = 0;  // character; set; targets (a is tried first); place; group
  };

 private:
  friend class PatternReader;
  std::vector<Step> steps_;
  std::vector<Set> sets_;
  std::size_t groups_ = 0;
  std::size_t loops_ = 0;  // each has a place beyond the groups' where its round began
  bool dot_all_ = false, lines_ = false, fold_ = false;
};

}  // namespace citybrain::brain
