// The catalogue's routes, as tables.
#pragma once

#include <vector>

#include "base/room.h"
#include "catalog/catalog.h"

namespace citybrain::catalog {

std::vector<Route> entry_routes(Catalog& catalog);
std::vector<Route> entry_view_routes(Catalog& catalog);
std::vector<Route> transfer_routes(Catalog& catalog);

// The parameters of a search, and the search they make.
std::vector<Param> search_params();
Search search_of(const Request& request);

}  // namespace citybrain::catalog
