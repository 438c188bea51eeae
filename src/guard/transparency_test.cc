// Notes, checkpoints, receipts, tiles and witnesses: what an outsider can check, and what he must
// not be able to fake.
#include "guard/transparency.h"

#include <gtest/gtest.h>

#include "audit_store.h"
#include "base/ids.h"
#include "base/text.h"
#include "sql/db.h"
#include "sql/migrate.h"
#include "sql/testing.h"

namespace citybrain::guard {
std::vector<Migration> migrations();
namespace {

// A log of `n` entries with its keys.
struct Log {
  FixedClock clock{Timestamp{1'600'000'000'000'000}};
  SeededRandom random;
  std::unique_ptr<sql::Db> db;
  std::unique_ptr<AuditLog> log;
  std::unique_ptr<Transparency> vouch;

  Log(const std::string& url, std::uint64_t seed, int n = 0) : random(seed) {
    db = sql::Db::open(url).value();
    sql::migrate(*db, "guard", migrations()).value();
    log = std::make_unique<AuditLog>(*db, clock, random);
    log->open().value();
    vouch = std::make_unique<Transparency>(*db, *log, clock, random, "");
    vouch->open().value();
    grow(n);
  }
  void grow(int n) {
    for (int i = 0; i < n; ++i) {
      AuditEntry entry;
      entry.event = "guard.read";
      entry.purpose = "handling";
      entry.details = {{"rows", i}};
      ASSERT_TRUE(log->append(entry));
    }
  }
};

// The example of C2SP signed-note, made of another key than ours: what others sign is read.
TEST(Note, ReadsWhatOthersSigned) {
  const auto key =
      NoteKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ASSERT_TRUE(key) << key.error().message;
  const auto note = Note::parse(
      "If you think cryptography is the answer to your problem,\n"
      "then you don't know what your problem is.\n\n"
      "\xe2\x80\x94 PeterNeumann "
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
      "\n");
  ASSERT_TRUE(note) << note.error().message;
  const auto signers = verify_note(*note, std::span(&*key, 1));
  ASSERT_TRUE(signers) << signers.error().message;
  EXPECT_EQ(signers->at(0).key.name, "PeterNeumann");
}

TEST(Note, RefusesChangedTextAndStrangers) {
  const NoteSigner signer =
      NoteSigner::from_seed("a.example/log", std::string(32, 's'), NoteKey::Kind::log).value();
  const NoteSigner stranger =
      NoteSigner::from_seed("a.example/log", std::string(32, 't'), NoteKey::Kind::log).value();
  const std::string text = "a.example/log\n0\nAAAA\n";
  Note note = Note::parse(text + "\n" + signer.line(text)).value();
  EXPECT_TRUE(verify_note(note, std::span(&signer.key(), 1)));
  EXPECT_EQ(verify_note(note, std::span(&stranger.key(), 1)).error().code, Code::denied);
  note.text[0] = 'b';
  EXPECT_EQ(verify_note(note, std::span(&signer.key(), 1)).error().code, Code::denied);
  for (const std::string bad : {"", "text\n", "text\n\n", "text\n\nno dash\n", "te\rxt\n\n\n"}) {
    EXPECT_FALSE(Note::parse(bad)) << bad;
  }
  const std::string key = signer.key().text();
  EXPECT_EQ(NoteKey::parse(key)->text(), key);
  for (const std::string& bad : {std::string("x"), key.substr(1), key + "A", "a b" + key}) {
    EXPECT_FALSE(NoteKey::parse(bad)) << bad;
  }
}

TEST(Transparency, ReceiptVerifiesWithTheKeyAlone) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Log l(url, 1, 300);
    const NoteKey key = l.vouch->log_key();
    EXPECT_TRUE(l.vouch->publish({}).value());
    EXPECT_FALSE(l.vouch->publish({}).value()) << "nothing grew";
    l.grow(10);
    for (const std::uint64_t index : {0U, 255U, 299U, 300U, 309U}) {
      const Receipt receipt = l.vouch->receipt(index, true).value();
      const auto verified = verify_receipt(receipt.text(), std::span(&key, 1));
      ASSERT_TRUE(verified) << verified.error().message;
      EXPECT_EQ(verified->checkpoint.size, index < 300 ? 300U : 310U);
      EXPECT_EQ(verified->index, index);
      EXPECT_NE(verified->entry.find("\"index\":" + std::to_string(index) + ","),
                std::string::npos);
      const Hash leaf = leaf_hash(receipt.entry);
      const auto bare = l.vouch->receipt(index, false)->text();
      EXPECT_TRUE(verify_receipt(bare, std::span(&key, 1), &leaf));
      EXPECT_EQ(verify_receipt(bare, std::span(&key, 1)).error().code, Code::invalid);
    }
  }
}

TEST(Transparency, FakedReceiptsAreFound) {
  const auto stores = sql::test_stores();
  Log l(*stores.begin(), 1, 20);
  const NoteKey key = l.vouch->log_key();
  const Receipt honest = l.vouch->receipt(7, true).value();
  const auto refused = [&](const Receipt& receipt) {
    return !verify_receipt(receipt.text(), std::span(&key, 1));
  };
  ASSERT_FALSE(refused(honest));
  Receipt fake = honest;
  fake.entry[fake.entry.find("handling")] = 'b';
  EXPECT_TRUE(refused(fake)) << "another entry";
  fake = honest;
  fake.index = 8;
  EXPECT_TRUE(refused(fake)) << "another place";
  fake = honest;
  fake.path[0][0] ^= 1;
  EXPECT_TRUE(refused(fake)) << "another path";
  fake = honest;
  fake.checkpoint[fake.checkpoint.find("\n20\n") + 1] = '3';
  EXPECT_TRUE(refused(fake)) << "another size";
  const auto other_stores = sql::test_stores();
  Log other(*other_stores.begin(), 2, 20);
  EXPECT_TRUE(refused(other.vouch->receipt(7, true).value())) << "another log's key";
}

// A client that has tiles alone builds the root that the checkpoint names.
TEST(Transparency, TilesGiveTheRoot) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Log l(url, 1, 700);
    const AuditHead head = l.log->head().value();
    Frontier frontier;
    const auto take = [&](int height, const std::string& bytes) {
      for (std::size_t at = 0; at < bytes.size(); at += 32) {
        Hash hash{};
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 32, hash.begin());
        frontier.append_subtree(height, hash);
      }
    };
    take(8, l.vouch->tile(1, 0, 2).value());
    take(0, l.vouch->tile(0, 2, 700 - 512).value());
    EXPECT_EQ(frontier.root(), head.root);
    EXPECT_EQ(l.vouch->tile(0, 0, 256)->size(), 8192U);
    EXPECT_EQ(l.vouch->tile(0, 2, 189).error().code, Code::not_found);
    EXPECT_EQ(l.vouch->tile(1, 0, 3).error().code, Code::not_found);
    EXPECT_EQ(l.vouch->tile(1, UINT64_MAX, 1).error().code, Code::not_found);
    EXPECT_EQ(l.vouch->tile(0, 0, 0).error().code, Code::invalid);

