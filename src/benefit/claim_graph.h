// The states of a claim and the events between them, as one table: what is not an edge can't
// happen. Plain data.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace citybrain::benefit {

// Who may take an edge. program: the deadlines' job or a rule decides.
enum class Actor : std::uint8_t { claimant, desk, reviewer, objections, program };
const char* name_of(Actor actor);

struct ClaimEdge {
  const char* from;  // "" = there is no claim yet
  const char* event;
  const char* to;
  Actor actor;
  const char* words;  // what the claimant reads
  const char* words_en;
};

// received → (asked → supplemented) → accepted → reviewing → approved; sideways refused, rejected,
// withdrawn, expired, objected, dismissed. A claim is asked for papers once: no edge leads from
// supplemented back to asked.
std::span<const ClaimEdge> claim_edges();
// The edge that `event` takes from `state`; conflict names what may happen instead.
Result<const ClaimEdge*> claim_edge(std::string_view state, std::string_view event);
// Nothing more happens of itself: refused, rejected, withdrawn, expired, dismissed.
bool is_over(std::string_view state);

// Reasons for which a claim may be refused or rejected.
struct ReasonCode {
  const char* code;
  const char* words;
  const char* words_en;
};
std::span<const ReasonCode> reason_codes();
Result<const ReasonCode*> reason_code(std::string_view code);

}  // namespace citybrain::benefit
