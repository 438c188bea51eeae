// The audit log on both stores: proofs, tampering found, the crash window, forgetting.
#include "guard/audit.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "audit_store.h"
#include "sql/db.h"
#include "sql/migrate.h"
#include "sql/testing.h"

namespace citybrain::guard {
std::vector<Migration> migrations();
namespace {

AuditEntry entry(int n) {
  AuditEntry e;
  e.event = "guard.read";
  e.actor = "acc" + std::to_string(n % 3);
  e.purpose = "handling";
  e.object = "resource:r" + std::to_string(n % 5);
  e.details = {{"rows", n}, {"columns", json::array{"a", "b"}}};
  return e;
}

// A log of `n` entries in a fresh store.
struct Fixture {
  FixedClock clock{Timestamp{1'600'000'000'000'000}};
  SeededRandom random{7};
  std::unique_ptr<sql::Db> db;
  std::unique_ptr<AuditLog> log;

  explicit Fixture(const std::string& url, int n = 0) {
    db = sql::Db::open(url).value();
    sql::migrate(*db, "guard", migrations()).value();
    reopen();
    for (int i = 0; i < n; ++i) EXPECT_EQ(log->append(entry(i)).value(), static_cast<unsigned>(i));
  }
  void reopen() {
    log = std::make_unique<AuditLog>(*db, clock, random);
    log->open().value();
  }
  void tamper(const std::string& sql) {
    db->write([&](sql::Tx& tx) { return tx.exec(sql); }).value();
  }
};

TEST(AuditLog, ProvesEveryEntryAndEveryGrowth) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Fixture f(url);
    std::vector<AuditHead> heads{f.log->head().value()};
    EXPECT_EQ(heads[0].root, empty_root());
    for (int i = 0; i < 600; ++i) {
      ASSERT_EQ(f.log->append(entry(i)).value(), static_cast<unsigned>(i));
      heads.push_back(f.log->head().value());
      if (i % 97 == 0) f.reopen();
    }
    for (const std::uint64_t index : {0U, 1U, 255U, 256U, 511U, 512U, 599U}) {
      const auto proof = f.log->inclusion(index);
      ASSERT_TRUE(proof) << proof.error().message;
      EXPECT_EQ(proof->root, heads[600].root);
      EXPECT_EQ(leaf_hash(proof->entry), proof->leaf);
      EXPECT_TRUE(verify_inclusion(proof->leaf, index, 600, proof->path, proof->root));
    }
    for (const std::uint64_t size : {1U, 2U, 255U, 256U, 257U, 512U, 599U, 600U}) {
      const auto proof = f.log->consistency(size);
      ASSERT_TRUE(proof) << proof.error().message;
      EXPECT_EQ(proof->root1, heads[size].root);
      EXPECT_TRUE(verify_consistency(size, 600, proof->root1, heads[600].root, proof->path));
    }
    EXPECT_EQ(f.log->inclusion(600).error().code, Code::not_found);
    EXPECT_EQ(f.log->inclusion(1, 601).error().code, Code::invalid);
    EXPECT_EQ(f.log->verify_all(heads[300])->size, 600U);

    const auto page = f.log->page(2, 200).value();
    EXPECT_EQ(page.total, 600U);
    EXPECT_EQ(page.records.front().index, 399U);
    EXPECT_EQ(page.records.back().index, 200U);
    EXPECT_EQ(page.records.front().details.at("rows").as_int64(), 399);
    EXPECT_EQ(f.log->page(4, 200)->records.size(), 0U);
    EXPECT_EQ(f.log->page(0, 200).error().code, Code::invalid);
  }
}

TEST(AuditLog, FindsTampering) {
  struct Case {
    const char* sql;
    const char* says;
  };
  const Case cases[] = {
      {"UPDATE guard_audit SET purpose = 'audit' WHERE entry = 17", "entry 17 is not what"},
      {"UPDATE guard_audit SET at = at - 1 WHERE entry = 299", "entry 299 is not what"},
      {"UPDATE guard_audit SET details = '{}' WHERE entry = 5", "entry 5 is not what"},
      {"DELETE FROM guard_audit WHERE entry = 100", "entry 100 is gone"},
      {"DELETE FROM guard_audit WHERE entry = 299", "do not give the head"},
      {"UPDATE guard_audit SET leaf = (SELECT leaf FROM guard_audit WHERE entry = 3) "
       "WHERE entry = 4",
       "entry 4 is not what"},
      {"UPDATE guard_audit_node SET hash = (SELECT leaf FROM guard_audit WHERE entry = 3)",
       "node 0 of height 4"},
      {"DELETE FROM guard_audit_node", "node 0 of height 4"},
      {"UPDATE guard_audit_head SET size = 299", "do not give the head"},
  };
  for (const Case& c : cases) {
    const auto stores = sql::test_stores();
    for (const auto& url : stores) {
      Fixture f(url, 300);
      ASSERT_TRUE(f.log->verify_all());
      f.tamper(c.sql);
      const auto verified = f.log->verify_all();
      ASSERT_FALSE(verified) << c.sql;
      EXPECT_EQ(verified.error().code, Code::corrupt);
      EXPECT_NE(verified.error().message.find(c.says), std::string::npos)
          << verified.error().message;
    }
  }
}

// Somebody who rewrites all of the store consistently is found by whoever kept a head.
TEST(AuditLog, FindsTruncationAndForkByAHeadThatWasKept) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    AuditHead kept;
    {
      Fixture f(url, 40);
      kept = f.log->head().value();
      f.tamper("DELETE FROM guard_audit WHERE entry >= 20");
      f.tamper("DELETE FROM guard_audit_node WHERE number >= 1");  // its last leaf is past 20
      Frontier frontier;
      f.db->read([&](sql::Session& s) -> Result<void> {
            CB_TRY(const auto rows, rows_between(s, 0, 20));
            for (const AuditRow& row : rows) frontier.append(row.leaf);
            return ok();
          })
          .value();
      f.db->write([&](sql::Tx& tx) {
            return write_head(tx, {frontier.size(), frontier.root(), kept.at});
          })
          .value();
      f.reopen();
      EXPECT_TRUE(f.log->verify_all()) << "the shorter log is consistent in itself";
      EXPECT_NE(f.log->verify_all(kept).error().message.find("cut off"), std::string::npos);
      for (int i = 20; i < 50; ++i) ASSERT_TRUE(f.log->append(entry(i + 1000)));
      EXPECT_TRUE(f.log->verify_all());
      EXPECT_NE(f.log->verify_all(kept).error().message.find("forked"), std::string::npos);
    }
  }
}

