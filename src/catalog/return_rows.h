// Rows of the tables of returns as values, and which items of an entry may go back.
#pragma once

#include <string>
#include <vector>

#include "catalog/returns.h"
#include "sql/db.h"

namespace citybrain::catalog {

inline constexpr const char* return_columns =
    "id, resource, division, purpose, items, update_cycle, state, since, started_by, note, next_at,"
    " delivered, error";
Return return_of(const sql::Row& row);
Result<Return> read_return(sql::Session& session, std::int64_t id);

inline constexpr const char* delivery_columns =
    "number, at, state, file_number, row_count, bytes, digest, entry_version, columns_seq,"
    " audit_index, columns, taken_by, taken_at, received_by, received_at, note";
Delivery delivery_of(const sql::Row& row);

// The item that says whose district a row is; null where the entry has none of grade L1 (a row is
// chosen by what anybody may know of it).
const Item* division_item_of(const Resource& entry);
// Those items of the entry, or of `wanted` among them, that may be given back: not L4, not 不予.
Result<std::vector<std::string>> returnable_items(const Resource& entry,
                                                  const std::vector<std::string>& wanted);

}  // namespace citybrain::catalog
