// Routes of rules, by what they are about. Private to rules.
#pragma once

#include <vector>

#include "base/room.h"
#include "rules/rules.h"
#include "simulation.h"

namespace citybrain::rules {

// Models and their versions (routes.cc).
std::vector<Route> model_routes(Rules& rules, Knowledge* knowledge);
// What the editor asks: facts, built-ins, analysis, diff (editor_routes.cc).
std::vector<Route> editor_routes(Rules& rules, Knowledge* knowledge);
// Simulations over the city (simulation_routes.cc).
std::vector<Route> simulation_routes(Rules& rules, Knowledge& knowledge, Simulations& jobs);

}  // namespace citybrain::rules
