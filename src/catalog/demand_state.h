// The graph of a demand's states: every edge with its action, and who may take it.
#pragma once

#include <string_view>

#include "catalog/supply.h"

namespace citybrain::catalog {

enum class Role : std::uint8_t { asker, provider, bureau };

struct DemandEdge {
  std::string_view action;
  DemandState from;
  DemandState to;
  Role by;
  bool needs_note = false;
};

inline constexpr DemandEdge demand_edges[] = {
    {"accept", DemandState::submitted, DemandState::accepted, Role::bureau},
    {"return", DemandState::submitted, DemandState::returned, Role::bureau, true},
    {"return", DemandState::accepted, DemandState::returned, Role::bureau, true},
    {"resubmit", DemandState::returned, DemandState::submitted, Role::asker},
    // What is shared unconditionally is granted by the match itself.
    {"match", DemandState::accepted, DemandState::matched, Role::bureau},
    {"match", DemandState::coordinating, DemandState::matched, Role::bureau},
    {"coordinate", DemandState::accepted, DemandState::coordinating, Role::bureau},
    {"coordinate", DemandState::matched, DemandState::coordinating, Role::bureau},
    {"coordinate", DemandState::disputed, DemandState::coordinating, Role::bureau},
    {"grant", DemandState::matched, DemandState::granted, Role::provider},
    {"grant", DemandState::coordinating, DemandState::granted, Role::provider},
    {"refuse", DemandState::matched, DemandState::refused, Role::provider, true},
    {"refuse", DemandState::coordinating, DemandState::refused, Role::bureau, true},
    {"dispute", DemandState::refused, DemandState::disputed, Role::asker, true},
    {"satisfy", DemandState::granted, DemandState::satisfied, Role::asker},
    {"withdraw", DemandState::submitted, DemandState::withdrawn, Role::asker},
    {"withdraw", DemandState::accepted, DemandState::withdrawn, Role::asker},
    {"withdraw", DemandState::returned, DemandState::withdrawn, Role::asker},
    {"withdraw", DemandState::matched, DemandState::withdrawn, Role::asker},
    {"withdraw", DemandState::refused, DemandState::withdrawn, Role::asker},
};

Result<DemandState> demand_state(std::string_view name);

}  // namespace citybrain::catalog
