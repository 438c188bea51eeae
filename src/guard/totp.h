// Totp: codes of authenticator apps (RFC 6238: SHA-1, 30 s, 6 digits). Private to guard.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"

namespace citybrain::guard {

inline constexpr std::int64_t totp_step_us = 30'000'000;
inline constexpr std::size_t totp_secret_bytes = 20;

// Six digits, with leading zeros.
std::string totp_code(std::string_view secret, std::int64_t step);
// The step of now, before or after whose code this is, if it comes after `last_step`.
std::optional<std::int64_t> totp_step_of(std::string_view secret, std::string_view code,
                                         Timestamp now, std::int64_t last_step);
// RFC 4648 base 32 without padding, as apps take it.
std::string to_base32(std::string_view bytes);

}  // namespace citybrain::guard