TEST(AuditLog, RefusesToOpenOnNodesThatDoNotGiveTheHead) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Fixture f(url, 10);
    f.tamper(
        "UPDATE guard_audit SET leaf = (SELECT leaf FROM guard_audit WHERE entry = 1) "
        "WHERE entry = 2");
    AuditLog again(*f.db, f.clock, f.random);
    EXPECT_EQ(again.open().error().code, Code::corrupt);
  }
}

TEST(AuditLog, ThreadsShareCommitsAndEachGetsItsOwnIndex) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Fixture f(url);
    std::vector<std::vector<std::uint64_t>> got(8);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < got.size(); ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) got[t].push_back(f.log->append(entry(i)).value());
      });
    }
    for (auto& thread : threads) thread.join();
    std::set<std::uint64_t> all;
    for (const auto& one : got) all.insert(one.begin(), one.end());
    EXPECT_EQ(all.size(), 400U);
    EXPECT_EQ(*all.rbegin(), 399U);
    EXPECT_EQ(f.log->verify_all()->size, 400U);
  }
}

TEST(AuditLog, ASecondWriterIsRefused) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Fixture f(url, 3);
    AuditLog second(*f.db, f.clock, f.random);
    second.open().value();
    ASSERT_TRUE(second.append(entry(9)));
    EXPECT_EQ(f.log->append(entry(9)).error().code, Code::conflict);
    EXPECT_EQ(second.verify_all()->size, 4U);
  }
}

