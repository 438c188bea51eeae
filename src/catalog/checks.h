// Reading the check column of items.csv.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/entries.h"

namespace citybrain::catalog {

using FindCodes = std::function<std::shared_ptr<const CodeList>(std::string_view name)>;

// Checks separated by '|'. A pattern may hold '|' itself: it goes on until a known check begins.
// The error says which check, what is wrong with it for this item's type, and what to write.
Result<std::vector<Check>> parse_checks(std::string_view text, const Field& field,
                                        const FindCodes& codes);

// "decimal:2" → type decimal, scale 2.
Result<Field> parse_type(std::string_view code, std::string_view text);

}  // namespace citybrain::catalog
