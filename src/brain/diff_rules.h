// Diff of two decision tables: columns, and rules cell by cell. Private to the diff.
#pragma once

#include <pugixml.hpp>
#include <vector>

#include "brain/diff.h"

namespace citybrain::brain {

void diff_tables(pugi::xml_node before, pugi::xml_node after, std::vector<PartDiff>& out);

}  // namespace citybrain::brain
