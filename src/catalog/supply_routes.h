// The routes of supply, as tables.
#pragma once

#include <vector>

#include "base/room.h"
#include "catalog/supply.h"

namespace citybrain::catalog {

std::vector<Route> supply_show_routes(Supply& supply);
std::vector<Route> supply_change_routes(Supply& supply);

}  // namespace citybrain::catalog
