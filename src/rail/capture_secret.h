// Sealer: passwords of captured sources, sealed by a key of this instance that lies in a file of
// its own, so that neither the store nor a backup of it gives them away.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace citybrain::rail {

// XSalsa20-Poly1305 and Ed25519 of libsodium. Immutable once open; threads may share it.
class Sealer {
 public:
  // Reads the key of DIR/instance.key, made at first use, readable by the owner alone. A folder ""
  // means a key that lasts as long as this object (tests).
  static Result<Sealer> open(const std::string& dir);

  // Hex. "" seals as "".
  std::string seal(std::string_view text) const;
  // denied where it was sealed by another key: the store came here without it.
  Result<std::string> unseal(const std::string& sealed) const;

  // An Ed25519 signature over the bytes, in hex, and the key to check it with.
  std::string sign(std::string_view bytes) const;
  std::string public_key() const;

 private:
  std::string seed_;  // 32 bytes; both keys follow from it
};

bool signature_holds(std::string_view bytes, std::string_view signature_hex,
                     std::string_view public_key_hex);

}  // namespace citybrain::rail
