// What departments do: accept, ask, refuse, review, approve, revoke.
#include "base/crash.h"
#include "base/ids.h"
#include "base/text.h"
#include "claims.h"
#include "commits.h"
#include "decider.h"
#include "sql/outbox.h"

namespace citybrain::benefit {

namespace {

constexpr const char* finance = "czj";

// The words of a refusal: its code's, and what the officer adds.
Result<std::string> reason_words(const std::string& code, const std::string& words) {
  CB_TRY(const ReasonCode* reason, reason_code(code));
  if (words.empty() && code == "other") return invalid("reason 'other' needs 'words'");
  return words.empty() ? std::string(reason->words) : std::string(reason->words) + "：" + words;
}

bool sampled(const std::string& claim, int percent) {
  const std::string digest = sha256("check" + claim);
  return static_cast<unsigned char>(digest[0]) * 100 < percent * 256;
}

}  // namespace

Result<void> Claims::put_task(sql::Tx& tx, const char* kind, const Standing& s,
                              const std::string& department, const std::string& words) {
  CB_DO(sql::put(tx, s.now, kind, s.claim.id,
                 {{"department", department},
                  {"text", words + "：" + s.policy.name + "，" +
                               mask_name(s.claim.payee, s.claim.subject_type)},
                  {"policy", s.claim.policy},
                  {"link", "/console/desk/" + s.claim.id}}));
  return ok();
}

// Who decides about a claim at the policy's department.
Result<void> Claims::may_decide(const Principal& officer, const Standing& s) const {
  if (officer.department != s.claim.department) {
    return denied("claim '" + s.claim.id + "' lies with department '" + s.claim.department +
                  "'; you are of '" + officer.department + "'");
  }
  if (officer.id == s.claim.submitted_by || officer.subject == s.claim.subject) {
    return denied("you made claim '" + s.claim.id + "'; another person must decide it");
  }
  return ok();
}

Result<void> Claims::accept_now(sql::Tx& tx, Standing& s, const char* event, const Act& act) {
  s.claim.complete_at = s.now.us;
  CB_DO(end_deadlines(tx, s.claim.id, "accept"));
  CB_DO(move(tx, s.claim, event, act, s.now));
  return go_on(tx, s);
}

Result<void> Claims::go_on(sql::Tx& tx, Standing& s) {
  std::vector<std::string> reviewers = s.procedure.reviewers;
  const bool money = needs_approval(s.policy, s.claim.amount_fen, options_.approval_from_fen);
  CB_DO(tx.exec("DELETE FROM benefit_review WHERE claim = $1", {s.claim.id}));
  std::int64_t place = 1;
  for (const std::string& department : reviewers) {
    CB_DO(
        tx.exec("INSERT INTO benefit_review (claim, department, place, state, officer, words)"
                " VALUES ($1, $2, $3, 'waiting', '', '')",
                {s.claim.id, department, place}));
    if (s.procedure.in_order) ++place;
  }
  // Finance looks last, at what the others have passed.
  if (money && std::find(reviewers.begin(), reviewers.end(), finance) == reviewers.end()) {
    CB_DO(
        tx.exec("INSERT INTO benefit_review (claim, department, place, state, officer, words)"
                " VALUES ($1, $2, $3, 'waiting', '', '')",
                {s.claim.id, finance, std::int64_t{1000}}));
    reviewers.emplace_back(finance);
  }
  if (reviewers.empty()) {
    const Act act{"program", s.claim.department, "", ""};
    return approve_now(tx, s, act);
  }
  CB_DO(move(tx, s.claim, "review", {"program", join(reviewers, ","), "", ""}, s.now));
  return open_place(tx, s, 0);
}

// Opens the reviews of the first place after `place`.
Result<void> Claims::open_place(sql::Tx& tx, Standing& s, std::int64_t place) {
  CB_TRY(const auto next, tx.query("SELECT department, place FROM benefit_review WHERE claim = $1"
                                   " AND place > $2 AND state = 'waiting'"
                                   " ORDER BY place, department",
                                   {s.claim.id, place}));
  for (const sql::Row& row : next) {
    if (row.integer(1) != next.front().integer(1)) break;
    CB_DO(tx.exec("UPDATE benefit_review SET state = 'open' WHERE claim = $1 AND department = $2",
                  {s.claim.id, row.text(0)}));
    CB_DO(set_deadline(tx, s.claim.id, "review", row.text(0), in_days(s.procedure.review_days),
                       s.now));
    CB_DO(put_task(tx, "task.review", s, row.text(0), "待审核"));
  }
  return ok();
}

Result<void> Claims::approve_now(sql::Tx& tx, Standing& s, const Act& act) {
  CB_DO(move(tx, s.claim, "approve", act, s.now));
  CB_TRY(const auto row, tx.query_one("SELECT subject, payee, account, division, amount_fen"
                                      " FROM benefit_entitlement WHERE id = $1",
                                      {s.claim.entitlement}));
  if (!row) return internal("claim '" + s.claim.id + "' has no entitlement");
  // Its place in the queue counts from the moment when all was there.
  CB_DO(
      tx.exec("UPDATE benefit_entitlement SET state = 'approved', approved_at = $1,"
              " approved_by = $2, waiting_since = $3 WHERE id = $4",
              {s.now.us, act.actor == "program" ? s.policy.mode : act.actor,
               s.claim.complete_at.value_or(s.now.us), s.claim.entitlement}));
  const Due due{s.claim.entitlement, row->text(0), row->text(1),
                row->text(2),        row->text(3), row->integer(4)};
  CB_DO(commit_due(tx, ledger_, s.policy, {due}, s.now));
  if (s.policy.mode != "承诺兑现" || !sampled(s.claim.id, s.procedure.check_percent)) return ok();
  CB_DO(
      tx.exec("INSERT INTO benefit_check (claim, policy, department, state, officer, words)"
              " VALUES ($1, $2, $3, 'open', '', '') ON CONFLICT (claim) DO UPDATE SET"
              " state = 'open'",
              {s.claim.id, s.policy.code, s.claim.department}));
  return set_deadline(tx, s.claim.id, "check", s.claim.department, in_days(s.procedure.check_days),
                      s.now);
}

Result<void> Claims::accept(const Principal& officer, const std::string& id) {
  CB_DO(change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(may_decide(officer, s));
    if (const auto missing = s.claim.missing(); !missing.empty()) {
      return conflict("claim '" + s.claim.id + "' lacks " + join(missing, ", ") +
                      "; accept it with gaps, ask for them, or refuse it");
    }
    CB_DO(accept_now(tx, s, "accept", {officer.id, officer.department, "", ""}));
    crash_point("benefit.claim_written");
    return ok();
  }));
  crash_point("benefit.claim_committed");
  return ok();
}

