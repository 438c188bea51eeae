// The catalogue's routes, as tables.
#pragma once

#include <vector>

#include "base/room.h"
#include "catalog/catalog.h"
#include "catalog/lineage.h"

namespace citybrain::catalog {

std::vector<Route> entry_routes(Catalog& catalog);
std::vector<Route> entry_view_routes(Catalog& catalog);
std::vector<Route> transfer_routes(Catalog& catalog);

// The parameters of a search, and the search they make.
std::vector<Param> search_params();
Search search_of(const Request& request);
// What of a graph exists for the caller.
NodeFilter filter_for(const Catalog& catalog, const Request& request);

}  // namespace citybrain::catalog
