// The room's table of routes.
#pragma once

#include "base/json.h"
#include "benefit/benefit.h"
#include "state.h"

namespace citybrain::benefit {

std::vector<Route> routes_of(const std::shared_ptr<Benefit>& benefit);
// Of policies alone.
std::vector<Route> policy_routes_of(const std::shared_ptr<Benefit>& benefit);
// Of claims alone.
std::vector<Route> claim_routes_of(const std::shared_ptr<Benefit>& benefit);

// A handler that shows what `make` makes.
using ViewOf = Result<json::object> (*)(Benefit::State&, const Request&);
Handler view(const std::shared_ptr<Benefit>& benefit, ViewOf make);
// These and the page.
std::vector<Param> with_page(std::vector<Param> params);

}  // namespace citybrain::benefit
