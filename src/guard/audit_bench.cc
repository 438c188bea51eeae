// Audit entries per second, appended by 32 threads one at a time, each with its proof fetched and
// verified; beside the same rows inserted by the same threads without a tree. Both durable.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "guard/audit.h"
#include "sql/db.h"
#include "sql/migrate.h"

namespace citybrain::guard {
std::vector<Migration> migrations();
namespace {

constexpr int threads = 32;
constexpr int entries_of_thread = 400;

template <class Work>
double per_second(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t) all.emplace_back([&work, t] { work(t); });
  for (std::thread& thread : all) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return threads * entries_of_thread / took.count();
}

int run(const std::string& folder) {
  SystemClock clock;
  SystemRandom random;
  const auto db = sql::Db::open("sqlite:" + folder + "/audit.db").value();
  sql::migrate(*db, "guard", migrations()).value();
  AuditLog log(*db, clock, random);
  log.open().value();
  AuditEntry entry;
  entry.event = "guard.read";
  entry.actor = "01EXAMPLEEXAMPLEEXAMPLE000";
  entry.purpose = "handling";
  entry.object = "resource:ent_registry";
  entry.details = {{"columns", json::array{"uscc", "name"}}, {"rows", 1}};
  entry.subjects = {"91330200QY00000036"};

  std::vector<std::vector<double>> took(threads);
  const double ours = per_second([&](int t) {
    for (int i = 0; i < entries_of_thread; ++i) {
      const auto start = std::chrono::steady_clock::now();
      const std::uint64_t index = log.append(entry).value();
      const InclusionProof proof = log.inclusion(index).value();
      CB_CHECK(verify_inclusion(proof.leaf, index, proof.size, proof.path, proof.root).has_value());
      const std::chrono::duration<double, std::milli> ms = std::chrono::steady_clock::now() - start;
      took[static_cast<std::size_t>(t)].push_back(ms.count());
    }
  });
  std::vector<double> all;
  for (const auto& one : took) all.insert(all.end(), one.begin(), one.end());
  std::sort(all.begin(), all.end());

  db->write([](sql::Tx& tx) {
      return tx.script("CREATE TABLE bench_row (id BIGINT PRIMARY KEY, at BIGINT, body TEXT)");
    }).value();
  const std::string body = json::serialize(entry.details) + entry.actor + entry.object;
  const double other = per_second([&](int t) {
    for (int i = 0; i < entries_of_thread; ++i) {
      db->write([&](sql::Tx& tx) {
          return tx.exec("INSERT INTO bench_row (id, at, body) VALUES ($1, $2, $3)",
                         {t * entries_of_thread + i, clock.now().us, body});
        }).value();
    }
  });
  CB_CHECK(log.verify_all().has_value());
  std::printf("append to verified proof: p50 %.1f ms, p99 %.1f ms; other = plain inserts\n",
              all[all.size() / 2], all[all.size() * 99 / 100]);
  std::printf("bench audit ours=%.0f other=%.0f ratio=%.2f unit=entries/s\n", ours, other,
              ours / other);
  return 0;
}

}  // namespace
}  // namespace citybrain::guard

int main() {
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("audit_bench_" + std::to_string(getpid())))
          .string();
  std::filesystem::create_directories(folder);
  const int status = citybrain::guard::run(folder);
  std::filesystem::remove_all(folder);
  return status;
}
