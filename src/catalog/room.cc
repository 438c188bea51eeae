// The catalogue as a room.
#include "catalog/catalog.h"
#include "routes.h"

namespace citybrain::catalog {

std::vector<Migration> migrations();

Room make_room(Catalog& catalog) {
  Room room;
  room.name = "catalog";
  room.routes = routes(catalog);
  room.migrations = migrations();
  room.metrics = {
      {.name = "citybrain_catalog_resources",
       .help = "Resources in the catalogue",
       .value = [&catalog] { return static_cast<double>(catalog.resources().size()); }}};
  return room;
}

}  // namespace citybrain::catalog
