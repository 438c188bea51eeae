// Words: an explanation in sentences, Chinese and English: why a decision came out as it did ("why
// not me?"), and what would have to be otherwise.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "brain/explain.h"

namespace citybrain::brain {

// Where an input's value came from, for showing. Empty where it is a parameter.
struct Origin {
  std::string resource;       // its code
  std::string resource_name;  // "企业参保信息"
  std::string item;
};
using OriginOf = std::function<Origin(const std::string& input)>;

// One sentence: a condition, whether it holds, and what was read.
struct WhyLine {
  std::string zh;
  std::string en;
  Truth truth = Truth::unknown;
  std::string decision;
  int rule = 0;  // from 1; 0 = no table
  Value value;
  std::string input;  // the input behind the condition where it is one only, else ""
  Origin origin;
};

// A condition that fails, as it would have to be.
struct Wanted {
  std::string zh;  // "参保人数须大于等于 30，现为 12"
  std::string en;
  std::string input;
  std::string need;  // as the model says it: ">= 30"
  Value have;
  Origin origin;
};

// What would make one rule of one decision hold. A rule of a decision asked for, or one that it
// waits for (`qualified` must be true, and that is another table).
struct WayOut {
  std::string decision;
  int rule = 0;
  std::vector<Wanted> conditions;
};

struct Why {
  std::vector<WhyLine> lines;
  std::vector<WayOut> ways;  // nearest first: fewest conditions to meet
};

constexpr std::size_t ways_max = 3;

// `parameters`: names whose values are written beside a condition that mentions them.
Why in_words(const Explanation& explanation, const std::vector<std::string>& parameters,
             const OriginOf& origin_of);

// A value as an official says it: null 无记录, true 是, false 否.
std::string said_zh(const Value& value);
std::string said_en(const Value& value);

// The explanation as JSON with each read's resource, resource_name and item.
json::value to_json(const Explanation& explanation, const OriginOf& origin_of);

}  // namespace citybrain::brain
