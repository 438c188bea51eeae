// The hash tree: proofs of every leaf of every small tree, the published vectors, and what is
// refused.
#include "guard/merkle.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <bit>
#include <filesystem>

#include "base/csv.h"
#include "base/ids.h"
#include "base/json.h"

namespace citybrain::guard {
namespace {

// A tree kept whole: the definition of RFC 6962 §2.1 and nothing clever.
struct PlainTree {
  std::vector<Hash> leaves;

  Hash root(std::size_t begin, std::size_t end) const {
    if (end == begin) return empty_root();
    if (end - begin == 1) return leaves[begin];
    std::size_t k = 1;
    while (k * 2 < end - begin) k *= 2;
    return node_hash(root(begin, begin + k), root(begin + k, end));
  }
  NodeSource nodes() const {
    return [this](int height, std::uint64_t number) -> Result<Hash> {
      const std::size_t n = std::size_t{1} << height;
      return root(number * n, (number + 1) * n);
    };
  }
};

PlainTree tree_of(std::size_t n) {
  PlainTree tree;
  for (std::size_t i = 0; i < n; ++i)
    tree.leaves.push_back(leaf_hash("entry " + std::to_string(i)));
  return tree;
}

TEST(Merkle, KnownRoots) {
  EXPECT_EQ(hex_of(empty_root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of(leaf_hash("")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_FALSE(hash_from_hex("ab"));
  EXPECT_FALSE(hash_from_hex(std::string(64, 'g')));
  EXPECT_EQ(*hash_from_hex(hex_of(leaf_hash("x"))), leaf_hash("x"));
}

TEST(Merkle, FrontierGivesTheRootOfEveryPrefix) {
  const PlainTree tree = tree_of(70);
  Frontier frontier;
  EXPECT_EQ(frontier.root(), empty_root());
  for (std::size_t n = 1; n <= 70; ++n) {
    frontier.append(tree.leaves[n - 1], [&](int height, std::uint64_t number, const Hash& hash) {
      EXPECT_EQ(hash, *tree.nodes()(height, number));
    });
    EXPECT_EQ(frontier.root(), tree.root(0, n)) << n;
    EXPECT_EQ(*root_of(n, tree.nodes()), tree.root(0, n)) << n;
  }
}

TEST(Merkle, EveryProofOfEverySmallTreeVerifies) {
  const PlainTree tree = tree_of(40);
  for (std::size_t n = 1; n <= 40; ++n) {
    const Hash root = tree.root(0, n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto path = inclusion_proof(i, n, tree.nodes());
      ASSERT_TRUE(path);
      EXPECT_TRUE(verify_inclusion(tree.leaves[i], i, n, *path, root)) << i << " of " << n;
      EXPECT_FALSE(verify_inclusion(tree.leaves[i], i ^ 1, n, *path, root) && n > 1);
      if (!path->empty()) {
        auto shorter = *path;
        shorter.pop_back();
        EXPECT_FALSE(verify_inclusion(tree.leaves[i], i, n, shorter, root));
      }
    }
    for (std::size_t m = 1; m <= n; ++m) {
      const auto path = consistency_proof(m, n, tree.nodes());
      ASSERT_TRUE(path);
      EXPECT_TRUE(verify_consistency(m, n, tree.root(0, m), root, *path)) << m << " to " << n;
      if (m < n) {
        EXPECT_FALSE(verify_consistency(m, n, tree.leaves[39], root, *path)) << m << " to " << n;
      }
    }
  }
  EXPECT_FALSE(inclusion_proof(40, 40, tree.nodes()));
  EXPECT_FALSE(consistency_proof(0, 40, tree.nodes()));
  EXPECT_FALSE(verify_consistency(0, 1, empty_root(), tree.root(0, 1), {}));
}

// --- Proofs published by transparency-dev/merkle

// A few published cases say "dont care" where a root would be; short text is filled up to 32 bytes.
Result<Hash> hash_from_base64(const json::value& value) {
  Hash hash{};
  std::size_t length = 0;
  const auto& text = value.as_string();
  if (sodium_base642bin(hash.data(), hash.size(), text.data(), text.size(), nullptr, &length,
                        nullptr, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      length == 0 || length > hash.size()) {
    return invalid("no hash of 1 to 32 bytes");
  }
  return hash;
}

Result<std::vector<Hash>> path_from(const json::value& value) {
  std::vector<Hash> path;
  if (value.is_null()) return path;
  for (const json::value& item : value.as_array()) {
    CB_TRY(const Hash hash, hash_from_base64(item));
    path.push_back(hash);
  }
  return path;
}

Result<void> verify_case(const std::string& kind, const json::object& c) {
  const auto number = [&](const char* name) { return c.at(name).to_number<std::uint64_t>(); };
  CB_TRY(const auto path, path_from(c.at("proof")));
  if (kind == "inclusion") {
    CB_TRY(const Hash leaf, hash_from_base64(c.at("leafHash")));
    CB_TRY(const Hash root, hash_from_base64(c.at("root")));
    return verify_inclusion(leaf, number("leafIdx"), number("treeSize"), path, root);
  }
  CB_TRY(const Hash root1, hash_from_base64(c.at("root1")));
  CB_TRY(const Hash root2, hash_from_base64(c.at("root2")));
  return verify_consistency(number("size1"), number("size2"), root1, root2, path);
}

TEST(Merkle, PublishedVectors) {
  const char* set = std::getenv("CITYBRAIN_MERKLE_VECTORS");
  const std::filesystem::path folder =
      set != nullptr ? set : CB_SOURCE_DIR "/../shared/data/merkle";
  if (!std::filesystem::exists(folder / "testdata")) {
    GTEST_SKIP() << "NOT CHECKED: no published Merkle vectors at " << folder
                 << "; set CITYBRAIN_MERKLE_VECTORS";
  }
  int cases = 0;
  for (const std::string kind : {"inclusion", "consistency"}) {
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(folder / "testdata" / kind)) {
      if (file.path().extension() != ".json") continue;
      const auto text = read_file(file.path().string());
      ASSERT_TRUE(text);
      const auto parsed = parse_json(*text);
      ASSERT_TRUE(parsed) << file.path();
      const json::object& c = parsed->as_object();
      const auto result = verify_case(kind, c);
      EXPECT_EQ(result.has_value(), !c.at("wantErr").as_bool()) << file.path();
      ++cases;
    }
  }
  EXPECT_GE(cases, 190);
  std::printf("published Merkle vectors: %d inclusion and consistency cases\n", cases);
}

}  // namespace
}  // namespace citybrain::guard
