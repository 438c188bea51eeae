// Note: a text signed by one or more keys (C2SP signed-note; cosignatures by C2SP
// tlog-cosignature). Pure functions: whoever holds a verifier key and a note needs nothing else to
// check it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"

namespace citybrain::guard {

// RFC 4648 §4 with padding, and back (invalid where a character or the padding is not).
std::string to_base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);

// A verifier key: "name+8 hex digits+base64(kind || public key)".
struct NoteKey {
  enum class Kind : std::uint8_t { log = 0x01, cosigner = 0x04 };  // both Ed25519
  std::string name;                                                // no space and no '+'
  Kind kind = Kind::log;
  std::array<unsigned char, 32> key{};

  // SHA-256(name || '\n' || kind || key)[:4], big-endian.
  std::uint32_t id() const;
  std::string text() const;
  static Result<NoteKey> parse(std::string_view text);
};

// Signs notes. A plain value that holds a secret: keep it where the store's secrets are.
class NoteSigner {
 public:
  // `seed`: 32 secret bytes.
  static Result<NoteSigner> from_seed(std::string name, std::string_view seed, NoteKey::Kind kind);
  const NoteKey& key() const { return key_; }
  // The signature line with its newline. A log's key signs the text; a cosigner's key also says
  // when it saw it (`at`, to the second).
  std::string line(std::string_view text, Timestamp at = {}) const;

 private:
  NoteKey key_;
  std::array<unsigned char, 64> secret_{};
};

struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  std::string bytes;  // without the id
};

struct Note {
  static constexpr std::size_t bytes_max = 64 << 10;
  static constexpr std::size_t signatures_max = 32;

  std::string text;  // ends in a newline
  std::vector<NoteSignature> signatures;

  // Refuses what is no signed note, naming the line.
  static Result<Note> parse(std::string_view bytes);
};

// Which of the trusted keys signed the note. Denied where none did, or where a line that bears the
// name and id of a trusted key is not by it.
struct Signer {
  NoteKey key;
  Timestamp at;  // a cosigner's
};
Result<std::vector<Signer>> verify_note(const Note& note, std::span<const NoteKey> trusted);

}  // namespace citybrain::guard
