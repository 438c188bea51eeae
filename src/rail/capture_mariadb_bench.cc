// bench capture_mariadb: row changes of a MariaDB landed as rows (checked, with change log and
// position, durable), beside mysqlbinlog, which reads the same binlog from the same server to
// /dev/null. Then how long a commit over there takes until its row is there by key, and in columns.
// usage: capture_mariadb_bench [CHANGES] [TURNS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "capture_mariadb_testing.h"
#include "rail/captures.h"
#include "testing.h"

namespace {

using namespace citybrain;
using Steady = std::chrono::steady_clock;

double ms_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

double percentile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "capture_mariadb_bench: %s\n", why.c_str());
  std::exit(1);
}

// Half of them inserts, then updates of most of these rows and deletes of the rest, in transactions
// of a thousand rows.
void write_changes(const rail::Mariadb& server, std::int64_t changes) {
  const std::int64_t inserts = changes / 2;
  server.run(
      "DELIMITER //\nCREATE OR REPLACE PROCEDURE fill() BEGIN DECLARE i BIGINT DEFAULT 1; WHILE i "
      "<= " +
      std::to_string(inserts) +
      " DO INSERT INTO t SELECT i + seq, CONCAT('name ', i + seq), (i + seq) * 1.25, "
      "TIMESTAMP '2020-06-01 08:00:00' + INTERVAL seq SECOND, seq % 97, CONCAT('note of row ', i + "
      "seq) FROM seq_0_to_999; SET i = i + 1000; END WHILE; SET i = 1; WHILE i <= " +
      std::to_string(inserts) +
      " DO START TRANSACTION; UPDATE t SET amount = amount + 1, n = n + 1 WHERE id BETWEEN i AND i "
      "+ "
      "799; DELETE FROM t WHERE id BETWEEN i + 800 AND i + 999; COMMIT; SET i = i + 1000; END "
      "WHILE; END//\nDELIMITER ;\nCALL fill();");
}

// Reads the binlog from a file's beginning to its end now.
double receive_s(const rail::Mariadb& server, const std::string& file) {
  const std::string command =
      "mysqlbinlog --no-defaults --read-from-remote-server --host=127.0.0.1 "
      "--port=" +
      server.port() + " --user=citybrain --password=citybrain --to-last-log " + file +
      " >/dev/null 2>&1";
  const auto begin = Steady::now();
  if (std::system(command.c_str()) != 0) stop("mysqlbinlog failed");
  return ms_since(begin) / 1000;
}

// The tree that the build folder lies in.
std::string source_dir() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path().string();
}

struct Bench {
  explicit Bench(const std::string& dir)
      : server(source_dir()), city("sqlite:" + dir + "/city.db", dir) {
    server.run(
        "CREATE TABLE t (id BIGINT PRIMARY KEY, name VARCHAR(60), amount DECIMAL(12,2), at "
        "TIMESTAMP NULL, n INT, note TEXT)");
    rail::CaptureOptions options;
    options.dir = dir;
    captures = std::move(*rail::Captures::open(*city.rail, options));
    const rail::Connection at = server.at();
    const auto proposed = captures->propose(at, {"city.t"}, "dsj", "");
    if (!proposed) stop(proposed.error().message);
    const json::object& one = proposed->at(0).as_object();
    rail::TableChoice choice{"city.t", std::string(one.at("entry").at("code").as_string()), {}};
    for (const auto& column : one.at("columns").as_object()) {
      choice.columns[column.key()] = column.value().as_string();
    }
    resource = choice.resource;
    const auto entered = captures->enter(at, "city.t", one.at("entry").as_object(), choice.columns,
                                         "dsj", "", "bench");
    if (!entered) stop(entered.error().message);
    const auto added = captures->add("bench", at, "dsj", "", {choice}, "bench");
    if (!added) stop(added.error().message);
    run_until([&] { return captures->find("bench")->state == "streaming"; });
  }

