// Codes of authenticator apps: see totp.h.
#include "totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include "base/result.h"

namespace citybrain::guard {

std::string totp_code(std::string_view secret, std::int64_t step) {
  unsigned char counter[8];
  for (int i = 0; i < 8; ++i) counter[i] = static_cast<unsigned char>(step >> (56 - 8 * i) & 0xff);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  CB_CHECK(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter,
                sizeof(counter), mac, &size) != nullptr &&
           size == 20);
  const unsigned at = mac[19] & 0x0f;  // RFC 4226 §5.3
  const std::uint32_t number = (mac[at] & 0x7fU) << 24 |
                               static_cast<std::uint32_t>(mac[at + 1]) << 16 |
                               static_cast<std::uint32_t>(mac[at + 2]) << 8 | mac[at + 3];
  std::string digits = std::to_string(number % 1'000'000);
  return std::string(6 - digits.size(), '0') + digits;
}

std::optional<std::int64_t> totp_step_of(std::string_view secret, std::string_view code,
                                         Timestamp now, std::int64_t last_step) {
  const std::int64_t current = now.us / totp_step_us;
  for (std::int64_t step = current - 1; step <= current + 1; ++step) {
    const std::string right = totp_code(secret, step);
    if (step > last_step && code.size() == right.size() &&
        sodium_memcmp(right.data(), code.data(), right.size()) == 0) {
      return step;
    }
  }
  return std::nullopt;
}

std::string to_base32(std::string_view bytes) {
  constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) out.push_back(digits[held >> (bits - 5) & 31]);
  }
  if (bits > 0) out.push_back(digits[held << (5 - bits) & 31]);
  return out;
}

}  // namespace citybrain::guard