TEST(AuditLog, HoldsNoPersonalValueAndForgetsASubject) {
  const std::string person = "11010519491231002X";
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Fixture f(url, 2);
    AuditEntry about = entry(2);
    about.subjects = {person, "91330200QY00000036"};
    const std::uint64_t index = f.log->append(about).value();
    ASSERT_TRUE(f.log->append(entry(3)));
    for (const char* table : {"guard_audit", "guard_audit_subject"}) {
      f.db->read([&](sql::Session& s) {
            return s.each(std::string("SELECT * FROM ") + table, {}, [&](const sql::Row& row) {
              for (std::size_t c = 0; c < row.size(); ++c) {
                sql::Row copy = row;
                if (const auto* text = std::get_if<std::string>(&copy.values()[c])) {
                  EXPECT_EQ(text->find(person), std::string::npos);
                }
              }
              return ok();
            });
          })
          .value();
    }
    EXPECT_EQ(f.log->at(index)->details.at("subjects").as_array().size(), 2U);
    const auto before = f.log->of_subject(person, 1, 10).value();
    ASSERT_EQ(before.records.size(), 1U);
    EXPECT_EQ(before.records[0].index, index);
    EXPECT_EQ(f.log->forget_subject(person).value(), 1);
    EXPECT_EQ(f.log->of_subject(person, 1, 10)->total, 0U);
    EXPECT_EQ(f.log->of_subject("91330200QY00000036", 1, 10)->total, 1U);
    EXPECT_EQ(f.log->verify_all()->size, 4U) << "the tree stands";
  }
}

TEST(AuditLog, RefusesWhatIsNoEntry) {
  const auto stores = sql::test_stores();
  Fixture f(*stores.begin());
  AuditEntry bad = entry(1);
  bad.event = "";
  EXPECT_EQ(f.log->append(bad).error().code, Code::invalid);
  bad = entry(1);
  bad.object = "\xff";
  EXPECT_EQ(f.log->append(bad).error().code, Code::invalid);
  bad = entry(1);
  bad.subjects.assign(AuditLog::subjects_max + 1, "x");
  EXPECT_EQ(f.log->append(bad).error().code, Code::exhausted);
  EXPECT_EQ(f.log->head()->size, 0U);
}

// Killed after the commit and before the acknowledgement: the entry is there, whole.
TEST(AuditLog, KilledInTheWindowLosesNothing) {
  const char* child = std::getenv("GUARD_CRASH_CHILD");
  if (child != nullptr) {
    Fixture f(child);
    for (int i = 0; i < 10; ++i) (void)f.log->append(entry(i));
    _exit(3);  // the window was not reached
  }
  for (int n = 1; n <= 5; ++n) {
    const auto stores = sql::test_stores();
    for (const auto& url : stores) {
      const std::string window = "guard.after_append:" + std::to_string(n);
      const pid_t pid = fork();
      ASSERT_GE(pid, 0);
      if (pid == 0) {
        setenv("GUARD_CRASH_CHILD", url.c_str(), 1);
        setenv("CITYBRAIN_CRASH", window.c_str(), 1);
        execl("/proc/self/exe", "guard_test",
              "--gtest_filter=AuditLog.KilledInTheWindowLosesNothing", nullptr);
        _exit(4);
      }
      int status = 0;
      ASSERT_EQ(waitpid(pid, &status, 0), pid);
      ASSERT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
      EXPECT_EQ(WTERMSIG(status), SIGKILL);
      Fixture f(url);
      EXPECT_EQ(f.log->head()->size, static_cast<unsigned>(n));
      EXPECT_EQ(f.log->verify_all()->size, static_cast<unsigned>(n));
      EXPECT_EQ(f.log->append(entry(n)).value(), static_cast<unsigned>(n));
      EXPECT_TRUE(f.log->verify_all());
    }
  }
}

}  // namespace
}  // namespace citybrain::guard
