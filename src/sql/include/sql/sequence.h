// next_sequence: numbers without gaps, in commit order, allocated inside the writing transaction.
#pragma once

#include <cstdint>
#include <string_view>

#include "sql/db.h"

namespace citybrain::sql {

// The first of `count` new numbers of that name (from 1). A rolled-back transaction gives them
// back.
Result<std::int64_t> next_sequence(Tx& tx, std::string_view name, std::int64_t count = 1);

}  // namespace citybrain::sql
