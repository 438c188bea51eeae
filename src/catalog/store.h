// The catalogue's tables: versions of entries, lineage, quality, standing.
#pragma once

#include <string_view>

#include "definition.h"
#include "sql/db.h"

namespace citybrain::catalog {

// Writes what changed as new versions and retires what is gone, in one transaction; sets each
// resource's version in `definition`. Returns how many entries got a new version.
Result<std::size_t> store_definition(sql::Db& db, Definition& definition, Timestamp now);

// The resource that a node of lineage is, or is an item of; "" for others.
std::string_view resource_of_node(std::string_view node);

}  // namespace citybrain::catalog
