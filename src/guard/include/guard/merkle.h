// Merkle: the hash tree of RFC 6962 §2.1 (SHA-256, leaf 0x00, node 0x01) as pure functions. The
// audit log builds on them, and anybody who holds a head and a proof verifies with them alone.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::guard {

using Hash = std::array<unsigned char, 32>;

// 64 lower-case hex digits, and back.
std::string hex_of(const Hash& hash);
Result<Hash> hash_from_hex(std::string_view hex);

// MTH({}): the root of a tree without leaves.
Hash empty_root();
// SHA-256(0x00 || entry).
Hash leaf_hash(std::string_view entry);
// SHA-256(0x01 || left || right).
Hash node_hash(const Hash& left, const Hash& right);

// Is the leaf at `index` in the tree of `size` leaves with this root? RFC 9162 §2.1.3.2. The error
// says which of the parts does not fit.
Result<void> verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                              std::span<const Hash> path, const Hash& root);
// Is the tree of `size1` leaves a prefix of the tree of `size2`? RFC 9162 §2.1.4.2. A size1 of 0
// proves nothing and is refused.
Result<void> verify_consistency(std::uint64_t size1, std::uint64_t size2, const Hash& root1,
                                const Hash& root2, std::span<const Hash> path);

// The complete subtrees of a growing tree, largest first: log2(n) hashes, enough to append and to
// give the root. A plain value; copy it to try an append that may not commit.
class Frontier {
 public:
  // Called for each subtree that an append completes: its height, its number on that height, its
  // hash.
  using Completed = std::function<void(int height, std::uint64_t number, const Hash& hash)>;

  std::uint64_t size() const { return size_; }
  void append(const Hash& leaf, const Completed& completed = {});
  // Puts a complete subtree of 2^height leaves behind what is there; its place must be aligned.
  void append_subtree(int height, const Hash& hash);
  Hash root() const;

 private:
  struct Subtree {
    int height = 0;
    Hash hash{};
  };
  std::uint64_t size_ = 0;
  std::vector<Subtree> subtrees_;
};

// Where a proof gets the hash of the complete subtree [number·2^height, (number+1)·2^height).
using NodeSource = std::function<Result<Hash>(int height, std::uint64_t number)>;

// PATH(index, D[size]) of RFC 6962 §2.1.1. Reads O(log size) nodes.
Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                          const NodeSource& nodes);
// PROOF(size1, D[size2]) of RFC 6962 §2.1.2, 1 <= size1 <= size2.
Result<std::vector<Hash>> consistency_proof(std::uint64_t size1, std::uint64_t size2,
                                            const NodeSource& nodes);
// The root of the first `size` leaves.
Result<Hash> root_of(std::uint64_t size, const NodeSource& nodes);

}  // namespace citybrain::guard
