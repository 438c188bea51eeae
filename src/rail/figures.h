// The rail's figures of the cockpit.
#pragma once

#include <vector>

#include "base/room.h"
#include "rail/rail.h"

namespace citybrain::rail {

std::vector<Indicator> figures(Rail& rail);

}  // namespace citybrain::rail
