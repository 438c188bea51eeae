// Ids: 26 characters that sort by time (Crockford base 32 of 48 bits of ms and 80 random bits).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace citybrain {

// A new id at the clock's time.
std::string new_id(const Clock& clock, Random& random);
// An id that always follows from its parts: the first 26 base-32 characters of their SHA-256
// digest; writing the same fact twice gives the same id, which makes the write idempotent.
std::string derived_id(std::initializer_list<std::string_view> parts);
// Lower-case hex of bytes.
std::string to_hex(std::string_view bytes);
// SHA-256 (FIPS 180-4), 32 raw bytes.
std::string sha256(std::string_view bytes);

}  // namespace citybrain
