// The room's tables of routes. Private to guard.
#pragma once

#include "guard/guard.h"

namespace citybrain::guard {

std::vector<Route> session_routes(Guard& guard, const Clock& clock, const RoomOptions& options);
std::vector<Route> account_routes(Guard& guard, const Clock& clock);
std::vector<Route> audit_routes(Guard& guard);
std::vector<Route> transparency_routes(Guard& guard);
std::vector<Route> grant_routes(Guard& guard);
std::vector<Route> record_routes(Guard& guard);

}  // namespace citybrain::guard
