// What the kill and fault tests of captured sources share: one table `kv` on a server of either
// kind, and writes with DDL in between that go on while anything dies. Only tests name this file.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "capture_mariadb_testing.h"
#include "capture_testing.h"

namespace citybrain::rail {

// A server of the test's own with a filled table kv (id, v, n). Threads may share what is const.
class KvServer {
 public:
  virtual ~KvServer() = default;
  virtual void start() = 0;
  virtual void kill() = 0;  // as if the power went
  virtual void run(const std::string& sql) const = 0;
  virtual std::vector<std::string> rows() const = 0;        // as CaptureCity::rows gives them
  virtual Connection at(std::uint16_t port = 0) const = 0;  // 0 = its own port
  virtual std::uint16_t port() const = 0;
  virtual std::string table() const = 0;
  // A client that runs what it reads on stdin, and ends when the server does.
  virtual std::string client() const = 0;
  virtual bool is_postgres() const = 0;
};

class PostgresKv final : public KvServer {
 public:
  PostgresKv() : server_(CB_SOURCE_DIR) {
    server_.run(
        "CREATE TABLE kv (id int PRIMARY KEY, v text, n int); ALTER TABLE kv ALTER v SET STORAGE"
        " EXTERNAL; INSERT INTO kv SELECT i, repeat('v', 20), 0 FROM generate_series(1, 3000) i");
  }
  void start() override { server_.start(); }
  void kill() override { server_.kill(); }
  void run(const std::string& sql) const override { server_.run(sql); }
  std::vector<std::string> rows() const override {
    return foreign_rows(
        server_, "kv",
        server_.ask("SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE"
                    " attrelid = 'kv'::regclass AND attnum > 0 AND NOT attisdropped")[0]);
  }
  Connection at(std::uint16_t port) const override { return postgres_at(server_.address(port)); }
  std::uint16_t port() const override { return server_.port(); }
  std::string table() const override { return "public.kv"; }
  std::string client() const override { return "psql -X -q '" + server_.address() + "'"; }
  bool is_postgres() const override { return true; }
  const capture::ForeignServer& server() const { return server_; }

 private:
  capture::ForeignServer server_;
};

class MariadbKv final : public KvServer {
 public:
  MariadbKv() : server_(CB_SOURCE_DIR) {
    server_.run(
        "CREATE TABLE kv (id INT PRIMARY KEY, v TEXT, n INT); INSERT INTO kv SELECT seq, "
        "REPEAT('值', 20), 0 FROM seq_1_to_3000");
  }
  void start() override { server_.start(); }
  void kill() override { server_.kill(); }
  void run(const std::string& sql) const override { server_.run(sql); }
  std::vector<std::string> rows() const override { return server_.rows("kv"); }
  Connection at(std::uint16_t port) const override {
    Connection at = server_.at();
    if (port > 0) {
      at.address = "host=127.0.0.1 port=" + std::to_string(port) + " user=citybrain dbname=city";
    }
    return at;
  }
  std::uint16_t port() const override {
    return static_cast<std::uint16_t>(std::stoi(server_.port()));
  }
  std::string table() const override { return "city.kv"; }
  std::string client() const override { return server_.command(); }
  bool is_postgres() const override { return false; }

 private:
  Mariadb server_;
};

// Writes that go on until this object goes: inserts, large values, moved keys, deletes,
// transactions that are rolled back; and every `ddl_every` transactions the table changes.
class KvLoad {
 public:
  explicit KvLoad(const KvServer& server, int ddl_every = 250)
      : server_(server), ddl_every_(ddl_every) {
    std::signal(SIGPIPE, SIG_IGN);  // a client may go while it is written to
    thread_ = std::thread([this] { run(); });
  }
  ~KvLoad() { stop(); }
  KvLoad(const KvLoad&) = delete;
  KvLoad& operator=(const KvLoad&) = delete;

  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int transactions() const { return transactions_; }  // sent
  int ddl() const { return ddl_; }

 private:
  static constexpr int statements = 10;  // a transaction
  static constexpr int columns_max = 30;

  std::string id() { return std::to_string(dice_() % 4000); }

  std::string statement() {
    const bool postgres = server_.is_postgres();
    switch (dice_() % 6) {
      case 0:
        return std::string(postgres ? "INSERT" : "INSERT IGNORE") + " INTO kv (id, v, n) VALUES (" +
               id() + ", repeat('a', " + std::to_string(dice_() % 4000) + "), 1)" +
               (postgres ? " ON CONFLICT DO NOTHING;" : ";");
      case 1: return "DELETE FROM kv WHERE id = " + id() + ";";
      case 2:
        return postgres ? "UPDATE kv SET id = -id WHERE id = " + id() +
                              " AND NOT EXISTS (SELECT 1 FROM kv k WHERE k.id = -kv.id);"
                        : "UPDATE IGNORE kv SET id = -id WHERE id = " + id() + ";";
      case 3: return "UPDATE kv SET v = repeat('b', 3000) WHERE id = " + id() + ";";
      default: return "UPDATE kv SET n = n + 1 WHERE id = " + id() + ";";
    }
  }

