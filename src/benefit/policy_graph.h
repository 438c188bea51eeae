// The states of a policy and the events between them, as one table: what is not an edge can't
// happen. Plain data.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"

namespace citybrain::benefit {

// Who may take an edge. program: windows, budgets and what is settled.
enum class PolicyActor : std::uint8_t { drafter, checker, publisher, evaluator, program };
const char* name_of(PolicyActor actor);

struct PolicyEdge {
  const char* from;  // "" = there is no policy yet
  const char* event;
  const char* to;
  PolicyActor actor;
  const char* words;
  const char* words_en;
};

// draft → checking → ready → published → open ⇄ exhausted → expired → closed → evaluated; sideways
// back to draft, and stopped early.
std::span<const PolicyEdge> policy_edges();
// The edge that `event` takes from `state`; conflict names what may happen instead.
Result<const PolicyEdge*> policy_edge(std::string_view state, std::string_view event);

// A check before publication and the department, by short code, that makes it.
struct CheckKind {
  const char* kind;
  const char* department;
  const char* words;
  const char* words_en;
};
std::span<const CheckKind> check_kinds();
Result<const CheckKind*> check_kind(std::string_view kind);

}  // namespace citybrain::benefit