Result<void> Claims::accept_with_gaps(const Principal& officer, const std::string& id) {
  return change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(may_decide(officer, s));
    CB_DO(claim_edge(s.claim.state, "accept_with_gaps"));
    std::vector<std::string> promised;
    for (PaperState& paper : s.claim.papers) {
      if (paper.state != "missing") continue;
      const Paper* asked = s.procedure.paper(paper.code);
      if (asked == nullptr || asked->gap_days == 0) {
        return conflict("paper '" + paper.name + "' may not come later; ask for it");
      }
      const Timestamp due = in_days(asked->gap_days);
      paper.state = "promised";
      paper.due = due.us;
      promised.push_back(paper.name + "（" + to_iso(city_date(due)) + "前）");
      CB_DO(set_deadline(tx, s.claim.id, "gap", paper.code, due, s.now));
    }
    if (promised.empty()) return conflict("claim '" + s.claim.id + "' has no gap; accept it");
    return accept_now(tx, s, "accept_with_gaps",
                      {officer.id, officer.department, "", join(promised, "、")});
  });
}

Result<void> Claims::ask(const Principal& officer, const std::string& id,
                         const std::vector<std::string>& more, const std::string& words) {
  return change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(may_decide(officer, s));
    if (s.claim.asked_at) {
      return conflict("claim '" + s.claim.id + "' was asked for papers on " +
                      to_iso(city_date(Timestamp{*s.claim.asked_at})) +
                      "; all is asked for at once, a second time is not allowed");
    }
    for (const std::string& code : more) {
      bool known = false;
      for (PaperState& paper : s.claim.papers) {
        if (paper.code != code) continue;
        paper.state = "missing";
        known = true;
      }
      if (!known) return invalid("'" + s.policy.name + "' asks for no paper '" + code + "'");
    }
    const auto missing = s.claim.missing();
    if (missing.empty()) return conflict("nothing of claim '" + s.claim.id + "' is missing");
    s.claim.asked_at = s.now.us;
    const Timestamp due = in_days(s.procedure.supplement_days);
    CB_DO(end_deadlines(tx, s.claim.id, "accept"));
    CB_DO(set_deadline(tx, s.claim.id, "supplement", "claimant", due, s.now));
    return move(tx, s.claim, "ask",
                {officer.id, officer.department, "",
                 join(missing, "、") + "（" + to_iso(city_date(due)) + "前补正）" +
                     (words.empty() ? "" : "；" + words)},
                s.now);
  });
}

