// Claims: what a firm or citizen, the desk, the departments and the clock do with a claim.
#pragma once

#include <string>
#include <vector>

#include "benefit/benefit.h"
#include "benefit/ledger.h"
#include "claim_store.h"
#include "procedure.h"
#include "sql/db.h"

namespace citybrain::benefit {

// A paper as it is sent.
struct SentPaper {
  std::string code;
  std::string file;   // its name at the sender's
  std::string media;  // "application/pdf"
  std::string bytes;
};
inline constexpr std::size_t paper_bytes_max = 256 * 1024;

struct Submission {
  std::string policy;
  bool promise = false;  // of 承诺兑现: it stands in for its truth
  std::vector<SentPaper> papers;
};

// Owner: Benefit. No state of its own besides its parts; threads may share it. Always holds: a
// claim moves along claim_graph.h's edges alone, each with its event in the same write; an
// entitlement has one claim in progress at most; quota is frozen by approval and free again after
// withdrawal, revocation and time-out; who made a claim decides nothing about it.
class Claims {
 public:
  Claims(Parts parts, const Options& options, const Ledger& ledger)
      : parts_(parts), options_(options), ledger_(ledger) {}

  // --- the claimant. Each returns or takes the claim's id (or its entitlement's).
  // Complete: accepted at once. With papers missing: received, and the desk decides. Not entitled
  // by today's facts: refused, with the reasons. conflict: claimed before, or the policy is closed.
  Result<std::string> submit(const Principal& claimant, const Submission& submission);
  // The answer to what was asked for, once; later, papers that were promised.
  Result<void> supplement(const Principal& claimant, const std::string& claim,
                          const std::vector<SentPaper>& papers);
  Result<void> withdraw(const Principal& claimant, const std::string& claim);
  // Against a refusal, a rejection or an expiry, within the procedure's days, once.
  Result<void> object(const Principal& claimant, const std::string& claim,
                      const std::string& words);
  // Returns the complaint's id; its body neither pays nor reviews.
  Result<std::string> complain(const Principal& claimant, const std::string& claim,
                               const std::string& words);

  // --- the policy's department
  Result<void> accept(const Principal& officer, const std::string& claim);
  Result<void> accept_with_gaps(const Principal& officer, const std::string& claim);
  // Names all that is missing by itself; `more` are papers of the procedure that came but won't do.
  Result<void> ask(const Principal& officer, const std::string& claim,
                   const std::vector<std::string>& more, const std::string& words);
  Result<void> refuse(const Principal& officer, const std::string& claim, const std::string& code,
                      const std::string& words);
  // By another officer than those who decided before. Upheld it goes on, if it is entitled now.
  Result<void> decide_objection(const Principal& officer, const std::string& claim, bool upheld,
                                const std::string& words);

  // --- the reviewing departments
  Result<void> pass(const Principal& officer, const std::string& claim, const std::string& words);
  Result<void> reject(const Principal& officer, const std::string& claim, const std::string& code,
                      const std::string& words);
  // Finance's review, by whoever has its right.
  Result<void> approve(const Principal& officer, const std::string& claim);
  // An approval whose money has not left.
  Result<void> revoke(const Principal& officer, const std::string& claim, const std::string& code,
                      const std::string& words);
  // The check after payment of what was promised; a failed one asks for recovery.
  Result<void> check(const Principal& officer, const std::string& claim, bool holds,
                     const std::string& words);

  // --- the body for complaints
  Result<void> answer(const Principal& officer, const std::string& complaint, bool founded,
                      const std::string& words);

  // --- the clock: reminders, escalations, time-outs; true where more are due.
  Result<bool> run_deadlines();

 private:
  struct Standing;  // a policy, its procedure and the claim, as they stand in one write
  template <class Fn>
  Result<void> change(const std::string& claim, Fn&& fn);
  Result<void> take_papers(sql::Tx& tx, Standing& s, const std::vector<SentPaper>& papers);
  Result<void> accept_now(sql::Tx& tx, Standing& s, const char* event, const Act& act);
  Result<void> go_on(sql::Tx& tx, Standing& s);
  Result<void> open_place(sql::Tx& tx, Standing& s, std::int64_t place);
  Result<void> pass_review(sql::Tx& tx, Standing& s, const std::string& department,
                           const Principal& officer, const std::string& words);
  Result<void> approve_now(sql::Tx& tx, Standing& s, const Act& act);
  Result<void> end(sql::Tx& tx, Standing& s, const char* event, const Act& act,
                   const char* entitlement_state);
  Result<void> may_decide(const Principal& officer, const Standing& s) const;
  Result<bool> entitled_now(const Policy& policy, const std::string& subject, std::string& why);
  Result<void> overdue(const std::string& claim, const std::string& kind, const std::string& who);
  Result<void> remind(const std::string& claim, const std::string& kind, const std::string& who);
  Result<void> promise_missed(sql::Tx& tx, Standing& s);
  Result<std::string> turn_away(const Principal& claimant, const Policy& policy,
                                const std::string& why);
  Result<void> put_task(sql::Tx& tx, const char* kind, const Standing& s,
                        const std::string& department, const std::string& words);
  Timestamp in_days(int days) const {
    return end_of_working_day(options_.calendar, parts_.clock.now(), days);
  }

  Parts parts_;
  const Options& options_;
  const Ledger& ledger_;
};

// Who may change a claim beside its claimant; shared by the parts of Claims. Private to them.
struct Claims::Standing {
  Claim claim;
  Policy policy;
  Procedure procedure;
  Timestamp now;
};

template <class Fn>
Result<void> Claims::change(const std::string& claim, Fn&& fn) {
  return parts_.db.write([&](sql::Tx& tx) -> Result<void> {
    Standing s;
    CB_TRY(s.claim, read_claim(tx, claim));
    CB_TRY(s.policy, read_policy(tx, s.claim.policy));
    CB_TRY(s.procedure, read_procedure(tx, s.policy));
    s.now = parts_.clock.now();
    return fn(tx, s);
  });
}

}  // namespace citybrain::benefit