  std::string change_of_shape() {
    const std::string name = "c" + std::to_string(columns_);
    switch (ddl_ % 6) {
      case 0:
      case 3:
        if (++columns_ > columns_max) return "";
        return "ALTER TABLE kv ADD COLUMN IF NOT EXISTS " + name + " VARCHAR(9)" +
               (columns_ % 2 == 0 ? " DEFAULT 'old'" : "") + ";UPDATE kv SET " + name +
               " = 'set' WHERE id % 5 = 0;";
      case 1:
        return server_.is_postgres() ? "ALTER TABLE kv ALTER n TYPE bigint;"
                                     : "ALTER TABLE kv MODIFY n BIGINT;";
      case 2: return "CREATE INDEX IF NOT EXISTS kv_n ON kv (n);";
      case 4: return server_.is_postgres() ? "DROP INDEX kv_n;" : "DROP INDEX kv_n ON kv;";
      default:
        return "TRUNCATE TABLE kv; INSERT INTO kv (id, v, n) VALUES (1, 'a', 1), (2, 'b', 2);"
               "DROP TABLE IF EXISTS other; CREATE TABLE other (id int);"
               "INSERT INTO other VALUES (1);";
    }
  }

  void run() {
    std::FILE* client = nullptr;
    const std::string command = server_.client() + " >/dev/null 2>&1";
    while (!stop_) {
      if (client == nullptr) client = ::popen(command.c_str(), "w");
      std::string sql = "BEGIN;";
      for (int i = 0; i < statements; ++i) sql += statement();
      sql += dice_() % 10 == 0 ? "ROLLBACK;\n" : "COMMIT;\n";
      if ((transactions_ + 1) % ddl_every_ == 0) {
        sql += change_of_shape() + "\n";
        ++ddl_;
      }
      if (std::fputs(sql.c_str(), client) >= 0 && std::fflush(client) == 0) {
        ++transactions_;
        std::this_thread::sleep_for(std::chrono::milliseconds(4));
      } else {
        ::pclose(client);
        client = nullptr;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    }
    if (client != nullptr) ::pclose(client);  // when all that was sent is done
  }

  const KvServer& server_;
  const int ddl_every_;
  std::mt19937 dice_{2020};
  int columns_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<int> transactions_{0};
  std::atomic<int> ddl_{0};
  std::thread thread_;
};

// The first rows that stand on one side alone, without what is long in them.
inline void tell_difference(const std::vector<std::string>& ours,
                            const std::vector<std::string>& theirs) {
  const auto tell = [](const char* side, const std::vector<std::string>& a,
                       const std::vector<std::string>& b) {
    std::vector<std::string> only;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only));
    for (std::size_t i = 0; i < only.size() && i < 5; ++i) {
      const std::string& row = only[i];
      ADD_FAILURE() << side << " alone (" << only.size() << "): "
                    << (row.size() < 200 ? row
                                         : row.substr(0, 40) + "…" + row.substr(row.size() - 150));
    }
  };
  tell("here", ours, theirs);
  tell("there", theirs, ours);
}

// Row for row, by the comparison's own judgement, and in columns. The load stands still meanwhile.
inline void expect_equal(CaptureCity& c, const KvServer& server, const std::string& source,
                         const std::string& resource) {
  const bool equal = c.wait([&] { return c.rows(resource) == server.rows(); }, 60);
  const auto found = c.captures->find(source);
  if (!equal) {
    tell_difference(c.rows(resource), server.rows());
    const auto aside = c.city.db->read([](sql::Session& session) {
      return session.query("SELECT key, substr(body, 1, 90) FROM rail_capture_aside");
    });
    for (const sql::Row& row : *aside) ADD_FAILURE() << "aside: " << row.text(0) << row.text(1);
  }
  ASSERT_TRUE(equal) << found->state << " " << found->reason << ": " << c.rows(resource).size()
                     << " rows here, " << server.rows().size() << " there";
  ASSERT_TRUE(c.wait_state(source, "streaming")) << c.captures->find(source)->reason;
  // A row replayed in an earlier shape stands in it until it is mended, and a comparison that falls
  // between the two tells of it.
  json::object told;
  const bool agreed = c.wait(
      [&] {
        auto one = c.captures->reconcile(resource);
        if (one) told = std::move(*one);
        return one.has_value() && told.at("equal").as_bool();
      },
      10);
  EXPECT_TRUE(agreed) << json::serialize(told);
  EXPECT_EQ(c.city.rows(resource), static_cast<std::int64_t>(c.rows(resource).size()));
}

}  // namespace citybrain::rail
