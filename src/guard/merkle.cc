// The hash tree of RFC 6962: proofs are made by the recursive definitions of §2.1, and verified by
// the iterative algorithms of RFC 9162.
#include "guard/merkle.h"

#include <sodium.h>

#include <bit>

#include "audit_store.h"
#include "base/ids.h"

namespace citybrain::guard {
namespace {

Hash digest(std::initializer_list<std::string_view> parts) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const std::string_view part : parts) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
  }
  Hash hash{};
  crypto_hash_sha256_final(&state, hash.data());
  return hash;
}

std::string_view bytes_of(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// The largest power of two smaller than n (n >= 2): where RFC 6962 splits a tree.
std::uint64_t split_of(std::uint64_t n) { return std::bit_floor(n - 1); }

// The root of the leaves [begin, end), where begin is a multiple of the range's largest subtree.
Result<Hash> range_root(std::uint64_t begin, std::uint64_t end, const NodeSource& nodes) {
  const std::uint64_t n = end - begin;
  if (n == 0) return empty_root();
  if (std::has_single_bit(n)) {
    const int height = std::countr_zero(n);
    return nodes(height, begin >> height);
  }
  const std::uint64_t k = split_of(n);
  CB_TRY(const Hash left, range_root(begin, begin + k, nodes));
  CB_TRY(const Hash right, range_root(begin + k, end, nodes));
  return node_hash(left, right);
}

Result<void> path_of(std::uint64_t index, std::uint64_t begin, std::uint64_t end,
                     const NodeSource& nodes, std::vector<Hash>& path) {
  const std::uint64_t n = end - begin;
  if (n == 1) return ok();
  const std::uint64_t k = split_of(n);
  if (index < begin + k) {
    CB_DO(path_of(index, begin, begin + k, nodes, path));
    CB_TRY(const Hash right, range_root(begin + k, end, nodes));
    path.push_back(right);
  } else {
    CB_DO(path_of(index, begin + k, end, nodes, path));
    CB_TRY(const Hash left, range_root(begin, begin + k, nodes));
    path.push_back(left);
  }
  return ok();
}

// SUBPROOF of RFC 6962 §2.1.2 over the leaves [begin, end), `m` of them old.
Result<void> subproof(std::uint64_t m, std::uint64_t begin, std::uint64_t end, bool whole,
                      const NodeSource& nodes, std::vector<Hash>& path) {
  const std::uint64_t n = end - begin;
  if (m == n) {
    if (whole) return ok();
    CB_TRY(const Hash root, range_root(begin, end, nodes));
    path.push_back(root);
    return ok();
  }
  const std::uint64_t k = split_of(n);
  if (m <= k) {
    CB_DO(subproof(m, begin, begin + k, whole, nodes, path));
    CB_TRY(const Hash right, range_root(begin + k, end, nodes));
    path.push_back(right);
  } else {
    CB_DO(subproof(m - k, begin + k, end, false, nodes, path));
    CB_TRY(const Hash left, range_root(begin, begin + k, nodes));
    path.push_back(left);
  }
  return ok();
}

}  // namespace

std::string hex_of(const Hash& hash) { return to_hex(bytes_of(hash)); }

Result<Hash> hash_from_hex(std::string_view hex) {
  Hash hash{};
  if (hex.size() != 2 * hash.size()) {
    return invalid("a hash has 64 hex digits, this text " + std::to_string(hex.size()));
  }
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const char c = hex[i];
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (digit < 0) return invalid("a hash has lower-case hex digits only");
    hash[i / 2] = static_cast<unsigned char>(hash[i / 2] * 16 + digit);
  }
  return hash;
}

Hash empty_root() { return digest({}); }
Hash leaf_hash(std::string_view entry) { return digest({std::string_view("\0", 1), entry}); }
Hash node_hash(const Hash& left, const Hash& right) {
  return digest({std::string_view("\1", 1), bytes_of(left), bytes_of(right)});
}

