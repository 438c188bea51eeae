// Show: entries and what belongs to them as the JSON of the routes.
#pragma once

#include "base/json.h"
#include "catalog/catalog.h"
#include "catalog/lineage.h"

namespace citybrain::catalog {

// 9987 → 99.87, null where nothing arrived yet.
json::value percent(std::int64_t score);
json::object summary_of(const Catalog& catalog, const Resource& resource, const Standing& standing);
// All metadata and items, without what changes by itself (standing, quality,
// lineage).
json::object shown_entry(const Catalog& catalog, const Resource& resource);
json::array shown(const std::vector<Lineage>& edges);
json::object shown(const LineageGraph& graph);
json::object shown(const Impact& impact);

// An entry as PUT takes it: the members of the definition's files, `items` in
// order.
Shape entry_shape();
Result<Resource> entry_from(const Catalog& catalog, const json::object& body);

}  // namespace citybrain::catalog
