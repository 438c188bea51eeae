// bench capture_postgres: row changes of a PostgreSQL landed as rows (checked, with change log and
// position, durable), beside pg_recvlogical, which writes the same stream of the same publication
// to /dev/null: the limit that the server itself sets. Then how long a commit over there takes
// until its row is there by key, and in columns. usage: capture_postgres_bench [CHANGES] [TURNS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "capture/testing.h"
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
  std::fprintf(stderr, "capture_postgres_bench: %s\n", why.c_str());
  std::exit(1);
}

// Half of them inserts, then updates of most of these rows and deletes of the rest, in transactions
// of a thousand rows.
void write_changes(const capture::ForeignServer& server, std::int64_t changes) {
  const std::int64_t inserts = changes / 2;
  const std::string step = "LOOP EXIT WHEN i > " + std::to_string(inserts) + ";";
  server.run(
      "CREATE OR REPLACE PROCEDURE fill() LANGUAGE plpgsql AS $$ DECLARE i bigint := 1; BEGIN " +
      step +
      " INSERT INTO t SELECT k, 'name ' || k, k * 1.25, '2020-06-01 08:00:00+08'::timestamptz +"
      " k * interval '1 s', k % 97, 'note of row ' || k FROM generate_series(i, i + 999) k;"
      " COMMIT; i := i + 1000; END LOOP; i := 1; " +
      step +
      " UPDATE t SET amount = amount + 1, n = n + 1 WHERE id BETWEEN i AND i + 799;"
      " DELETE FROM t WHERE id BETWEEN i + 800 AND i + 999; COMMIT; i := i + 1000; END LOOP; END "
      "$$");
  server.run("CALL fill()");
}

// Takes all that waits in the peer's slot.
double receive_s(const capture::ForeignServer& server, const std::string& end) {
  const std::string command =
      "/usr/lib/postgresql/15/bin/pg_recvlogical -d '" + server.address() +
      "' --slot=peer --start -f /dev/null -o proto_version=1 -o publication_names=citybrain_bench"
      " --endpos=" +
      end + " 2>/dev/null";
  const auto begin = Steady::now();
  if (std::system(command.c_str()) != 0) stop("pg_recvlogical failed");
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
        "CREATE TABLE t (id bigint PRIMARY KEY, name varchar(60), amount numeric(12,2),"
        " at timestamptz, n int, note text)");
    rail::CaptureOptions options;
    options.dir = dir;
    captures = std::move(*rail::Captures::open(*city.rail, options));
    const rail::Connection at{"postgres", server.address(), "", "", ""};
    const auto proposed = captures->propose(at, {"public.t"}, "dsj", "");
    if (!proposed) stop(proposed.error().message);
    const json::object& one = proposed->at(0).as_object();
    rail::TableChoice choice{"public.t", std::string(one.at("entry").at("code").as_string()), {}};
    for (const auto& column : one.at("columns").as_object()) {
      choice.columns[column.key()] = column.value().as_string();
    }
    resource = choice.resource;
    const auto entered = captures->enter(at, "public.t", one.at("entry").as_object(),
                                         choice.columns, "dsj", "", "bench");
    if (!entered) stop(entered.error().message);
    const auto added = captures->add("bench", at, "dsj", "", {choice}, "bench");
    if (!added) stop(added.error().message);
    run_until([&] { return captures->find("bench")->state == "streaming"; });
    server.run("SELECT pg_create_logical_replication_slot('peer', 'pgoutput')");
  }

  template <class Fn>
  void run_until(Fn done) {
    for (int i = 0; !done(); ++i) {
      if (i % 100 == 0 && !captures->supervise({})) stop("the registry does not answer");
      if (captures->find("bench")->state == "failed") stop(captures->find("bench")->reason);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  capture::ForeignServer server;
  rail::City city;
  std::unique_ptr<rail::Captures> captures;
  std::string resource;
};

// Changes a second of both, over the same changes; ours first in every other turn.
void throughput(Bench& b, std::int64_t changes, int turns) {
  std::vector<double> ours, theirs;
  for (int turn = 0; turn < turns; ++turn) {
    if (!b.captures->pause("bench", "")) stop("cannot pause");
    b.server.run("TRUNCATE t");
    write_changes(b.server, changes);
    const std::string end = b.server.ask("SELECT pg_current_wal_lsn()")[0];
    const std::string rows = b.server.ask("SELECT count(*) FROM t")[0];
    const auto land = [&] {
      const auto before = b.captures->find("bench")->tables[0];
      if (!b.captures->resume("bench", false, "")) stop("cannot resume");
      const auto begin = Steady::now();
      const std::string goal = b.server.ask("SELECT lpad(split_part('" + end +
                                            "', '/', 1), 8, '0') ||"
                                            " lpad(split_part('" +
                                            end + "', '/', 2), 8, '0')")[0];
      b.run_until([&] { return b.captures->find("bench")->position >= goal; });
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
    std::printf("turn %d: ours %.0f, pg_recvlogical %.0f changes/s\n", turn + 1, ours.back(),
                theirs.back());
  }
  const double mine = percentile(ours, 0.5);
  const double other = percentile(theirs, 0.5);
  std::printf("bench capture_postgres ours=%.0f other=%.0f ratio=%.2f unit=changes/s\n", mine,
              other, mine / other);
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
