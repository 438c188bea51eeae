// Signed notes: see guard/note.h.
#include "guard/note.h"

#include <sodium.h>

#include <algorithm>
#include <cstdio>

#include "base/ids.h"
#include "base/text.h"

namespace citybrain::guard {
namespace {

constexpr std::string_view dash = "\xe2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t time_bytes = 8;

unsigned char byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

std::string big_endian(std::uint64_t number, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> shift & 0xff));
  }
  return out;
}

std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) number = number << 8 | byte_at(bytes, i);
  return number;
}

std::string cosigned_text(std::string_view text, std::uint64_t seconds) {
  return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(text);
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && is_utf8(name) &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return c == '+' || static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
         });
}

Result<NoteSignature> parse_signature(std::string_view line) {
  const auto bad = [&](const char* why) {
    return invalid("signature line '" + std::string(first_code_points(line, 60)) + "': " + why);
  };
  if (!line.starts_with(dash)) return bad("it starts with no dash");
  line.remove_prefix(dash.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return bad("no key name");
  NoteSignature signature;
  signature.name = line.substr(0, space);
  if (!is_name(signature.name)) return bad("no key name");
  const auto bytes = from_base64(line.substr(space + 1));
  if (!bytes || bytes->size() < 5) return bad("no base64 signature");
  signature.id = static_cast<std::uint32_t>(from_big_endian(bytes->substr(0, 4)));
  signature.bytes = bytes->substr(4);
  return signature;
}

bool signed_by(const NoteKey& key, std::string_view message, std::string_view signature) {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(signature.data()),
                                     reinterpret_cast<const unsigned char*>(message.data()),
                                     message.size(), key.key.data()) == 0;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();  // its closing zero
  return out;
}

Result<std::string> from_base64(std::string_view text) {
  std::string out(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const int bad =
      sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                        text.size(), nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL);
  if (bad != 0 || end != text.data() + text.size()) {
    return invalid("'" + std::string(first_code_points(text, 40)) + "' is not base64");
  }
  out.resize(size);
  return out;
}

std::uint32_t NoteKey::id() const {
  std::string bytes = name + '\n' + static_cast<char>(kind);
  bytes.append(reinterpret_cast<const char*>(key.data()), key.size());
  return static_cast<std::uint32_t>(from_big_endian(sha256(bytes).substr(0, 4)));
}

std::string NoteKey::text() const {
  std::string material(1, static_cast<char>(kind));
  material.append(reinterpret_cast<const char*>(key.data()), key.size());
  return name + '+' + to_hex(big_endian(id(), 4)) + '+' + to_base64(material);
}

Result<NoteKey> NoteKey::parse(std::string_view text) {
  const auto bad = [&](const char* why) {
    return invalid("'" + std::string(first_code_points(text, 80)) + "' is no verifier key: " + why);
  };
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return bad("write name+hash+base64");
  NoteKey key;
  key.name = text.substr(0, first);
  if (!is_name(key.name)) return bad("its name holds a space, or is empty");
  const auto material = from_base64(text.substr(second + 1));
  if (!material || material->size() != 33) return bad("its key is not base64 of 33 bytes");
  const unsigned char kind = byte_at(*material, 0);
  if (kind != 0x01 && kind != 0x04) return bad("only Ed25519 keys of kind 1 and 4 are known");
  key.kind = static_cast<Kind>(kind);
  std::copy(material->begin() + 1, material->end(), key.key.begin());
  if (text.substr(first + 1, second - first - 1) != to_hex(big_endian(key.id(), 4))) {
    return bad("its hash is not that of its name and key");
  }
  return key;
}

Result<NoteSigner> NoteSigner::from_seed(std::string name, std::string_view seed,
                                         NoteKey::Kind kind) {
  if (!is_name(name)) return invalid("'" + name + "' is no key name; no space, no '+'");
  if (seed.size() != crypto_sign_SEEDBYTES) {
    return invalid("a seed of " + std::to_string(seed.size()) + " bytes; give 32");
  }
  NoteSigner signer;
  signer.key_.name = std::move(name);
  signer.key_.kind = kind;
  crypto_sign_seed_keypair(signer.key_.key.data(), signer.secret_.data(),
                           reinterpret_cast<const unsigned char*>(seed.data()));
  return signer;
}

std::string NoteSigner::line(std::string_view text, Timestamp at) const {
  std::string message(text);
  std::string bytes = big_endian(key_.id(), 4);
  if (key_.kind == NoteKey::Kind::cosigner) {
    const auto seconds = static_cast<std::uint64_t>(at.us / 1'000'000);
    message = cosigned_text(text, seconds);
    bytes += big_endian(seconds, time_bytes);
  }
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                       reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                       secret_.data());
  return std::string(dash) + key_.name + ' ' + to_base64(bytes + signature) + '\n';
}

Result<Note> Note::parse(std::string_view bytes) {
  if (bytes.size() > bytes_max) {
    return invalid("a note of " + std::to_string(bytes.size()) + " bytes; at most " +
                   std::to_string(bytes_max));
  }
  if (!is_utf8(bytes) || std::any_of(bytes.begin(), bytes.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' && c != '\n';
      })) {
    return invalid("a note is UTF-8 text without control characters");
  }
  const auto gap = bytes.rfind("\n\n");
  if (gap == std::string_view::npos || !bytes.ends_with('\n')) {
    return invalid("a note is a text, an empty line, and lines of signatures");
  }
  Note note;
  note.text = bytes.substr(0, gap + 1);
  std::string_view rest = bytes.substr(gap + 2);
  if (rest.empty()) return invalid("the note has no signature");
  while (!rest.empty()) {
    if (note.signatures.size() == signatures_max) {
      return invalid("a note of more than " + std::to_string(signatures_max) + " signatures");
    }
    const auto end = rest.find('\n');
    CB_TRY(NoteSignature signature, parse_signature(rest.substr(0, end)));
    note.signatures.push_back(std::move(signature));
    rest.remove_prefix(end + 1);
  }
  return note;
}

Result<std::vector<Signer>> verify_note(const Note& note, std::span<const NoteKey> trusted) {
  std::vector<Signer> signers;
  for (const NoteSignature& signature : note.signatures) {
    for (const NoteKey& key : trusted) {
      if (key.name != signature.name || key.id() != signature.id) continue;
      std::string message = note.text;
      std::string_view bytes = signature.bytes;
      Signer signer{key, {}};
      if (key.kind == NoteKey::Kind::cosigner && bytes.size() > time_bytes) {
        const std::uint64_t seconds = from_big_endian(bytes.substr(0, time_bytes));
        if (seconds > 1'000'000'000'000) return denied("a cosignature of the far future");
        bytes.remove_prefix(time_bytes);
        message = cosigned_text(note.text, seconds);
        signer.at = {static_cast<std::int64_t>(seconds) * 1'000'000};
      }
      if (!signed_by(key, message, bytes)) {
        return denied("the signature of '" + key.name + "' is not by its key");
      }
      signers.push_back(std::move(signer));
    }
  }
  if (signers.empty()) return denied("no key that is trusted here signed the note");
  return signers;
}

}  // namespace citybrain::guard