Result<void> Claims::refuse(const Principal& officer, const std::string& id,
                            const std::string& code, const std::string& words) {
  CB_TRY(const std::string reason, reason_words(code, words));
  return change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(may_decide(officer, s));
    return end(tx, s, "refuse", {officer.id, officer.department, code, reason}, "claimable");
  });
}

Result<void> Claims::pass_review(sql::Tx& tx, Standing& s, const std::string& department,
                                 const Principal& officer, const std::string& words) {
  CB_DO(claim_edge(s.claim.state, "pass"));
  if (officer.id == s.claim.submitted_by || officer.subject == s.claim.subject) {
    return denied("you made claim '" + s.claim.id + "'; another person must approve it");
  }
  CB_TRY(const auto same,
         tx.query_one("SELECT COUNT(*) FROM benefit_review WHERE claim = $1 AND officer = $2",
                      {s.claim.id, officer.id}));
  if (same->integer(0) > 0) {
    return denied("you passed claim '" + s.claim.id + "' for another department already");
  }
  CB_TRY(const auto row,
         tx.query_one("UPDATE benefit_review SET state = 'passed', officer = $1, words = $2,"
                      " at = $3 WHERE claim = $4 AND department = $5 AND state = 'open'"
                      " RETURNING place",
                      {officer.id, words, s.now.us, s.claim.id, department}));
  if (!row) {
    return conflict("no review of claim '" + s.claim.id + "' is open for department '" +
                    department + "'");
  }
  CB_DO(end_deadlines(tx, s.claim.id, "review", department));
  CB_DO(move(tx, s.claim, "pass", {officer.id, department, "", words}, s.now));
  CB_TRY(const auto open, tx.query_one("SELECT COUNT(CASE WHEN state = 'open' THEN 1 END),"
                                       " COUNT(CASE WHEN state = 'waiting' THEN 1 END)"
                                       " FROM benefit_review WHERE claim = $1",
                                       {s.claim.id}));
  if (open->integer(0) > 0) return ok();
  if (open->integer(1) > 0) return open_place(tx, s, row->integer(0));
  return approve_now(tx, s, {officer.id, department, "", ""});
}

Result<void> Claims::pass(const Principal& officer, const std::string& id,
                          const std::string& words) {
  Policy policy;
  CB_TRY(const Claim claim, parts_.db.read([&](sql::Session& session) -> Result<Claim> {
    CB_TRY(Claim found, read_claim(session, id));
    CB_TRY(policy, read_policy(session, found.policy));
    return found;
  }));
  std::string why;
  CB_TRY(const bool entitled, entitled_now(policy, claim.subject, why));
  if (!entitled) {
    return conflict("by today's facts claim '" + claim.id + "' is not entitled (" + why +
                    "); reject it with reason not_entitled");
  }
  CB_DO(change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(pass_review(tx, s, officer.department, officer, words));
    crash_point("benefit.claim_written");
    return ok();
  }));
  crash_point("benefit.claim_committed");
  return ok();
}

Result<void> Claims::approve(const Principal& officer, const std::string& id) {
  Principal as_finance = officer;
  as_finance.department = finance;
  return pass(as_finance, id, "");
}

Result<void> Claims::reject(const Principal& officer, const std::string& id,
                            const std::string& code, const std::string& words) {
  CB_TRY(const std::string reason, reason_words(code, words));
  return change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(claim_edge(s.claim.state, "reject"));
    CB_TRY(const std::int64_t closed,
           tx.exec("UPDATE benefit_review SET state = 'refused', officer = $1, words = $2, at = $3"
                   " WHERE claim = $4 AND department = $5 AND state = 'open'",
                   {officer.id, reason, s.now.us, s.claim.id, officer.department}));
    if (closed != 1) {
      return denied("no review of claim '" + s.claim.id + "' is open for your department '" +
                    officer.department + "'");
    }
    return end(tx, s, "reject", {officer.id, officer.department, code, reason}, "rejected");
  });
}

Result<void> Claims::revoke(const Principal& officer, const std::string& id,
                            const std::string& code, const std::string& words) {
  CB_TRY(const std::string reason, reason_words(code, words));
  return change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(may_decide(officer, s));
    return end(tx, s, "revoke", {officer.id, officer.department, code, reason}, "rejected");
  });
}

}  // namespace citybrain::benefit