Result<Hash> root_from_path(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                            std::span<const Hash> path) {
  if (index >= size) {
    return invalid("no leaf " + std::to_string(index) + " in a tree of " + std::to_string(size));
  }
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Hash r = leaf;
  for (const Hash& p : path) {
    if (sn == 0) return invalid("the path is longer than the tree is high");
    if ((fn & 1) != 0 || fn == sn) {
      r = node_hash(p, r);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return invalid("the path is shorter than the tree is high");
  return r;
}

Result<void> verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                              std::span<const Hash> path, const Hash& root) {
  CB_TRY(const Hash reached, root_from_path(leaf, index, size, path));
  if (reached != root) return corrupt("the path does not lead to the root");
  return ok();
}

Result<void> verify_consistency(std::uint64_t size1, std::uint64_t size2, const Hash& root1,
                                const Hash& root2, std::span<const Hash> path) {
  if (size1 == 0) return invalid("an empty tree is a prefix of every tree; nothing is proven");
  if (size1 > size2) return invalid("the first tree is the larger one");
  if (size1 == size2) {
    if (!path.empty()) return invalid("two trees of one size need no path");
    return root1 == root2 ? ok() : Result<void>(corrupt("one size, but two roots"));
  }
  if (path.empty()) return invalid("the path is empty");
  std::vector<Hash> proof(path.begin(), path.end());
  if (std::has_single_bit(size1)) proof.insert(proof.begin(), root1);
  std::uint64_t fn = size1 - 1;
  std::uint64_t sn = size2 - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  Hash fr = proof.front();
  Hash sr = proof.front();
  for (std::size_t i = 1; i < proof.size(); ++i) {
    if (sn == 0) return invalid("the path is longer than the tree is high");
    if ((fn & 1) != 0 || fn == sn) {
      fr = node_hash(proof[i], fr);
      sr = node_hash(proof[i], sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, proof[i]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return invalid("the path is shorter than the tree is high");
  if (fr != root1) return corrupt("the path does not lead to the first root");
  if (sr != root2) return corrupt("the path does not lead to the second root");
  return ok();
}

void Frontier::append(const Hash& leaf, const Completed& completed) {
  Subtree subtree{0, leaf};
  ++size_;
  if (completed) completed(0, size_ - 1, leaf);
  while (!subtrees_.empty() && subtrees_.back().height == subtree.height) {
    subtree.hash = node_hash(subtrees_.back().hash, subtree.hash);
    ++subtree.height;
    subtrees_.pop_back();
    if (completed) completed(subtree.height, (size_ >> subtree.height) - 1, subtree.hash);
  }
  subtrees_.push_back(subtree);
}

void Frontier::append_subtree(int height, const Hash& hash) {
  const std::uint64_t leaves = std::uint64_t{1} << height;
  CB_CHECK(size_ % leaves == 0);
  size_ += leaves;
  Subtree subtree{height, hash};
  while (!subtrees_.empty() && subtrees_.back().height == subtree.height) {
    subtree.hash = node_hash(subtrees_.back().hash, subtree.hash);
    ++subtree.height;
    subtrees_.pop_back();
  }
  subtrees_.push_back(subtree);
}

Hash Frontier::root() const {
  if (subtrees_.empty()) return empty_root();
  Hash root = subtrees_.back().hash;
  for (std::size_t i = subtrees_.size() - 1; i-- > 0;) root = node_hash(subtrees_[i].hash, root);
  return root;
}

Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                          const NodeSource& nodes) {
  if (index >= size) {
    return not_found("no leaf " + std::to_string(index) + " in a tree of " + std::to_string(size));
  }
  std::vector<Hash> path;
  CB_DO(path_of(index, 0, size, nodes, path));
  return path;
}

Result<std::vector<Hash>> consistency_proof(std::uint64_t size1, std::uint64_t size2,
                                            const NodeSource& nodes) {
  if (size1 == 0 || size1 > size2) {
    return invalid("'size1' is " + std::to_string(size1) + "; send 1.." + std::to_string(size2));
  }
  std::vector<Hash> path;
  CB_DO(subproof(size1, 0, size2, true, nodes, path));
  return path;
}

Result<Hash> root_of(std::uint64_t size, const NodeSource& nodes) {
  return range_root(0, size, nodes);
}

}  // namespace citybrain::guard
