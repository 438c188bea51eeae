// Checks of the two numbers that name everyone in the city. Sources: GB 11643 (resident identity
// number), GB 32100 (unified social credit code), GB 11714 (organisation code).
#pragma once

#include <string>
#include <string_view>

#include "base/date.h"
#include "base/result.h"

namespace citybrain {

// 18 characters, birth date real, check character right. Error names the first thing that is wrong.
// A number does not tell where somebody lives now: divisions change, numbers stay.
Result<void> check_resident_id(std::string_view id);
// The birth date inside a valid number.
Result<Date> birth_date_of(std::string_view id);
// The check character of the first 17 digits.
char resident_check_char(std::string_view first17);

// 18 characters of 0-9A-Z without I O S V Z, both check characters right (its own, and that of the
// organisation code in positions 9-17).
Result<void> check_uscc(std::string_view code);
char uscc_check_char(std::string_view first17);
char org_check_char(std::string_view first8);

}  // namespace citybrain
