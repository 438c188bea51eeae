// The catalogue's tables: entries and their versions, and the nodes of lineage.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "checks.h"
#include "definition.h"
#include "sql/db.h"
#include "sql/fulltext.h"

namespace citybrain::catalog {

// What writing a definition did.
struct StoreReport {
  std::size_t changed = 0;
  std::vector<std::string> kept;  // resources that were edited here: as they stand in the store
  std::vector<std::string> gone;  // that were taken out here, whatever the files say
};

// Writes what changed as new versions and retires what is gone from the files,
// in one transaction with the index; sets each resource's version in
// `definition`.
Result<StoreReport> store_definition(sql::Db& db, sql::FullText& index, Definition& definition,
                                     Timestamp now);

// Entries edited here, with their versions. `refused` gets those that cannot be
// read any more.
Result<std::vector<Resource>> edited_entries(sql::Db& db, const FindCodes& codes,
                                             std::vector<Refusal>& refused);

// One entry as a new version, if it differs from what is stored; sets its
// version. True where it was there before (and not retired).
struct Stored {
  bool was_there = false;
  bool changed = false;
};
Result<Stored> store_entry(sql::Tx& tx, Resource& entry, std::string_view by, Timestamp now);
Result<void> retire_entry(sql::Tx& tx, std::string_view code, std::string_view by, Timestamp now);

// The resource that a node of lineage is, or is an item of; "" for others.
std::string_view resource_of_node(std::string_view node);

}  // namespace citybrain::catalog
