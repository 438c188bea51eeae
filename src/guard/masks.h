// Masks: what a caller sees of a graded value. Functions only. Private to guard.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/schema.h"
#include "guard/grant.h"
#include "guard/guard.h"

namespace citybrain::guard {

// What an item holds, from its declared check, its names and its type.
Holds holds_of(const ItemGrade& item, const Field& field);

// What the mask of this grade shows of a cell; none = null. Domain facts §6 (the city found no
// official table; this is the project's own): L1 is never masked, L2 generalises, L3 shows a part,
// L4 nothing. The length of what is hidden does not show.
std::optional<std::string> mask(Holds holds, Grade grade, const Cell& cell);

// The same by a mask that a grant names. `key`: 32 bytes, the recipient's own, for pseudonym and
// format_preserving. What a mask cannot be made of (the month of a name) is hidden: ***.
std::optional<std::string> mask(const Mask& mask, Holds holds, Grade grade, const Cell& cell,
                                std::string_view key);

}  // namespace citybrain::guard
