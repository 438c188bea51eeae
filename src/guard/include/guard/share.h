// What the read door gives to those who take many records: exports in parts, and a feed of masked
// changes. Values; the calls are Guard's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/room.h"
#include "base/schema.h"

namespace citybrain::guard {

// Somebody without a login: reads by public grants and by nothing else.
Principal public_caller();

// One part of an export. Its audit entry is durable before the part is handed over.
struct ExportPart {
  Batch batch;                                                // a masked column has type text
  std::int64_t first = 0;                                     // number of the first row, from 0
  std::vector<std::pair<std::size_t, std::string>> disputed;  // row of the part, id of the dispute
  std::uint64_t audit_index = 0;
};

struct Exported {
  std::int64_t rows = 0;
  std::uint64_t audit_index = 0;  // of the closing entry, which a receipt is given for
  // The closing entry holds hex SHA-256(salt || each row's JSON text and a newline): the lines of
  // an NDJSON file of arrays.
  std::string salt, digest;
  std::int64_t rows_seq = 0, columns_seq = 0;
};

// A change of a record as the caller may see it.
struct MaskedChange {
  std::int64_t seq = 0;
  bool removed = false;     // a tombstone: only the key's items are filled
  std::vector<Cell> cells;  // as the columns say; masked ones are text
  std::string dispute;      // id; "" = undisputed
};

}  // namespace citybrain::guard
