// Matcher: decides policies over all subjects, or over those that a change touched, and keeps the
// entitlements in step with what was decided.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "benefit/benefit.h"
#include "benefit/ledger.h"
#include "decider.h"
#include "policy_catalogue.h"

namespace citybrain::benefit {

// An entitlement that stands in the store when a run begins.
struct Held {
  std::int64_t amount_fen = 0;
  std::string state;
  std::string division;
  bool seen = false;  // entitled again by this run
};

// What one policy entitles a subject to and the store does not have yet.
struct Found {
  std::string subject;
  std::string payee;
  std::string account;
  std::string division;
  std::int64_t amount_fen = 0;
  std::int64_t before_fen = 0;  // > 0: takes the place of this sum
};

// One policy in one run.
struct Work {
  Prepared prepared;
  std::int64_t run = 0;  // its row in benefit_run; 0 = none yet
  std::int64_t subjects = 0;
  std::int64_t entitled = 0;
  std::int64_t amount_fen = 0;
  std::unordered_map<std::string, Held> held;  // by subject
  std::vector<Found> found;
};

// All policies of one run.
struct Run {
  // Those over one kind of subject, compiled at the first page of facts.
  struct Compiled {
    std::vector<std::size_t> works;
    std::optional<PolicyCatalogue> catalogue;
  };
  std::string kind;  // match | touch
  std::vector<Work> works;
  std::map<std::string, Compiled> compiled;  // by subject type
  std::int64_t as_of = -1;                   // the lowest of what was read
  std::int64_t audit_index = -1;
  MatchReport report;

  void note(const FactsRead& read) {
    as_of = as_of < 0 ? read.as_of : std::min(as_of, read.as_of);
    audit_index = std::max(audit_index, read.audit_index);
  }
};

// The facts that name a payee of that subject type.
const PayeeFacts& payee_facts(const Options& options, const std::string& subject_type);

// Owner: Benefit. Threads may share it; runs are taken one at a time.
//
// Deciding again is idempotent: an entitlement that stands as decided is not written again. One
// that nobody has claimed yet follows the decision (sum changed, lapsed); one that was claimed, or
// whose money is on its way, stays as it was.
class Matcher {
 public:
  Matcher(Parts parts, const Options& options, const Ledger& ledger)
      : parts_(parts), options_(options), ledger_(ledger) {}

  // All subjects for one policy ("" = all open ones).
  Result<MatchReport> match(const std::string& policy);
  // Subjects touched since the last step; true where more changes wait. Does nothing before the
  // first match of all policies.
  Result<bool> redecide();

 private:
  Result<MatchReport> match_locked(const std::string& policy);
  Result<void> redecide_subjects(const std::vector<Subject>& subjects);
  std::vector<std::string> wanted_of(const Run& run, const std::string& subject_type) const;
  // Policies whose model is missing or does not fit are logged and left out, unless `strict`.
  Result<Run> prepare_run(const std::string& kind, const std::vector<Policy>& policies,
                          bool strict);
  Result<Run::Compiled*> compile(Run& run, const Batch& facts,
                                 const std::string& subject_type) const;
  Result<void> decide_page(Run& run, const Batch& facts, const std::string& subject_type);
  void take_row(Work& work, const Batch& facts, std::size_t row, std::int64_t amount_fen) const;

  Parts parts_;
  const Options& options_;
  const Ledger& ledger_;
  std::mutex mutex_;
};

}  // namespace citybrain::benefit
