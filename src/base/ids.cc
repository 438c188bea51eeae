// Ids and digests: see base/ids.h. SHA-256 is libsodium's.
#include "base/ids.h"

#include <sodium.h>

#include <cstdint>

#include "base/check.h"

namespace citybrain {
namespace {

constexpr char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t id_chars = 26;

// The first 130 bits of `bytes` (at least 17 of them) as 26 characters.
std::string base32(const unsigned char* bytes) {
  std::string text(id_chars, '0');
  for (std::size_t i = 0; i < id_chars; ++i) {
    const std::size_t bit = i * 5;
    const unsigned pair = (static_cast<unsigned>(bytes[bit / 8]) << 8) | bytes[bit / 8 + 1];
    text[i] = alphabet[(pair >> (11 - bit % 8)) & 31];
  }
  return text;
}

}  // namespace

std::string new_id(const Clock& clock, Random& random) {
  unsigned char bytes[18] = {};
  const auto ms = static_cast<std::uint64_t>(clock.now().us / 1000);
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<unsigned char>(ms >> (40 - 8 * i));
  random.fill(std::span(bytes + 6, 11));
  return base32(bytes);
}

std::string derived_id(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const std::string_view part : parts) {
    joined += std::to_string(part.size());
    joined += ':';
    joined += part;
  }
  const std::string digest = sha256(joined);
  return base32(reinterpret_cast<const unsigned char*>(digest.data()));
}

std::string to_hex(std::string_view bytes) {
  constexpr char hex[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += hex[byte >> 4];
    text += hex[byte & 15];
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  CB_CHECK(crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                              reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size()) == 0);
  return digest;
}

}  // namespace citybrain
