// each_among: rows whose key is one of many, asked for in groups.
#pragma once

#include <string>
#include <vector>

#include "sql/db.h"

namespace citybrain::benefit {

inline constexpr std::size_t group_max = 500;

// Runs `select` ("… WHERE id IN ") with groups of `keys`; a full group is always the same
// statement.
Result<void> each_among(sql::Session& session, const std::string& select,
                        const std::vector<std::string>& keys, const sql::EachRow& fn);

}  // namespace citybrain::benefit
