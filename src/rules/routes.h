// The table of routes of the rules.
#pragma once

#include <vector>

#include "rules/rules.h"

namespace citybrain::rules {

// Rules and clock must outlive the routes.
std::vector<Route> routes(Rules& rules, const Clock& clock, const SubjectContext& context_of);

}  // namespace citybrain::rules
