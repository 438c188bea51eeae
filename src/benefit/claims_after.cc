// What follows a decision: objections, checks after payment, answers to complaints.
#include "claims.h"
#include "releases.h"
#include "sql/outbox.h"

namespace citybrain::benefit {

Result<void> Claims::decide_objection(const Principal& officer, const std::string& id, bool upheld,
                                      const std::string& words) {
  if (words.empty()) return invalid("'words' is empty; say why");
  Policy policy;
  CB_TRY(const Claim claim, parts_.db.read([&](sql::Session& session) -> Result<Claim> {
    CB_TRY(Claim found, read_claim(session, id));
    CB_TRY(policy, read_policy(session, found.policy));
    return found;
  }));
  if (upheld) {
    std::string why;
    CB_TRY(const bool entitled, entitled_now(policy, claim.subject, why));
    if (!entitled) {
      return conflict("the facts still say: " + why +
                      "; have them corrected at their source, then uphold");
    }
  }
  return change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(may_decide(officer, s));
    CB_TRY(const auto before,
           tx.query_one("SELECT COUNT(*) FROM benefit_claim_event WHERE claim = $1 AND actor = $2",
                        {s.claim.id, officer.id}));
    if (before->integer(0) > 0) {
      return denied("you decided claim '" + s.claim.id + "' before; another officer must look");
    }
    const Act act{officer.id, officer.department, "", words};
    CB_DO(end_deadlines(tx, s.claim.id, "objection"));
    if (!upheld) {
      CB_DO(move(tx, s.claim, "dismiss", act, s.now));
      CB_DO(
          tx.exec("UPDATE benefit_entitlement SET state = 'rejected' WHERE id = $1"
                  " AND state = 'claimed'",
                  {s.claim.entitlement}));
      return ok();
    }
    CB_TRY(
        const std::int64_t held,
        tx.exec("UPDATE benefit_entitlement SET state = 'claimed', claimed_at = $1,"
                " claimed_by = $2 WHERE id = $3 AND state IN ('claimable', 'claimed', 'rejected')",
                {s.now.us, s.claim.submitted_by, s.claim.entitlement}));
    if (held != 1) return unavailable("the entitlement is being matched; try again in a moment");
    CB_TRY(const auto row,
           tx.query_one("SELECT payee, division, amount_fen FROM benefit_entitlement"
                        " WHERE id = $1",
                        {s.claim.entitlement}));
    s.claim.amount_fen = row->integer(2);
    s.claim.closed_at.reset();
    CB_DO(tx.exec("UPDATE benefit_claim SET payee = $1, division = $2 WHERE id = $3",
                  {row->text(0), row->text(1), s.claim.id}));
    return accept_now(tx, s, "uphold", act);
  });
}

Result<void> Claims::check(const Principal& officer, const std::string& id, bool holds,
                           const std::string& words) {
  if (!holds && words.empty()) return invalid("'words' is empty; say what does not hold");
  return change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(may_decide(officer, s));
    CB_TRY(const std::int64_t done,
           tx.exec("UPDATE benefit_check SET state = $1, officer = $2, words = $3, at = $4"
                   " WHERE claim = $5 AND state = 'open'",
                   {holds ? "held" : "failed", officer.id, words, s.now.us, s.claim.id}));
    if (done != 1) return conflict("no check of claim '" + s.claim.id + "' is open");
    CB_DO(end_deadlines(tx, s.claim.id, "check"));
    if (holds) return ok();
    CB_TRY(const bool left, money_left(tx, s.claim.entitlement));
    if (!left) {
      return end(tx, s, "revoke", {officer.id, officer.department, "papers_false", words},
                 "rejected");
    }
    CB_DO(sql::put(tx, s.now, "benefit.recover", s.claim.entitlement,
                   {{"claim", s.claim.id}, {"policy", s.claim.policy}, {"reason", words}}));
    return ok();
  });
}

Result<void> Claims::answer(const Principal& officer, const std::string& complaint, bool founded,
                            const std::string& words) {
  if (words.empty()) return invalid("'words' is empty; answer the complaint");
  std::string claim;
  CB_TRY(claim, parts_.db.read([&](sql::Session& session) -> Result<std::string> {
    CB_TRY(const auto row,
           session.query_one("SELECT claim FROM benefit_complaint WHERE id = $1", {complaint}));
    if (!row) return not_found("there is no complaint '" + complaint + "'");
    return row->text(0);
  }));
  return change(claim, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_TRY(const auto row,
           tx.query_one("SELECT body, state FROM benefit_complaint WHERE id = $1", {complaint}));
    if (row->text(0) != officer.department) {
      return denied("complaint '" + complaint + "' is for '" + row->text(0) + "'; you are of '" +
                    officer.department + "'");
    }
    if (row->text(1) == "answered") return conflict("complaint '" + complaint + "' was answered");
    CB_DO(
        tx.exec("UPDATE benefit_complaint SET state = 'answered', founded = $1, answer = $2,"
                " officer = $3, answered_at = $4 WHERE id = $5",
                {std::int64_t{founded ? 1 : 0}, words, officer.id, s.now.us, complaint}));
    CB_DO(end_deadlines(tx, s.claim.id, "complaint"));
    if (founded)
      CB_DO(put_task(tx, "task.complaint_founded", s, s.claim.department, "投诉属实，请整改"));
    return put_notice(tx,
                      {s.claim.subject, "complaint.answered", s.claim.policy, s.claim.id,
                       "您的投诉已答复：" + words, "Your complaint was answered: " + words},
                      s.now);
  });
}

}  // namespace citybrain::benefit
