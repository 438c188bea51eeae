// What the clock does to claims: reminders a day before, and what follows when a time limit passes.
#include "base/crash.h"
#include "claims.h"
#include "releases.h"
#include "sql/outbox.h"

namespace citybrain::benefit {

namespace {

constexpr std::int64_t deadlines_max = 100;  // a step

struct Due {
  std::string claim;
  std::string kind;
  std::string who;
  std::int64_t due = 0;
};

}  // namespace

Result<void> Claims::remind(const std::string& claim, const std::string& kind,
                            const std::string& who) {
  return change(claim, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_TRY(const std::int64_t open,
           tx.exec("UPDATE benefit_deadline SET state = 'reminded', next = due + 1"
                   " WHERE claim = $1 AND kind = $2 AND who = $3 AND state = 'open'",
                   {claim, kind, who}));
    if (open != 1) return ok();
    if (kind == "supplement" || kind == "gap") {
      return put_notice(tx,
                        {s.claim.subject, "claim.remind", s.claim.policy, claim,
                         "“" + s.policy.name + "”的材料即将到期，请及时补交",
                         s.policy.name + ": the time for your papers is running out"},
                        s.now);
    }
    return put_task(tx, "task.remind", s, who, "办理期限将到");
  });
}

// A promised paper that did not come: before the money leaves the claim ends and its quota is free;
// afterwards the money has to be recovered.
Result<void> Claims::promise_missed(sql::Tx& tx, Standing& s) {
  CB_TRY(const bool left, money_left(tx, s.claim.entitlement));
  if (!left) return end(tx, s, "miss", {"program", s.claim.department, "", ""}, "claimable");
  CB_DO(sql::put(
      tx, s.now, "benefit.recover", s.claim.entitlement,
      {{"claim", s.claim.id}, {"policy", s.claim.policy}, {"reason", "容缺材料逾期未交"}}));
  return ok();
}

Result<void> Claims::overdue(const std::string& claim, const std::string& kind,
                             const std::string& who) {
  CB_DO(change(claim, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_TRY(const std::int64_t open,
           tx.exec("UPDATE benefit_deadline SET state = 'overdue', next = NULL WHERE claim = $1"
                   " AND kind = $2 AND who = $3 AND next IS NOT NULL",
                   {claim, kind, who}));
    if (open != 1) return ok();
    const Act act{"program", s.claim.department, "", ""};
    const std::string& state = s.claim.state;
    if (kind == "accept" && (state == "received" || state == "supplemented")) {
      for (PaperState& paper : s.claim.papers) {
        if (paper.state == "missing") paper.state = "waived";  // the office did not ask in time
      }
      CB_DO(accept_now(tx, s, "deem", act));
    } else if (kind == "supplement" && state == "asked") {
      CB_DO(end(tx, s, "lapse", act, "claimable"));
    } else if (kind == "gap" && (state == "reviewing" || state == "approved")) {
      CB_DO(promise_missed(tx, s));
    } else if (kind == "review" && state == "reviewing") {
      CB_DO(move(tx, s.claim, "escalate", {"program", who, "", who}, s.now));
      CB_DO(put_task(tx, "task.escalate", s, s.procedure.complaint_body, "审核逾期督办"));
    } else if (kind == "objection" || kind == "complaint" || kind == "check") {
      CB_DO(put_task(tx, "task.escalate", s,
                     kind == "complaint" ? s.claim.department : s.procedure.complaint_body,
                     "办理逾期督办"));
    }
    crash_point("benefit.claim_written");
    return ok();
  }));
  crash_point("benefit.claim_committed");
  return ok();
}

Result<bool> Claims::run_deadlines() {
  const Timestamp now = parts_.clock.now();
  CB_TRY(const auto due, parts_.db.read([&](sql::Session& session) -> Result<std::vector<Due>> {
    std::vector<Due> found;
    CB_DO(
        session.each("SELECT claim, kind, who, due FROM benefit_deadline WHERE next <= $1"
                     " ORDER BY next LIMIT $2",
                     {now.us, deadlines_max}, [&](const sql::Row& row) -> Result<void> {
                       found.push_back({row.text(0), row.text(1), row.text(2), row.integer(3)});
                       return ok();
                     }));
    return found;
  }));
  for (const Due& d : due) {
    if (d.due < now.us) {
      CB_DO(overdue(d.claim, d.kind, d.who));
    } else {
      CB_DO(remind(d.claim, d.kind, d.who));
    }
  }
  return static_cast<std::int64_t>(due.size()) == deadlines_max;
}

}  // namespace citybrain::benefit
