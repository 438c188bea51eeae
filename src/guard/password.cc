// argon2id with libsodium's interactive limits (2 passes, 64 MiB), or its least ones for tests.
#include "password.h"

#include <sodium.h>

namespace citybrain::guard {

Passwords::Passwords(bool cheap) : cheap_(cheap) {
  CB_CHECK(sodium_init() >= 0);
  std::string unknown(32, '\0');
  randombytes_buf(unknown.data(), unknown.size());
  nobody_ = hash(unknown).value();
}

Result<std::string> Passwords::hash(std::string_view password) {
  std::string out(crypto_pwhash_STRBYTES, '\0');
  slots_.acquire();
  const int failed =
      crypto_pwhash_str(out.data(), password.data(), password.size(),
                        cheap_ ? crypto_pwhash_OPSLIMIT_MIN : crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        cheap_ ? crypto_pwhash_MEMLIMIT_MIN : crypto_pwhash_MEMLIMIT_INTERACTIVE);
  slots_.release();
  if (failed != 0) return exhausted("no 64 MiB of memory to derive a password's hash");
  out.resize(out.find('\0'));
  return out;
}

bool Passwords::verify(const std::string& hash, std::string_view password) {
  const std::string& against = hash.empty() ? nobody_ : hash;
  slots_.acquire();
  const int failed = crypto_pwhash_str_verify(against.c_str(), password.data(), password.size());
  slots_.release();
  return failed == 0 && !hash.empty();
}

}  // namespace citybrain::guard
