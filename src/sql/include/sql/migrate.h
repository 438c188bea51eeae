// migrate: brings a room's tables up to date, once, in order, and remembers what it ran.
#pragma once

#include <string_view>
#include <vector>

#include "base/room.h"
#include "sql/db.h"

namespace citybrain::sql {

// Runs those migrations of `room` that have not run, each in its own transaction, and records
// number, name and digest in sql_migration. Refuses (conflict) a gap in the numbers, a migration
// that changed after it ran, and a store that has run more than the program knows. On SQLite
// "BIGINT PRIMARY KEY" is read as "INTEGER PRIMARY KEY" (the rowid itself), and a comment "/*sqlite
// …*/" as its content, such as
// "/*sqlite WITHOUT ROWID*/" after a table.
Result<void> migrate(Db& db, std::string_view room, const std::vector<Migration>& migrations);

}  // namespace citybrain::sql