    const std::string bundle = l.vouch->entries(2, 3).value();
    const std::string hashes = l.vouch->tile(0, 2, 3).value();
    std::size_t at = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(bundle[k]); };
      const std::size_t size = static_cast<std::size_t>(byte(at)) << 8 | byte(at + 1);
      const Hash leaf = leaf_hash(bundle.substr(at + 2, size));
      EXPECT_EQ(std::string(leaf.begin(), leaf.end()), hashes.substr(i * 32, 32));
      at += 2 + size;
    }
    EXPECT_EQ(at, bundle.size());
  }
}

// Two cities, one the witness of the other: the cosignature comes, and a set-back log gets none.
TEST(Transparency, WitnessCosignsGrowthAndNothingElse) {
  const auto stores = sql::test_stores();
  const auto other_stores = sql::test_stores();
  Log l(*stores.begin(), 1, 5);
  Log witness(*other_stores.begin(), 2);
  std::vector<int> statuses;
  const AskWitness ask = [&](const std::string& url,
                             const std::string& body) -> Result<WitnessAnswer> {
    EXPECT_EQ(url, "http://127.0.0.1:9/audit/add-checkpoint");
    CB_TRY(const auto cosigned, witness.vouch->add_checkpoint(body));
    statuses.push_back(cosigned.status);
    return WitnessAnswer{cosigned.status, cosigned.body};
  };
  ASSERT_TRUE(
      l.vouch->add_witness(witness.vouch->witness_key().text(), "http://127.0.0.1:9/audit/"));
  EXPECT_FALSE(l.vouch->add_witness(witness.vouch->log_key().text(), "http://127.0.0.1:9"));

  const std::vector<NoteKey> trusted = {l.vouch->log_key(), witness.vouch->witness_key()};
  const auto signers = [&] {
    return verify_note(Note::parse(l.vouch->checkpoint().value()).value(), trusted)->size();
  };
  EXPECT_TRUE(l.vouch->publish(ask).value());
  EXPECT_EQ(statuses, std::vector<int>{404}) << "the witness does not know the log";
  EXPECT_EQ(signers(), 1U);
  ASSERT_TRUE(witness.vouch->watch(l.vouch->log_key().text()));
  for (int round = 0; round < 3; ++round) {
    l.grow(7);
    statuses.clear();
    EXPECT_TRUE(l.vouch->publish(ask).value());
    EXPECT_EQ(statuses, std::vector<int>{200});
    EXPECT_EQ(signers(), 2U);
  }
  EXPECT_EQ(l.vouch->witnesses()->at(0).seen_size, 26U);
  EXPECT_EQ(l.vouch->witnesses()->at(0).problem, "");

  // The store is set back and goes on otherwise: the witness does not follow.
  const std::string note = l.vouch->sign_head().value();
  l.db->write([](sql::Tx& tx) { return tx.exec("UPDATE guard_witness SET seen_size = 5"); })
      .value();
  l.grow(1);
  statuses.clear();
  EXPECT_TRUE(l.vouch->publish(ask).value());
  EXPECT_EQ(statuses, (std::vector<int>{409, 200})) << "it says where it stands";
  const auto forked_stores = sql::test_stores();
  Log forked(*forked_stores.begin(), 1, 30);  // the same keys, another history
  ASSERT_EQ(forked.vouch->log_key().text(), l.vouch->log_key().text());
  ASSERT_TRUE(
      forked.vouch->add_witness(witness.vouch->witness_key().text(), "http://127.0.0.1:9/audit"));
  forked.grow(1);
  statuses.clear();
  EXPECT_TRUE(forked.vouch->publish(ask).value());
  EXPECT_EQ(statuses, (std::vector<int>{409, 422})) << "no proof leads there";
  EXPECT_NE(forked.vouch->witnesses()->at(0).problem, "");
}

