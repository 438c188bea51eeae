// The rail's routes, as a table.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/room.h"
#include "rail/rail.h"

namespace citybrain::rail {

std::vector<Route> routes(Rail& rail);
std::vector<Route> quality_routes(Rail& rail);

}  // namespace citybrain::rail
