// Captured sources under faults, on both kinds of server, while writes and DDL go on: the way cut,
// a full disk, the place in the log gone, wrong credentials, clocks that jump, shapes that break a
// check. What is asked in the end is always the same: row for row as at the source. (Processes that
// die: capture_kill_test.)
#include <sys/mount.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>

#include "capture_load.h"
#include "capture_proxy.h"

namespace citybrain::rail {
namespace {

template <class Fn>
void on_each_server(Fn fn) {
  {
    SCOPED_TRACE("postgres");
    fn(PostgresKv());
  }
  if (testing::Test::HasFatalFailure()) return;
  SCOPED_TRACE("mariadb");
  fn(MariadbKv());
}

TEST(CaptureFault, TheWayIsCutAndClocksJump) {
  on_each_server([](const KvServer& server) {
    const sql::TestStores stores;
    Proxy proxy(server.port());
    CaptureCity c(*stores.begin(), stores.dir());
    const std::string resource = c.connect("kv", server.at(proxy.port()), {server.table()}).at(0);
    KvLoad load(server, 100);
    for (int i = 0; i < 6; ++i) {
      c.wait([] { return false; }, 1);
      c.city.clock.advance_us(i % 2 == 0 ? 86'400'000'000LL * 365 : -86'400'000'000LL * 365 * 2);
      proxy.cut();
    }
    proxy.close_way(true);
    EXPECT_TRUE(c.wait_state("kv", "waiting", 10));
    EXPECT_GE(c.captures->find("kv")->lag_seconds, 0);
    proxy.close_way(false);
    c.wait([] { return false; }, 1);
    load.stop();
    EXPECT_GE(proxy.cuts(), 7);
    EXPECT_GT(load.ddl(), 0);
    expect_equal(c, server, "kv", resource);
    ASSERT_TRUE(c.captures->remove("kv", false).has_value());
  });
}

// The account is locked and its connections end; later it has another password.
void lock_account(const KvServer& server) {
  server.run(server.is_postgres()
                 ? "ALTER ROLE feed NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                   " WHERE usename = 'feed'"
                 : "ALTER USER feed@'127.0.0.1' ACCOUNT LOCK; KILL USER feed@'127.0.0.1'");
}
void open_account(const KvServer& server) {
  server.run(server.is_postgres()
                 ? "ALTER ROLE feed LOGIN PASSWORD 'second'"
                 : "ALTER USER feed@'127.0.0.1' IDENTIFIED BY 'second' ACCOUNT UNLOCK");
}

TEST(CaptureFault, WrongCredentialsWaitForAPerson) {
  on_each_server([](const KvServer& server) {
    const sql::TestStores stores;
    server.run(server.is_postgres() ? "CREATE ROLE feed LOGIN SUPERUSER PASSWORD 'first'"
                                    : "CREATE USER feed@'127.0.0.1' IDENTIFIED BY 'first';"
                                      "GRANT ALL ON *.* TO feed@'127.0.0.1'");
    CaptureCity c(*stores.begin(), stores.dir());
    Connection at = server.at();
    const std::size_t user = at.address.find("user=citybrain");
    at.address.replace(user, std::string("user=citybrain").size(), "user=feed");
    at.password = "first";
    const std::string resource = c.connect("kv", at, {server.table()}).at(0);
    expect_equal(c, server, "kv", resource);
    lock_account(server);
    ASSERT_TRUE(c.wait_state("kv", "failed")) << c.captures->find("kv")->reason;
    EXPECT_EQ(c.captures->find("kv")->reason.find("first"), std::string::npos);
    open_account(server);
    server.run("UPDATE kv SET n = 5 WHERE id < 10");
    // Any server lets PostgreSQL's test account in; MariaDB refuses what it had before.
    if (!server.is_postgres()) {
      ASSERT_TRUE(c.captures->resume("kv", false, "").has_value());
      ASSERT_TRUE(c.wait_state("kv", "failed"));
      EXPECT_NE(c.captures->find("kv")->reason.find("password"), std::string::npos);
    }
    ASSERT_TRUE(c.captures->resume("kv", false, "second").has_value());
    expect_equal(c, server, "kv", resource);
    ASSERT_TRUE(c.captures->remove("kv", false).has_value());
  });
}

// While nobody reads, the server forgets where the source was: the slot is dropped, the binlog
// purged.
void lose_place(const KvServer& server) {
  if (server.is_postgres()) {
    server.run("SELECT pg_sleep(0.3); SELECT pg_drop_replication_slot('citybrain_kv')");
  } else {
    server.run(
        "INSERT INTO kv (id) VALUES (5001); FLUSH BINARY LOGS; INSERT INTO kv (id) VALUES"
        " (5002); FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY");
  }
}

TEST(CaptureFault, ALostPlaceInTheLogWaitsForAPerson) {
  on_each_server([](const KvServer& server) {
    const sql::TestStores stores;
    CaptureCity c(*stores.begin(), stores.dir());
    const std::string resource = c.connect("kv", server.at(), {server.table()}).at(0);
    expect_equal(c, server, "kv", resource);
    ASSERT_TRUE(c.captures->pause("kv", "").has_value());
    const auto before = c.rows(resource);
    lose_place(server);
    server.run("DELETE FROM kv WHERE id < 100; UPDATE kv SET n = 6 WHERE id = 200");
    ASSERT_TRUE(c.captures->resume("kv", false, "").has_value());
    ASSERT_TRUE(c.wait_state("kv", "failed"));
    const std::string reason = c.captures->find("kv")->reason;
    EXPECT_TRUE(reason.find("resync") != std::string::npos ||
                reason.find("new snapshot") != std::string::npos)
        << reason;
    EXPECT_EQ(c.rows(resource), before);  // nothing half
    ASSERT_TRUE(c.captures->resync("kv").has_value());
    expect_equal(c, server, "kv", resource);
    ASSERT_TRUE(c.captures->remove("kv", false).has_value());
  });
}

// A required item loses its NOT NULL over there, and rows come without it: they are set aside with
// the reason, a steward finds them by key, and they come back once they are right.
TEST(CaptureFault, AChangeOfShapeThatBreaksACheckSetsRowsAside) {
  on_each_server([](const KvServer& server) {
    const sql::TestStores stores;
    CaptureCity c(*stores.begin(), stores.dir());
    server.run(server.is_postgres() ? "UPDATE kv SET n = 0; ALTER TABLE kv ALTER n SET NOT NULL"
                                    : "UPDATE kv SET n = 0; ALTER TABLE kv MODIFY n INT NOT NULL");
    const std::string resource = c.connect("kv", server.at(), {server.table()}).at(0);
    expect_equal(c, server, "kv", resource);
    server.run(server.is_postgres() ? "ALTER TABLE kv ALTER n DROP NOT NULL"
                                    : "ALTER TABLE kv MODIFY n INT NULL");
    server.run("UPDATE kv SET n = NULL WHERE id BETWEEN 10 AND 19");
    ASSERT_TRUE(c.wait([&] { return c.rows(resource).size() == 2'990; }));
    const auto where = c.captures->whereabouts(resource, {"12"});
    ASSERT_TRUE(where.has_value()) << where.error().message;
    EXPECT_FALSE(where->at("in_lake").as_bool());
    EXPECT_TRUE(where->at("in_quarantine").as_bool());
    EXPECT_TRUE(where->at("in_source").as_bool());
    const auto told = c.captures->reconcile(resource);
    ASSERT_TRUE(told.has_value()) << told.error().message;
    EXPECT_TRUE(told->at("equal").as_bool()) << json::serialize(*told);
    EXPECT_EQ(told->at("rows_quarantined").as_int64(), 10);
    server.run("UPDATE kv SET n = 1 WHERE n IS NULL");
    expect_equal(c, server, "kv", resource);
    EXPECT_FALSE(c.captures->whereabouts(resource, {"12"})->at("in_quarantine").as_bool());
    // A column goes: the source stands before the first row without it, until a person agrees.
    server.run("ALTER TABLE kv DROP COLUMN v; UPDATE kv SET n = 2 WHERE id = 1");
    ASSERT_TRUE(c.wait_state("kv", "paused"));
    EXPECT_NE(c.captures->find("kv")->reason.find("column 'v' is gone"), std::string::npos);
    ASSERT_TRUE(c.captures->remove("kv", false).has_value());
  });
}

// Room on a disk that something else takes: a small file system where one may mount (root), or a
// limit on the size of this process's files.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& dir) : dir_(dir) {
    std::filesystem::create_directories(dir);
    mounted_ = ::mount("tmpfs", dir.c_str(), "tmpfs", 0, "size=48m") == 0;
    std::fprintf(stderr, "full disk by %s\n", mounted_ ? "a small file system" : "RLIMIT_FSIZE");
  }
  ~SmallDisk() {
    free();
    if (mounted_) ::umount(dir_.c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  void fill() {
    if (!mounted_) {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{1 << 16, RLIM_INFINITY};
      CB_CHECK(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
      return;
    }
    std::FILE* file = std::fopen((dir_ + "/filler").c_str(), "w");
    const std::string block(1 << 16, 'x');
    while (std::fwrite(block.data(), 1, block.size(), file) == block.size() &&
           std::fflush(file) == 0) {
    }
    std::fclose(file);
  }
  void free() {
    const rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
    if (!mounted_) ::setrlimit(RLIMIT_FSIZE, &limit);
    std::error_code ignored;
    std::filesystem::remove(dir_ + "/filler", ignored);
  }

 private:
  const std::string dir_;
  bool mounted_ = false;
};

TEST(CaptureFault, AFullDiskIsWaitedOut) {
  on_each_server([](const KvServer& server) {
    const sql::TestStores stores;
    const std::string dir = stores.dir() + "/small";
    SmallDisk disk(dir);
    CaptureCity c("sqlite:" + dir + "/city.db", dir);
    const std::string resource = c.connect("kv", server.at(), {server.table()}).at(0);
    expect_equal(c, server, "kv", resource);
    const auto before = c.rows(resource);
    disk.fill();
    server.run("UPDATE kv SET v = repeat('w', 2000), n = id");
    EXPECT_TRUE(c.wait([&] { return c.state("kv") == "waiting"; }, 10));
    c.wait([] { return false; }, 2);
    EXPECT_EQ(c.rows(resource), before);  // whole or not at all
    disk.free();
    expect_equal(c, server, "kv", resource);
    EXPECT_TRUE(c.captures->remove("kv", false).has_value());
  });
}

}  // namespace
}  // namespace citybrain::rail
