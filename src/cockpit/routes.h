// The room's table of routes.
#pragma once

#include <memory>

#include "board.h"

namespace citybrain::cockpit {

std::vector<Route> routes_of(const std::shared_ptr<Board>& board);

}  // namespace citybrain::cockpit
