// The room's table of routes.
#pragma once

#include "benefit/benefit.h"

namespace citybrain::benefit {

std::vector<Route> routes_of(const std::shared_ptr<Benefit>& benefit);
// Of claims alone.
std::vector<Route> claim_routes_of(const std::shared_ptr<Benefit>& benefit);

}  // namespace citybrain::benefit
