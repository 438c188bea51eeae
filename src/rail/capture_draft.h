// Foreign tables in the catalogue's words.
#pragma once

#include <string>

#include "capture/table.h"
#include "catalog/draft.h"

namespace citybrain::rail {

catalog::TableShape shape_of(const capture::ForeignTable& table);
// "PostgreSQL" for "postgres".
std::string format_of(const std::string& kind);

}  // namespace citybrain::rail