TEST(Transparency, WitnessRefusesAsTheProtocolSays) {
  const auto stores = sql::test_stores();
  const auto other_stores = sql::test_stores();
  Log l(*stores.begin(), 1, 5);
  Log witness(*other_stores.begin(), 2);
  ASSERT_TRUE(witness.vouch->watch(l.vouch->log_key().text()));
  const auto status = [&](const std::string& body) {
    return witness.vouch->add_checkpoint(body)->status;
  };
  const std::string note = l.vouch->sign_head().value();
  EXPECT_EQ(status(""), 400);
  EXPECT_EQ(status("old 0\n" + note), 400) << "no empty line";
  EXPECT_EQ(status("old 00\n\n" + note), 400);
  EXPECT_EQ(status("old 6\n\n" + note), 400) << "older than the checkpoint";
  EXPECT_EQ(status("old 3\n\n" + note), 409);
  EXPECT_EQ(status("old 0\n" + to_base64(std::string(32, 'x')) + "\n\n" + note), 422);
  std::string forged = note;
  forged[forged.find("\n5\n") + 1] = '4';
  EXPECT_EQ(status("old 0\n\n" + forged), 403);
  EXPECT_EQ(status("old 0\n\n" + note), 200);
  EXPECT_EQ(status("old 0\n\n" + note), 409);
  EXPECT_EQ(status("old 5\n\n" + note), 200) << "again the same head";
}

}  // namespace
}  // namespace citybrain::guard
