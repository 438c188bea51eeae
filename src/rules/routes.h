// Routes of rules. Private to rules.
#pragma once

#include <vector>

#include "base/room.h"
#include "rules/rules.h"

namespace citybrain::rules {

std::vector<Route> routes(Rules& rules, const Clock& clock, SubjectContext context_of);

}  // namespace citybrain::rules
