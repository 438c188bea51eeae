// rail_quarantine: rows that failed, with their reasons; shown masked only.
#pragma once

#include <string>
#include <vector>

#include "batch_reader.h"
#include "catalog/catalog.h"
#include "source_table.h"
#include "sql/db.h"

namespace citybrain::rail {

// Writes a batch's bad rows; rows there are already stay as they are.
Result<void> quarantine(sql::Tx& tx, const SourceRow& source, const std::vector<BadRow>& bad,
                        Timestamp now);
// Takes back the rows of a source behind a line: those of a batch that never landed.
Result<void> release_behind(sql::Tx& tx, const std::string& source, std::int64_t line);

Result<Rail::QuarantinePage> read_quarantine(sql::Db& db, const catalog::Catalog& catalog,
                                             const std::string& resource, std::int64_t page,
                                             std::int64_t size);

// The row with each cell masked by its item's grade: L1 as it is, L2 its beginning, L3 its first
// character, L4 and what cannot be told apart nothing.
std::string mask_row(const catalog::Resource& resource, const SourceRow& source,
                     std::string_view raw);

}  // namespace citybrain::rail
