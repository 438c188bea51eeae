// Decider: one policy's model, bound to the policy's parameters, over facts. Knows brain; touches
// no store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "benefit/benefit.h"
#include "brain/model.h"
#include "terms.h"

namespace citybrain::benefit {

// The decisions that every policy's model gives, and the input that is always supplied.
inline constexpr const char* decision_entitled = "资格";
inline constexpr const char* decision_amount = "金额";
inline constexpr const char* decision_reason = "理由";
inline constexpr const char* input_date = "基准日";
// A parameter of the policy itself, not of its model: claims wait for finance.
inline constexpr const char* parameter_checked = "需财政审核";

struct Verdict {
  bool entitled = false;
  std::int64_t amount_fen = 0;
};

// A policy made ready for a day. Immutable; threads may share it.
struct Prepared {
  Policy policy;
  EffectiveModel effective;
  Date on;
  std::vector<std::string> wanted;  // facts that the model reads
  brain::Context constants;         // parameters and 基准日
};

// One condition behind a decision, in words.
struct Reason {
  std::string text;
  std::string value;
  bool holds = false;
  std::string fact;
  std::string resource;  // its code, and its name beside it
  std::string resource_name;
};

struct Explained {
  Verdict verdict;
  std::string in_words;  // the model's 理由
  std::vector<Reason> reasons;
  json::array facts;        // {fact, value, resource, resource_name}
  json::value explanation;  // brain's, whole
};

// `on` is 基准日; `known` are the facts declared for the subject type. The error names an input
// that is neither a fact nor a parameter, or a decision that the model lacks.
Result<Prepared> prepare(const Policy& policy, ModelSource& models,
                         const std::vector<std::string>& known, Date on);
// Of 资格 and 金额. Not entitled where 资格 is not true or 金额 is null or not above 0.
Verdict verdict_of(const brain::Value& entitled, const brain::Value& amount);
Result<Explained> explain(const Prepared& prepared, const Batch& one_row, const FactSource& facts);
// Whether a claim of that sum waits for finance.
bool needs_approval(const Policy& policy, std::int64_t amount_fen, std::int64_t from_fen);

}  // namespace citybrain::benefit
