// Any bytes as a proof: verification ends, and accepts a proof only for the leaf it was made for.
#include <cstdlib>
#include <cstring>

#include "guard/merkle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace citybrain::guard;
  std::uint64_t index = 0;
  std::uint64_t leaves = 0;
  if (size < 16) return 0;
  std::memcpy(&index, data, 8);
  std::memcpy(&leaves, data + 8, 8);
  std::vector<Hash> path;
  for (std::size_t at = 16; at + 32 <= size; at += 32) {
    Hash hash;
    std::memcpy(hash.data(), data + at, 32);
    path.push_back(hash);
  }
  const Hash leaf = leaf_hash("leaf");
  const Hash root = leaf_hash("no root of a larger tree");
  if (verify_inclusion(leaf, index, leaves, path, root)) std::abort();
  if (verify_consistency(index, leaves, leaf, root, path)) std::abort();
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto hash = hash_from_hex(text); hash && hex_of(*hash) != text) std::abort();
  return 0;
}
