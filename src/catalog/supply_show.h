// Show: duties, demands and coordination as the JSON of the routes.
#pragma once

#include <string>

#include "base/json.h"
#include "catalog/supply.h"

namespace citybrain::catalog {

// "" where there is none of that short name.
std::string department_name(const Catalog& catalog, std::string_view short_name);
json::object shown(const Supply& supply, const Duty& duty);
json::object shown(const Supply& supply, const Demand& demand);
json::object shown(const Supply& supply, const Coordination& one);

}  // namespace citybrain::catalog
