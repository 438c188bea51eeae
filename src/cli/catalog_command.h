// `citybrain catalog`: the catalogue from the command line.
#pragma once

#include <vector>

#include "base/room.h"

namespace citybrain::cli {

class City;

Command catalog_command();

// Import and export of files on the server's disk, for the command when a server holds the city.
std::vector<Route> catalog_admin_routes(City& city);

}  // namespace citybrain::cli
