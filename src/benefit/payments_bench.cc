// bench payments: durable payments through the ledger (quota frozen, then posted and settled, both
// shares, group commit, synchronous=FULL) beside raw single-insert commits of sqlite3 with the same
// durability. A second line sets the same payments beside raw sqlite3 rows inserted in batches of
// the same size. Turns alternate and medians are compared. usage: payments_bench [PAYMENTS] [TURNS]
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/room.h"
#include "benefit/ledger.h"
#include "sql/db.h"
#include "sql/migrate.h"

namespace citybrain::benefit {
std::vector<Migration> migrations();
}

namespace {

using namespace citybrain;
using namespace citybrain::benefit;
using Watch = std::chrono::steady_clock;

constexpr int group = 2000;
constexpr int singles = 2000;

double seconds_since(Watch::time_point start) {
  return std::chrono::duration<double>(Watch::now() - start).count();
}

void must(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "payments_bench: %s\n", what);
  std::exit(1);
}

Transfer transfer(std::string id, Entry entry, std::string debit, std::string credit,
                  std::int64_t fen, const std::string& cause) {
  return {std::move(id), entry, "", std::move(debit), std::move(credit), fen, cause};
}

void write(sql::Db& db, const Ledger& ledger, const std::vector<Chain>& chains) {
  const auto postings = db.write([&](sql::Tx& tx) { return ledger.write(tx, chains); });
  must(postings.has_value(), "the ledger's write failed");
  for (const Posting& p : *postings) must(p.state == Posting::State::written, "refused");
}

std::string payment_name(int n) { return derived_id({"bench", std::to_string(n)}); }

// Payments a second; each is four transfers to freeze and pay two shares, and two posts.
double ours(const std::string& dir, int payments) {
  const SystemClock clock;
  const Ledger ledger(clock);
  auto db = sql::Db::open("sqlite:" + dir + "/ours.db");
  must(db.has_value(), "no store");
  must(sql::migrate(**db, "benefit", migrations()).has_value(), "no tables");
  write(**db, ledger,
        {{{transfer("a", Entry::direct, treasury_account("330200"), line_account("C"), 1LL << 50,
                    "C")}},
         {{transfer("b", Entry::direct, treasury_account("330203"), line_account("D"), 1LL << 50,
                    "D")}}});
  std::vector<std::string> ids;
  for (int n = 0; n < payments; ++n) ids.push_back(payment_name(n));
  const auto start = Watch::now();
  for (int from = 0; from < payments; from += group) {
    const int to = std::min(payments, from + group);
    std::vector<Chain> freeze;
    std::vector<Chain> pay;
    for (int n = from; n < to; ++n) {
      Chain frozen;
      Chain paid;
      for (const char* line : {"C", "D"}) {
        const std::string id = ids[n] + ".commit." + line;
        frozen.transfers.push_back(transfer(id, Entry::pending, line_account(line),
                                            payable_account(line), 100 + n, ids[n]));
        Transfer post;
        post.entry = Entry::post;
        post.of = id;
        post.cause = ids[n];
        paid.transfers.push_back(std::move(post));
        paid.transfers.push_back(transfer(ids[n] + ".settle." + line, Entry::direct,
                                          payable_account(line), paid_account(line), 100 + n,
                                          ids[n]));
      }
      freeze.push_back(std::move(frozen));
      pay.push_back(std::move(paid));
    }
    write(**db, ledger, freeze);
    write(**db, ledger, pay);
  }
  const double rate = payments / seconds_since(start);
  const auto v = (*db)->read([&](sql::Session& s) { return ledger.verify(s); });
  must(v.has_value() && v->faults.empty() && v->pending == 0, "the ledger does not verify");
  return rate;
}

// One row a payment, `each` of them a commit, in a table with the payment's id as key.
double raw(const std::string& path, int payments, int each) {
  sqlite3* db = nullptr;
  must(sqlite3_open(path.c_str(), &db) == SQLITE_OK, "no raw store");
  const auto run = [&](const char* text) {
    must(sqlite3_exec(db, text, nullptr, nullptr, nullptr) == SQLITE_OK, text);
  };
  run("PRAGMA journal_mode=WAL");
  run("PRAGMA synchronous=FULL");
  run("CREATE TABLE payment (id TEXT PRIMARY KEY, debit TEXT, credit TEXT, amount_fen INTEGER,"
      " cause TEXT, at INTEGER)");
  sqlite3_stmt* insert = nullptr;
  must(sqlite3_prepare_v2(db, "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?)", -1, &insert,
                          nullptr) == SQLITE_OK,
       "no statement");
  std::vector<std::string> ids;
  for (int n = 0; n < payments; ++n) ids.push_back(payment_name(n));
  const auto start = Watch::now();
  for (int n = 0; n < payments; ++n) {
    if (each > 1 && n % each == 0) run("BEGIN");
    sqlite3_bind_text(insert, 1, ids[n].c_str(), -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, "line:C", -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, "paid:C", -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 4, 100 + n);
    sqlite3_bind_text(insert, 5, ids[n].c_str(), -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 6, n);
    must(sqlite3_step(insert) == SQLITE_DONE, "an insert failed");
    sqlite3_reset(insert);
    if (each > 1 && (n % each == each - 1 || n == payments - 1)) run("COMMIT");
  }
  const double rate = payments / seconds_since(start);
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return rate;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const int payments = argc > 1 ? std::atoi(argv[1]) : 50'000;
  const int turns = argc > 2 ? std::atoi(argv[2]) : 3;
  std::string dir = "/var/tmp/payments_bench.XXXXXX";
  must(mkdtemp(dir.data()) != nullptr, "no folder");
  std::vector<double> a, b, c;
  for (int turn = 0; turn < turns; ++turn) {
    const std::string of_turn = dir + "/" + std::to_string(turn);
    std::filesystem::create_directory(of_turn);
    a.push_back(ours(of_turn, payments));
    b.push_back(raw(of_turn + "/single.db", singles, 1));
    c.push_back(raw(of_turn + "/batched.db", payments, group));
    std::printf("turn %d: ours %.0f, single commits %.0f, raw batched rows %.0f\n", turn + 1,
                a.back(), b.back(), c.back());
  }
  std::filesystem::remove_all(dir);
  std::printf("payments, raw rows in batches of %d: ours=%.0f other=%.0f ratio=%.3f\n", group,
              median(a), median(c), median(a) / median(c));
  std::printf("bench payments ours=%.0f other=%.0f ratio=%.2f unit=payments/s\n", median(a),
              median(b), median(a) / median(b));
  return 0;
}
