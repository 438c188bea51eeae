// The catalogue's routes, as a table.
#pragma once

#include <vector>

#include "base/room.h"
#include "catalog/catalog.h"

namespace citybrain::catalog {

std::vector<Route> routes(Catalog& catalog);

}  // namespace citybrain::catalog
