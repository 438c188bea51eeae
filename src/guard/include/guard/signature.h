// Signature: HTTP messages signed by systems, RFC 9421 with Content-Digest (RFC 9530), keys of
// Ed25519 and ECDSA P-256. Pure functions; whose key it is, and whether it was used before, is
// Identity's to know.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::guard {

// What a signature covers is read from here.
struct SignedMessage {
  std::string method;  // "POST"
  std::string target;  // "/api/x?y=1"
  std::string authority;
  // A header's value by its lower-case name, several joined by ", "; none where it is not there.
  std::function<std::optional<std::string>(std::string_view)> header;
  std::string_view body;
};

// A public key of a system. `key`: 32 bytes of Ed25519, or 65 bytes (0x04, x, y) of P-256.
enum class KeyKind : std::uint8_t { ed25519, ecdsa_p256_sha256 };
struct SystemKey {
  KeyKind kind = KeyKind::ed25519;
  std::string key;
};
// "ed25519:BASE64" or "ecdsa-p256-sha256:BASE64", and back.
std::string key_text(const SystemKey& key);
Result<SystemKey> system_key_from(std::string_view text);

// One signature as the headers Signature-Input and Signature give it.
struct SignatureClaim {
  std::vector<std::string> components;  // "@method", "content-digest"
  std::string parameters;               // as signed: `("@method" …);created=…`
  std::int64_t created = 0;             // seconds; 0 = not given
  std::int64_t expires = 0;
  std::string key_id, nonce, algorithm;
  std::string signature;  // bytes
};

inline constexpr std::size_t signature_header_bytes_max = 8192;
inline constexpr std::size_t signature_components_max = 32;

// Reads the one signature of a request; invalid where the headers cannot be read or hold more.
Result<SignatureClaim> read_signature(const SignedMessage& message);

// Does it cover all that must not be changed on the way: method, authority, path and query, and,
// where there is a body, its digest? Does the digest fit the body? The error names what is missing.
Result<void> check_coverage(const SignatureClaim& claim, const SignedMessage& message);
// RFC 9421 §2.5.
Result<std::string> signature_base(const SignatureClaim& claim, const SignedMessage& message);
// Denied where the key did not sign the message.
Result<void> verify_signature(const SignatureClaim& claim, const SignedMessage& message,
                              const SystemKey& key);

// "sha-256=:BASE64:".
std::string content_digest(std::string_view body);

// The other side, for what this city sends: Signature-Input and Signature of a message that has its
// Content-Digest set. Ed25519 with a 32-byte seed.
struct SignatureHeaders {
  std::string input, signature;
};
Result<SignatureHeaders> sign_message(const SignedMessage& message,
                                      const std::vector<std::string>& components,
                                      std::string_view key_id, std::string_view seed,
                                      std::int64_t created, std::string_view nonce);

}  // namespace citybrain::guard
