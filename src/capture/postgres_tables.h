// What tables a foreign PostgreSQL has, from its own catalogue.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "capture/capture.h"
#include "postgres_link.h"
#include "postgres_types.h"

namespace citybrain::capture {

// Bases of all domains, by the domain's number.
Result<std::map<std::uint32_t, PgType>> pg_domains(const PgLink& link);

// Tables by full name; all that are no partitions where `wanted` is empty. not_found with the
// nearest name for one that is not there.
Result<std::vector<ForeignTable>> pg_tables(const PgLink& link,
                                            const std::vector<std::string>& wanted);

// "schema"."name", quoted.
std::string pg_table_name(const ForeignTable& table);

}  // namespace citybrain::capture
