// The rail's routes, as a table.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/room.h"
#include "rail/rail.h"

namespace citybrain::rail {

std::vector<Route> routes(Rail& rail);

}  // namespace citybrain::rail
