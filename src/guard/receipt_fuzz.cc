// Any bytes as a note, a verifier key, a receipt: reading ends, what is read is written the same,
// and nothing verifies under a key that signed nothing.
#include <cstdlib>

#include "guard/receipt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace citybrain::guard;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const NoteKey key =
      NoteSigner::from_seed("fuzz.example/log", std::string(32, 'f'), NoteKey::Kind::log)
          .value()
          .key();
  if (const auto parsed = NoteKey::parse(text); parsed && parsed->text() != text) std::abort();
  if (const auto note = Note::parse(text); note && verify_note(*note, std::span(&key, 1))) {
    std::abort();
  }
  if (const auto parsed = Checkpoint::parse(text); parsed && parsed->origin.empty()) std::abort();
  if (verify_receipt(text, std::span(&key, 1))) std::abort();
  if (const auto receipt = Receipt::parse(text); receipt && receipt->text() != text) std::abort();
  return 0;
}
