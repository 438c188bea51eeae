// The optional metadata behind a TABLE_MAP (binlog_row_metadata=MINIMAL or FULL).
#pragma once

#include <string_view>

#include "mariadb_table.h"

namespace citybrain::capture {

// Fills in what the fields tell. A field of a kind that is not known is passed over: new servers
// add some. Errors: corrupt, exhausted (labels_max).
Result<void> read_metadata(std::string_view fields, TableMap& map);

}  // namespace citybrain::capture
