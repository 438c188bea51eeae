// A quarantined row taken apart again: its cells by item, and what of them may be shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "source_table.h"

namespace citybrain::rail {

// One text an item of the resource, "" where the row has none; none where the row cannot be cut, or
// is of another width than its header. A JSON object needs no header.
std::optional<std::vector<std::string>> raw_cells(const catalog::Resource& resource,
                                                  const std::vector<std::string>& header,
                                                  std::string_view raw);

// By grade: L1 as it is, L2 the beginning of a text and the year of a day, L3 the first character
// of a text, all else nothing.
std::string masked(const catalog::Item& item, std::string_view value);

// The row with each cell masked by its item's grade; what cannot be told apart is hidden whole.
std::string mask_row(const catalog::Resource& resource, const std::vector<std::string>& header,
                     std::string_view raw);

}  // namespace citybrain::rail
