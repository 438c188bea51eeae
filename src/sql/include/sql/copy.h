// copy: makes the tables of one store equal to those of another, whichever engines they have, and
// says whether they are.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sql/db.h"

namespace citybrain::sql {

struct CopiedTable {
  std::string name;
  std::int64_t rows = 0;     // in `from`
  std::int64_t written = 0;  // rows that were missing or other
  std::int64_t removed = 0;  // rows that were other, or that `from` does not have
};

// What a table holds, independent of the engine: its rows, and SHA-256 (hex) over all of them in
// the order of the key.
struct Content {
  std::string table;
  std::int64_t rows = 0;
  std::string digest;
  friend bool operator==(const Content&, const Content&) = default;
};

using CopyProgress = std::function<void(const CopiedTable&)>;

// Both stores must have run the same migrations (conflict otherwise) and nobody may write to `to`.
// Works through every table page by page, each page of `to` in one transaction, and leaves alone
// what is equal: broken off, it goes on where it was when it is called again, and over a `from`
// that lives each further call has only to write what has changed since. Equal they are after a
// call during which nobody wrote to `from`. Tables of a process rather than of the city (who leads)
// are left out. Conflict where a unique value moved between rows of different pages: empty
// `to` and call it again. Tells `progress` each table.
Result<std::vector<CopiedTable>> copy(Db& from, Db& to, const CopyProgress& progress);

// All that copy() copies.
Result<std::vector<Content>> contents(Db& db);

}  // namespace citybrain::sql