  template <class Fn>
  void run_until(Fn done) {
    for (int i = 0; !done(); ++i) {
      if (i % 100 == 0 && !captures->supervise({})) stop("the registry does not answer");
      if (captures->find("bench")->state == "failed") stop(captures->find("bench")->reason);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  rail::Mariadb server;
  rail::City city;
  std::unique_ptr<rail::Captures> captures;
  std::string resource;
};

// Changes a second of both, over the same changes; ours first in every other turn.
void throughput(Bench& b, std::int64_t changes, int turns) {
  std::vector<double> ours, theirs;
  for (int turn = 0; turn < turns; ++turn) {
    if (!b.captures->pause("bench", "")) stop("cannot pause");
    b.server.run("TRUNCATE TABLE t; FLUSH BINARY LOGS");
    const std::string file = b.server.ask("SHOW MASTER STATUS")[0];
    const std::string end = file.substr(0, file.find('\t'));
    write_changes(b.server, changes);
    const std::string gtid = "gtid=" + b.server.ask("SELECT @@gtid_binlog_pos")[0] + " ";
    const std::string rows = b.server.ask("SELECT count(*) FROM t")[0];
    const auto land = [&] {
      const auto before = b.captures->find("bench")->tables[0];
      if (!b.captures->resume("bench", false, "")) stop("cannot resume");
      const auto begin = Steady::now();
      b.run_until([&] { return b.captures->find("bench")->position.starts_with(gtid); });
      ours.push_back(static_cast<double>(changes) / (ms_since(begin) / 1000));
      const auto after = b.captures->find("bench")->tables[0];
      std::printf("turn %d: %ld upserts, %ld removes landed\n", turn + 1,
                  after.upserts - before.upserts, after.removes - before.removes);
    };
    if (turn % 2 == 0) land();
    theirs.push_back(static_cast<double>(changes) / receive_s(b.server, end));
    if (turn % 2 != 0) land();
    const auto kept = b.city.lake->look([&](lake::RowsView& view) -> Result<void> {
      CB_TRY(const Batch all, view.get_prefix(b.resource, {}, changes));
      if (std::to_string(all.rows) != rows) stop(std::to_string(all.rows) + " rows, not " + rows);
      return ok();
    });
    if (!kept) stop(kept.error().message);
    std::printf("turn %d: ours %.0f, mysqlbinlog %.0f changes/s\n", turn + 1, ours.back(),
                theirs.back());
  }
  const double mine = percentile(ours, 0.5);
  const double other = percentile(theirs, 0.5);
  std::printf("bench capture_mariadb ours=%.0f other=%.0f ratio=%.2f unit=changes/s\n", mine, other,
              mine / other);
}

// From the commit's answer over there to the row here, one transaction after another.
void latency(Bench& b, int commits) {
  std::jthread feeding([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {  // as the job lake.feed does
      const auto more = b.city.rail->feed_step(stop);
      if (!more || !*more) std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  });
  std::vector<double> by_key, in_columns;
  for (int i = 0; i < commits; ++i) {
    const std::int64_t id = 1'000'000'000 + i;
    b.server.run("INSERT INTO t VALUES (" + std::to_string(id) + ", 'x', 1, now(), 1, 'y')");
    const auto begin = Steady::now();
    for (;;) {
      const auto row = b.city.lake->get(b.resource, {Cell{id}});
      if (!row) stop(row.error().message);
      if (row->has_value()) break;
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    by_key.push_back(ms_since(begin));
    if (i % 10 != 0) continue;
    const auto wanted = b.city.lake->as_of();
    while (b.city.lake->as_of()->columns_seq < wanted->rows_seq) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    in_columns.push_back(ms_since(begin));
  }
  std::printf("commit to visible by key: p50 %.1f ms, p99 %.1f ms, max %.1f ms (%d commits)\n",
              percentile(by_key, 0.5), percentile(by_key, 0.99), percentile(by_key, 1), commits);
  std::printf("commit to visible in columns: p50 %.0f ms, max %.0f ms (%zu commits)\n",
              percentile(in_columns, 0.5), percentile(in_columns, 1), in_columns.size());
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t changes = argc > 1 ? std::atoll(argv[1]) : 400'000;
  const int turns = argc > 2 ? std::atoi(argv[2]) : 3;
  std::string dir = std::filesystem::temp_directory_path() / "citybrain-bench-XXXXXX";
  if (::mkdtemp(dir.data()) == nullptr) stop("no temporary folder");
  {
    Bench bench(dir);
    throughput(bench, changes, turns);
    latency(bench, 300);
    const auto removed = bench.captures->remove("bench", true);
    if (!removed) std::fprintf(stderr, "%s\n", removed.error().message.c_str());
  }
  std::filesystem::remove_all(dir);
  return 0;
}
