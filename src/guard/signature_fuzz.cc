// Any bytes as the headers of a signature: reading ends, what is read covers what it says, and
// nothing verifies under a key that signed nothing.
#include <cstdlib>

#include "guard/signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace citybrain::guard;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cut = text.find('\n');
  const std::string input(text.substr(0, cut));
  const std::string signature(cut == std::string_view::npos ? "" : text.substr(cut + 1));
  const SignedMessage message{"GET", "/api/x?y=1", "example.com",
                              [&](std::string_view name) -> std::optional<std::string> {
                                if (name == "signature-input") return input;
                                if (name == "signature") return signature;
                                return std::nullopt;
                              },
                              "body"};
  (void)system_key_from(text);
  const auto claim = read_signature(message);
  if (!claim) return 0;
  if (claim->components.size() > signature_components_max) std::abort();
  (void)check_coverage(*claim, message);
  const SystemKey key{KeyKind::ed25519, std::string(32, 'k')};
  if (verify_signature(*claim, message, key)) std::abort();
  return 0;
}
