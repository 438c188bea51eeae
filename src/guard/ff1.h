// Ff1: format-preserving encryption of NIST SP 800-38G (AES), for pseudonyms that look like what
// they stand for. Private to guard.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace citybrain::guard {

// `numerals`: digits and lower-case letters below `radix` (2..36), 10^6 or more of their length, 2
// to 36 of them for radix 10. `key`: 16, 24 or 32 bytes.
Result<std::string> ff1_encrypt(std::string_view key, std::string_view tweak, int radix,
                                std::string_view numerals);
Result<std::string> ff1_decrypt(std::string_view key, std::string_view tweak, int radix,
                                std::string_view numerals);

}  // namespace citybrain::guard
