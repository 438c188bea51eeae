// Sealer: see capture_secret.h.
#include "capture_secret.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/check.h"
#include "base/csv.h"
#include "base/ids.h"

namespace citybrain::rail {
namespace {

using Bytes = unsigned char;

const Bytes* bytes_of(std::string_view text) { return reinterpret_cast<const Bytes*>(text.data()); }
Bytes* bytes_of(std::string& text) { return reinterpret_cast<Bytes*>(text.data()); }

// 32 bytes that follow from the seed, another for each purpose.
std::string derived(const std::string& seed, std::uint64_t purpose) {
  std::string key(crypto_kdf_KEYBYTES, '\0');
  CB_CHECK(crypto_kdf_derive_from_key(bytes_of(key), key.size(), purpose, "citybrai",
                                      bytes_of(seed)) == 0);
  return key;
}

Result<std::string> from_hex(std::string_view hex) {
  std::string out(hex.size() / 2, '\0');
  std::size_t length = 0;
  if (sodium_hex2bin(bytes_of(out), out.size(), hex.data(), hex.size(), nullptr, &length,
                     nullptr) != 0 ||
      length != out.size()) {
    return corrupt("no hex digits where some were expected");
  }
  return out;
}

// Written whole before it gets its name, so that a death leaves no half key.
Result<void> write_key(const std::string& path, const std::string& seed) {
  const std::string part = path + ".part";
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return unavailable("cannot write '" + part + "': " + std::strerror(errno));
  const bool written =
      ::write(file, seed.data(), seed.size()) == static_cast<ssize_t>(seed.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  if (!written) return unavailable("cannot write '" + part + "'");
  std::error_code error;
  std::filesystem::rename(part, path, error);
  if (error) return unavailable("cannot make '" + path + "': " + error.message());
  return ok();
}

struct Pair {
  std::string open = std::string(crypto_sign_PUBLICKEYBYTES, '\0');
  std::string secret = std::string(crypto_sign_SECRETKEYBYTES, '\0');
  explicit Pair(const std::string& seed) {
    const std::string key = derived(seed, 2);
    CB_CHECK(crypto_sign_seed_keypair(bytes_of(open), bytes_of(secret), bytes_of(key)) == 0);
  }
};

}  // namespace

Result<Sealer> Sealer::open(const std::string& dir) {
  CB_CHECK(sodium_init() >= 0);
  Sealer sealer;
  const std::string path = dir + "/instance.key";
  if (dir.empty() || !std::filesystem::exists(path)) {
    sealer.seed_.resize(crypto_kdf_KEYBYTES);
    randombytes_buf(sealer.seed_.data(), sealer.seed_.size());
    if (!dir.empty()) CB_DO(write_key(path, sealer.seed_));
    return sealer;
  }
  CB_TRY(sealer.seed_, read_file(path));
  if (sealer.seed_.size() != crypto_kdf_KEYBYTES) {
    return corrupt("'" + path +
                   "' is no key of this program; restore it, or remove it and enter"
                   " the sources' passwords again");
  }
  return sealer;
}

std::string Sealer::seal(std::string_view text) const {
  if (text.empty()) return "";
  const std::string key = derived(seed_, 1);
  std::string out(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size(), '\0');
  randombytes_buf(out.data(), crypto_secretbox_NONCEBYTES);
  CB_CHECK(crypto_secretbox_easy(bytes_of(out) + crypto_secretbox_NONCEBYTES, bytes_of(text),
                                 text.size(), bytes_of(out), bytes_of(key)) == 0);
  return to_hex(out);
}

Result<std::string> Sealer::unseal(const std::string& sealed) const {
  if (sealed.empty()) return std::string();
  CB_TRY(const std::string bytes, from_hex(sealed));
  constexpr std::size_t around = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (bytes.size() < around) return corrupt("a sealed password is too short");
  const std::string key = derived(seed_, 1);
  std::string out(bytes.size() - around, '\0');
  if (crypto_secretbox_open_easy(bytes_of(out), bytes_of(bytes) + crypto_secretbox_NONCEBYTES,
                                 bytes.size() - crypto_secretbox_NONCEBYTES, bytes_of(bytes),
                                 bytes_of(key)) != 0) {
    return denied("the password was sealed by the key of another instance; enter it again");
  }
  return out;
}

std::string Sealer::sign(std::string_view bytes) const {
  const Pair pair(seed_);
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(bytes_of(signature), nullptr, bytes_of(bytes), bytes.size(),
                       bytes_of(pair.secret));
  return to_hex(signature);
}

std::string Sealer::public_key() const { return to_hex(Pair(seed_).open); }

bool signature_holds(std::string_view bytes, std::string_view signature_hex,
                     std::string_view public_key_hex) {
  const auto signature = from_hex(signature_hex);
  const auto key = from_hex(public_key_hex);
  return signature && key && signature->size() == crypto_sign_BYTES &&
         key->size() == crypto_sign_PUBLICKEYBYTES &&
         crypto_sign_verify_detached(bytes_of(*signature), bytes_of(bytes), bytes.size(),
                                     bytes_of(*key)) == 0;
}

}  // namespace citybrain::rail
