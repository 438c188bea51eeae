// Explanation: why a decision came out as it did, condition by condition, with the values read:
// enough to answer a firm's "why not me?" in words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "brain/value.h"

namespace citybrain::brain {

enum class Truth : std::uint8_t { no, yes, unknown };
const char* name_of(Truth truth);  // "false", "true", "unknown"

// An input that a condition read.
struct Read {
  std::string name;
  Value value;
  bool absent = false;  // nobody gave it, which is not the same as null
};

// One condition: a cell of a decision table's rule, or one part of a chain of `and`.
struct ConditionTrace {
  std::string
      subject;  // the table's input expression ("参保人数"); "" where the condition is whole
  std::string text;  // as written: ">= 30", "行业 in [\"住宿业\", \"餐饮业\"]"
  Truth truth = Truth::unknown;
  Value value;              // of the subject, or of the condition itself
  std::vector<Read> reads;  // the inputs behind it, through other decisions too
};

struct RuleTrace {
  int number = 0;  // from 1, as the table counts
  Truth truth = Truth::unknown;
  bool chosen = false;  // its output went into the result
  std::vector<ConditionTrace> conditions;
  std::vector<std::string> outputs;  // as written, "" where there is none
  std::string annotation;
};

struct DecisionTrace {
  std::string name;
  std::string kind;  // "decision_table", "literal", "context", …
  Value value;
  std::vector<Read> reads;                 // inputs and decisions it read directly
  std::vector<RuleTrace> rules;            // of a decision table
  std::vector<ConditionTrace> conditions;  // of a literal expression that is a chain of `and`
};

// In the order of evaluation; the decision asked for is last.
struct Explanation {
  std::vector<DecisionTrace> decisions;
};

json::value to_json(const Explanation& explanation);

}  // namespace citybrain::brain
