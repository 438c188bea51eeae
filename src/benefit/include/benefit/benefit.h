// Benefit (甬易办): policies, who is entitled to what, claims, budget lines and payments. Layer 7.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/room.h"
#include "benefit/ledger.h"
#include "benefit/ports.h"

namespace citybrain::sql {
class Db;
}

namespace citybrain::benefit {

// Facts that name the payee, by subject type; they must be declared in city/facts.csv.
struct PayeeFacts {
  std::string name;      // 名称
  std::string division;  // code of the division the subject belongs to
  std::string account;   // bank account
};

using Names = std::map<std::string, std::string, std::less<>>;
// Adds the rows of a CSV with the columns `code` (or `short`, where there is one) and `name`.
Result<void> add_names(std::string_view csv, Names& names);

struct Options {
  PayeeFacts enterprise{"企业名称", "所在区划", "银行账号"};
  PayeeFacts person{"姓名", "所在区划", "银行账号"};
  // A claim of at least this sum waits for finance (policies with parameter 需财政审核 always do).
  std::int64_t approval_from_fen = 50'000'000;
  std::int64_t pay_group_max = 2000;          // payments a call to the treasury
  std::int64_t ask_after_ms = 1000;           // an unanswered payment is asked about after this
  std::int64_t redecide_group_max = 500;      // changes a step of the re-deciding job
  std::int64_t redecide_behind_max = 20'000;  // above: all subjects are decided instead
  std::string demo_note = {};                 // shown beside payments in a demo city
  Names names = {};                           // of divisions and departments, by code
  WorkCalendar calendar = {};                 // working days of the time limits
};

struct Parts {
  sql::Db& db;
  FactSource& facts;
  ModelSource& models;
  Treasury& treasury;
  const Clock& clock;
  Random& random;
};

struct MatchReport {
  std::int64_t subjects = 0;
  std::int64_t policies = 0;
  std::int64_t entitled = 0;  // subjects × policies entitled now
  std::int64_t fresh = 0;     // of these, new by this run
  std::int64_t lapsed = 0;    // entitled before, not any more, and not yet claimed
  std::int64_t amount_fen = 0;
  std::int64_t evaluations = 0;
  double seconds = 0;
  double evaluating_seconds = 0;
};

// Who signs a policy on its way into force: accounts' ids. No publisher: it is left ready for one.
struct Signers {
  std::string drafter;
  std::string finance;
  std::string law;
  std::string competition;
  std::string publisher;
};

struct LineReport {
  std::int64_t lines = 0;
  std::int64_t fresh = 0;
  std::int64_t amount_fen = 0;
};

// The room's work. Made once by cli/rooms.cc; its parts must outlive it. Threads may share it.
// Always holds: an entitlement (policy + subject + period) is paid at most once; nobody publishes a
// policy that he drafted or checked nor approves a claim that he made; no line is overspent.
class Benefit {
 public:
  static std::shared_ptr<Benefit> make(Parts parts, Options options = {});
  ~Benefit();
  Benefit(const Benefit&) = delete;
  Benefit& operator=(const Benefit&) = delete;

  // Budget lines from CSV text (columns of city/lines.csv): new lines are appropriated; a line that
  // comes again with another sum gets the difference; a sum below what is already bound is refused.
  // All or nothing; the error names the line.
  Result<LineReport> import_lines(std::string_view csv, const std::string& officer);
  // Policies from CSV text (columns of city/policies.csv) as drafts by `drafter`; a policy that is
  // no draft any more is left alone. Returns how many were written.
  Result<std::int64_t> import_policies(std::string_view csv, const std::string& drafter);
  // How claims are dealt with: a JSON object of policy code → procedure (city/procedures.json). All
  // or nothing; returns how many were stored.
  Result<std::int64_t> import_procedures(std::string_view text, const std::string& officer);
  // ready → published (→ open when its window is). By another than the drafter and the checkers.
  Result<void> publish(const std::string& policy, const std::string& publisher);
  // Takes drafts through the three checks, and publishes them, in one write; for the start of a
  // city whose policies were checked on paper.
  Result<void> sign_policies(const std::vector<std::string>& policies, const Signers& signers);
  // Decides all subjects for one open policy, or for all of them ("").
  Result<MatchReport> match(const std::string& policy);

  // By the firm or the citizen itself: claimable → claimed, or straight to approved where the
  // policy asks for no check. Returns the claim's id.
  Result<std::string> claim(const Principal& claimant, const std::string& policy);
  // claimed → approved, by another than the claimant; the money is on its way where quota is left.
  Result<void> approve(const Principal& officer, const std::string& claim);

  // One bounded step of each job; true where more waits.
  Result<bool> open_and_close();
  Result<bool> redecide();
  Result<bool> commit_waiting();
  Result<bool> run_deadlines();
  Result<bool> pay();

  // Recomputes the ledger from its journal.
  Result<Verification> verify();

  struct State;
  State& state() { return *state_; }

 private:
  explicit Benefit(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The room: routes, jobs, indicators, health, metrics and the command `ledger verify`. Its
// migrations are citybrain::benefit::migrations().
Room make_room(std::shared_ptr<Benefit> benefit);

}  // namespace citybrain::benefit
