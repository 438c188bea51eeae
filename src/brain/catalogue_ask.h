// AskPlan: how a run asks a predicate of its operand.
#pragma once

#include <vector>

#include "bulk_ask.h"

namespace citybrain::brain {

// How a predicate is asked, by the operand's form.
struct AskPlan {
  enum class By : std::uint8_t {
    ints,   // whole numbers: columns, computed numbers of a scale, dates
    codes,  // a text column: codes that hold
    truth,  // the operand is a truth
    value,  // one value at a time
  };
  By by = By::value;
  IntAsk ints;
  std::vector<std::uint32_t> codes;  // that hold; 0 = every text that no condition names
  Answered of_null = Answered::unknown;
  Answered of_yes = Answered::unknown;
  Answered of_no = Answered::unknown;
};

}  // namespace citybrain::brain
