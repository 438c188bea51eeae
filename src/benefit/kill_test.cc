// kill -9 in each of the payer's windows, beside a real treasury process that misbehaves and is
// killed too: nothing lost, nothing twice, the ledger balanced. This binary is its own child: see
// Child.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "base/csv.h"
#include "base/log.h"
#include "base/text.h"
#include "benefit/adapters.h"
#include "benefit/treasury_sim.h"
#include "fixtures.h"
#include "http/client.h"
#include "payer.h"
#include "policies.h"
#include "sql/testing.h"

namespace citybrain::benefit {
namespace {

using testing::count_of;

constexpr std::int64_t group_max = 5;
constexpr const char* windows[] = {"benefit.before_send", "benefit.after_send",
                                   "benefit.before_post", "benefit.after_post"};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

class NoModels final : public ModelSource {
  Result<EffectiveModel> effective(const std::string& id, Date) override {
    return not_found("no model '" + id + "'");
  }
};

// What the children do; without their setting they are skipped.
TEST(Child, Treasury) {
  const std::string file = environment("CITYBRAIN_CHILD_TREASURY");
  if (file.empty()) GTEST_SKIP() << "only as a child of Kill";
  TreasuryOptions options;
  options.file = file;
  options.port =
      static_cast<std::uint16_t>(parse_int(environment("CITYBRAIN_CHILD_PORT")).value_or(0));
  options.faults = *parse_faults(environment("CITYBRAIN_CHILD_FAULTS"));
  options.listening = [&](std::uint16_t port) {
    ASSERT_TRUE(write_file(file + ".port", std::to_string(port)));
  };
  const auto served = run_treasury(options, std::stop_token());
  FAIL() << (served ? "stopped" : served.error().message);
}

TEST(Child, Payer) {
  const std::string store = environment("CITYBRAIN_CHILD_STORE");
  if (store.empty()) GTEST_SKIP() << "only as a child of Kill";
  auto db = sql::Db::open(store);
  ASSERT_TRUE(db.has_value()) << db.error().message;
  const SystemClock clock;
  SystemRandom random;
  testing::MemoryFacts facts;
  NoModels models;
  const auto treasury =
      treasury_at(environment("CITYBRAIN_CHILD_URL"), std::chrono::milliseconds(150));
  Options options;
  options.pay_group_max = group_max;
  options.ask_after_ms = 30;
  const Ledger ledger(clock);
  Payer payer({**db, facts, models, *treasury, clock, random}, options, ledger);
  const std::string open = "SELECT COUNT(*) FROM benefit_payment WHERE due IS NOT NULL";
  while (count_of(**db, open) > 0) {
    const auto stepped = payer.step();
    ASSERT_TRUE(stepped.has_value()) << stepped.error().message;
    if (!*stepped) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

pid_t spawn(const std::string& test, const std::vector<std::pair<std::string, std::string>>& env) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDOUT_FILENO);
  for (const auto& [name, value] : env) setenv(name.c_str(), value.c_str(), 1);
  const std::string filter = "--gtest_filter=Child." + test;
  execl("/proc/self/exe", "benefit_test", filter.c_str(), "--gtest_brief=1", nullptr);
  _exit(127);
}

// The simulator as a process: started, killed and started again on the same port and books.
class TreasuryProcess {
 public:
  TreasuryProcess(std::string file, std::string faults)
      : file_(std::move(file)), faults_(std::move(faults)) {
    start();
  }
  ~TreasuryProcess() { stop(); }
  void restart() {
    stop();
    start();
  }
  std::string url() const { return "http://127.0.0.1:" + port_; }
  json::object totals() {
    for (int tries = 0; tries < 100; ++tries) {
      http::Call call;
      call.url = url() + "/totals";
      const auto reply = http::call(call);
      if (reply && reply->status == 200) return parse_json(reply->body)->as_object();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ADD_FAILURE() << "the treasury does not answer";
    return {};
  }

 private:
  void start() {
    pid_ = spawn("Treasury", {{"CITYBRAIN_CHILD_TREASURY", file_},
                              {"CITYBRAIN_CHILD_PORT", port_},
                              {"CITYBRAIN_CHILD_FAULTS", faults_}});
    for (int tries = 0; tries < 500 && port_.empty(); ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      port_ = read_file(file_ + ".port").value_or("");
    }
    ASSERT_FALSE(port_.empty());
    totals();
  }
  void stop() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  std::string file_;
  std::string faults_;
  std::string port_;
  pid_t pid_ = 0;
};

int kills_wanted() {
  const std::string count = environment("CITYBRAIN_KILLS");
  return count.empty() ? 10 : std::atoi(count.c_str());
}

void check_nothing_lost_or_doubled(sql::Db& db, const Ledger& ledger, TreasuryProcess& treasury,
                                   int payments) {
  const json::object totals = treasury.totals();
  const auto sum = [&](const std::string& what, const std::string& state) {
    return count_of(db, "SELECT CAST(COALESCE(" + what +
                            ", 0) AS BIGINT) FROM benefit_payment"
                            " WHERE state = '" +
                            state + "'");
  };
  EXPECT_EQ(sum("COUNT(*)", "paid") + sum("COUNT(*)", "returned"), payments);
  EXPECT_EQ(sum("COUNT(*)", "paid"), totals.at("payments").as_int64());
  EXPECT_EQ(sum("SUM(amount_fen)", "paid"), totals.at("amount_fen").as_int64());
  EXPECT_EQ(sum("COUNT(*)", "returned"), totals.at("returned").as_int64());
  EXPECT_EQ(totals.at("conflicts").as_int64(), 0);
  const auto v = db.read([&](sql::Session& s) { return ledger.verify(s); });
  ASSERT_TRUE(v.has_value());
  EXPECT_TRUE(v->faults.empty()) << v->faults.front();
  EXPECT_EQ(v->pending, 0);
  EXPECT_EQ(count_of(db,
                     "SELECT CAST(SUM(credits_posted) AS BIGINT) FROM benefit_account"
                     " WHERE id LIKE 'paid:%'"),
            totals.at("amount_fen").as_int64());
  EXPECT_EQ(count_of(db, "SELECT CAST(SUM(paid) AS BIGINT) FROM benefit_tally"),
            totals.at("payments").as_int64());
}

void kill_in(const std::string& window, const std::string& url, const std::string& dir) {
  SCOPED_TRACE(window + " on " + url.substr(0, 8));
  const int kills = kills_wanted();
  const SystemClock clock;
  const Ledger ledger(clock);
  TreasuryProcess treasury(dir + "/" + window + url.substr(0, 4) + ".db",
                           "twice=60,unknown=60,returned=40,lost=10,timeout=10,timeout_ms=300");
  auto db = testing::open_store(url);
  ASSERT_TRUE(
      import_lines(*db, ledger, testing::lines_csv("100000000", "100000000"), "cz", clock.now()));
  int payments = 0;
  int killed = 0;
  SeededRandom dice(7);
  for (int round = 0; killed < kills && round < kills * 4; ++round) {
    testing::seed_payments(*db, ledger, payments, 20, clock.now());
    payments += 20;
    const std::string nth = std::to_string(1 + dice.below(3));
    const pid_t pid = spawn("Payer", {{"CITYBRAIN_CHILD_STORE", url},
                                      {"CITYBRAIN_CHILD_URL", treasury.url()},
                                      {"CITYBRAIN_CRASH", window + ":" + nth}});
    int status = 0;
    waitpid(pid, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ++killed;
    if (round % 4 == 3) treasury.restart();
  }
  EXPECT_EQ(killed, kills);
  const pid_t pid =
      spawn("Payer", {{"CITYBRAIN_CHILD_STORE", url}, {"CITYBRAIN_CHILD_URL", treasury.url()}});
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  check_nothing_lost_or_doubled(*db, ledger, treasury, payments);
  std::printf("%s on %s: %d kills, %d payments\n", window.c_str(), url.substr(0, 8).c_str(), killed,
              payments);
}

TEST(Kill, NothingIsLostOrPaidTwiceInAnyWindow) {
  for (const char* window : windows) {
    for (const auto& stores = sql::test_stores(); const auto& url : stores) {
      kill_in(window, url, stores.dir());
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace citybrain::benefit
