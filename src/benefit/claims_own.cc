// What the claimant does: submit, supplement, withdraw, object, complain.
#include "base/crash.h"
#include "base/ids.h"
#include "claims.h"
#include "commits.h"
#include "decider.h"
#include "releases.h"
#include "sql/outbox.h"

namespace citybrain::benefit {

namespace {

constexpr std::size_t words_max = 2000;

Result<void> own(const Claim& claim, const Principal& claimant) {
  if (claimant.subject.empty() || claimant.subject != claim.subject) {
    return not_found("there is no claim '" + claim.id + "' of yours");
  }
  return ok();
}

Result<void> some_words(const std::string& words) {
  if (words.empty() || words.size() > words_max) {
    return invalid("'words' has " + std::to_string(words.size()) + " bytes; send 1.." +
                   std::to_string(words_max));
  }
  return ok();
}

Error not_claimable(const Policy& policy, const std::string& state) {
  if (policy.unasked()) return conflict("'" + policy.name + "' is paid without a claim");
  return conflict("'" + policy.name + "' was claimed before (" + state + ")");
}

// An entitlement as a claim needs it.
struct Held {
  std::string state;
  std::string payee;
  std::string division;
  std::int64_t amount_fen = 0;
};

Result<std::optional<Held>> read_held(sql::Session& session, const std::string& id) {
  CB_TRY(const auto row, session.query_one("SELECT state, payee, division, amount_fen"
                                           " FROM benefit_entitlement WHERE id = $1",
                                           {id}));
  if (!row) return std::optional<Held>();
  return std::optional(Held{row->text(0), row->text(1), row->text(2), row->integer(3)});
}

Claim new_claim(const Principal& claimant, const Policy& policy, std::int64_t attempt,
                Timestamp now) {
  Claim c;
  c.entitlement = entitlement_id(policy, claimant.subject);
  c.attempt = attempt;
  c.id = derived_id({"claim", c.entitlement, std::to_string(attempt)});
  c.policy = policy.code;
  c.department = policy.department;
  c.subject_type = policy.subject;
  c.subject = claimant.subject;
  c.submitted_by = claimant.id;
  c.submitted_at = now.us;
  return c;
}

}  // namespace

Result<void> Claims::take_papers(sql::Tx& tx, Standing& s, const std::vector<SentPaper>& papers) {
  for (const SentPaper& paper : papers) {
    const Paper* asked = s.procedure.paper(paper.code);
    if (asked == nullptr) {
      return invalid("'" + s.policy.name + "' asks for no paper '" + paper.code +
                     "'; what government holds is not asked for");
    }
    if (paper.bytes.empty() || paper.bytes.size() > paper_bytes_max) {
      return invalid("paper '" + paper.code + "' has " + std::to_string(paper.bytes.size()) +
                     " bytes; send 1.." + std::to_string(paper_bytes_max));
    }
    for (PaperState& state : s.claim.papers) {
      if (state.code == paper.code) state.state = "given";
    }
    CB_DO(
        tx.exec("INSERT INTO benefit_paper (claim, code, file, media, sha256, content, at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (claim, code) DO UPDATE SET"
                " file = excluded.file, media = excluded.media, sha256 = excluded.sha256,"
                " content = excluded.content, at = excluded.at",
                {s.claim.id, paper.code, paper.file, paper.media, to_hex(sha256(paper.bytes)),
                 sql::Blob{paper.bytes}, s.now.us}));
    CB_DO(end_deadlines(tx, s.claim.id, "gap", paper.code));
  }
  return ok();
}

Result<bool> Claims::entitled_now(const Policy& policy, const std::string& subject,
                                  std::string& why) {
  CB_TRY(const Prepared prepared,
         prepare(policy, parts_.models, parts_.facts.known(policy.subject), parts_.clock.today()));
  Principal engine;
  engine.kind = Principal::Kind::system;
  engine.name = "benefit";
  const auto known =
      parts_.facts.one({policy.subject, subject}, prepared.wanted, engine, "benefit.explain");
  if (!known && known.error().code == Code::not_found) {
    why = "登记库中没有该主体";
    return false;
  }
  if (!known) return known.error();
  CB_TRY(const Explained explained, explain(prepared, known->facts, parts_.facts));
  why = explained.in_words;
  for (const Reason& reason : explained.reasons) {
    if (!reason.holds) why += "；" + reason.text + "，实际 " + reason.value;
  }
  return explained.verdict.entitled;
}

Result<std::string> Claims::turn_away(const Principal& claimant, const Policy& policy,
                                      const std::string& why) {
  return parts_.db.write([&](sql::Tx& tx) -> Result<std::string> {
    const Timestamp now = parts_.clock.now();
    const std::string entitlement = entitlement_id(policy, claimant.subject);
    CB_TRY(const auto before, newest_claim(tx, entitlement));
    // Asked again with nothing changed: the same answer, no new case.
    if (before && before->state == "refused" && before->reason == why) return before->id;
    if (before && !is_over(before->state)) return not_claimable(policy, before->state);
    Claim c = new_claim(claimant, policy, before ? before->attempt + 1 : 1, now);
    c.payee = claimant.name;
    CB_DO(insert_claim(tx, c));
    CB_DO(move(tx, c, "turn_away", {"program", c.department, "not_entitled", why}, now));
    return c.id;
  });
}

Result<std::string> Claims::submit(const Principal& claimant, const Submission& sent) {
  if (claimant.subject.empty()) {
    return denied("only a firm or a citizen can claim; this account stands for neither");
  }
  Policy policy;
  CB_TRY(const auto seen, parts_.db.read([&](sql::Session& session) -> Result<std::optional<Held>> {
    CB_TRY(policy, read_policy(session, sent.policy));
    return read_held(session, entitlement_id(policy, claimant.subject));
  }));
  if (!policy.takes_claims()) {
    return conflict("policy '" + sent.policy + "' is " + policy.state + "; claims are closed");
  }
  if (policy.unasked()) return not_claimable(policy, "");
  if (policy.mode == "承诺兑现" && !sent.promise) {
    return invalid("'" + policy.name + "' is paid on a promise; send \"promise\": true");
  }
  if (!seen || seen->state == "lapsed") {
    std::string why;
    CB_TRY(const bool entitled, entitled_now(policy, claimant.subject, why));
    if (!entitled) return turn_away(claimant, policy, why);
    return unavailable("'" + policy.name + "' is being matched to you; try again in a moment");
  }
  CB_TRY(const std::string id, parts_.db.write([&](sql::Tx& tx) -> Result<std::string> {
    Standing s;
    s.now = parts_.clock.now();
    s.policy = policy;
    CB_TRY(s.procedure, read_procedure(tx, policy));
    CB_TRY(const auto held, read_held(tx, entitlement_id(policy, claimant.subject)));
    if (!held || held->state != "claimable") {
      return not_claimable(policy, held ? held->state : "lapsed");
    }
    CB_TRY(const auto before, newest_claim(tx, entitlement_id(policy, claimant.subject)));
    s.claim = new_claim(claimant, policy, before ? before->attempt + 1 : 1, s.now);
    s.claim.payee = held->payee;
    s.claim.division = held->division;
    s.claim.amount_fen = held->amount_fen;
    s.claim.promised = sent.promise;
    for (const Paper& paper : s.procedure.papers) {
      s.claim.papers.push_back({paper.code, paper.name, "missing", 0});
    }
    CB_DO(insert_claim(tx, s.claim));
    CB_DO(take_papers(tx, s, sent.papers));
    CB_DO(
        tx.exec("UPDATE benefit_entitlement SET state = 'claimed', claimed_at = $1,"
                " claimed_by = $2 WHERE id = $3",
                {s.now.us, claimant.id, s.claim.entitlement}));
    CB_DO(move(tx, s.claim, "submit", {claimant.id, policy.department, "", ""}, s.now));
    if (s.claim.missing().empty()) {
      CB_DO(accept_now(tx, s, "accept", {"program", policy.department, "", ""}));
    } else {
      CB_DO(set_deadline(tx, s.claim.id, "accept", policy.department,
                         in_days(s.procedure.accept_days), s.now));
    }
    crash_point("benefit.claim_written");
    return s.claim.id;
  }));
  crash_point("benefit.claim_committed");
  return id;
}

Result<void> Claims::supplement(const Principal& claimant, const std::string& id,
                                const std::vector<SentPaper>& papers) {
  if (papers.empty()) return invalid("'papers' is empty; send at least one");
  CB_DO(change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(own(s.claim, claimant));
    const char* event = s.claim.state == "asked" ? "supplement" : "fill";
    CB_DO(claim_edge(s.claim.state, event));
    if (event == std::string_view("fill") && !s.claim.promises_papers()) {
      return conflict("no paper of claim '" + s.claim.id + "' is outstanding");
    }
    CB_DO(take_papers(tx, s, papers));
    const Act act{claimant.id, s.claim.department, "", ""};
    CB_DO(move(tx, s.claim, event, act, s.now));
    if (s.claim.state != "supplemented") return ok();
    CB_DO(end_deadlines(tx, s.claim.id, "supplement"));
    if (s.claim.missing().empty()) {
      CB_DO(accept_now(tx, s, "accept", {"program", s.claim.department, "", ""}));
    } else {
      CB_DO(set_deadline(tx, s.claim.id, "accept", s.claim.department,
                         in_days(s.procedure.accept_days), s.now));
    }
    crash_point("benefit.claim_written");
    return ok();
  }));
  crash_point("benefit.claim_committed");
  return ok();
}

Result<void> Claims::end(sql::Tx& tx, Standing& s, const char* event, const Act& act,
                         const char* entitlement_state) {
  CB_DO(claim_edge(s.claim.state, event));
  CB_DO(release_quota(tx, ledger_, s.claim.entitlement, s.now));
  CB_DO(move(tx, s.claim, event, act, s.now));
  CB_DO(end_deadlines(tx, s.claim.id, ""));
  CB_DO(
      tx.exec("UPDATE benefit_review SET state = 'closed' WHERE claim = $1"
              " AND state IN ('open', 'waiting')",
              {s.claim.id}));
  CB_DO(tx.exec("UPDATE benefit_check SET state = 'closed' WHERE claim = $1 AND state = 'open'",
                {s.claim.id}));
  CB_DO(
      tx.exec("UPDATE benefit_entitlement SET state = $1, waiting_since = NULL,"
              " claimed_at = CASE WHEN $1 = 'claimable' THEN NULL ELSE claimed_at END,"
              " approved_at = NULL, committed_at = NULL, note = $2 WHERE id = $3",
              {entitlement_state, act.words, s.claim.entitlement}));
  return ok();
}

Result<void> Claims::withdraw(const Principal& claimant, const std::string& id) {
  CB_DO(change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(own(s.claim, claimant));
    CB_DO(end(tx, s, "withdraw", {claimant.id, s.claim.department, "", ""}, "claimable"));
    crash_point("benefit.claim_written");
    return ok();
  }));
  crash_point("benefit.claim_committed");
  return ok();
}

Result<void> Claims::object(const Principal& claimant, const std::string& id,
                            const std::string& words) {
  CB_DO(some_words(words));
  return change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(own(s.claim, claimant));
    CB_DO(claim_edge(s.claim.state, "object"));
    if (s.claim.objected_at) {
      return conflict("an objection against claim '" + s.claim.id +
                      "' was decided before; complain, or sue within the legal time");
    }
    const Timestamp last =
        end_of_working_day(options_.calendar, Timestamp{s.claim.closed_at.value_or(s.now.us)},
                           s.procedure.objection_days);
    if (s.now.us > last.us) {
      return conflict("the time to object to claim '" + s.claim.id + "' ended on " +
                      to_iso(city_date(last)));
    }
    CB_TRY(const auto newest, newest_claim(tx, s.claim.entitlement));
    if (newest && newest->id != s.claim.id) {
      return conflict("'" + s.policy.name + "' was claimed again since; that claim counts");
    }
    s.claim.objected_at = s.now.us;
    CB_DO(move(tx, s.claim, "object", {claimant.id, s.claim.department, "", words}, s.now));
    CB_DO(
        tx.exec("UPDATE benefit_entitlement SET state = 'claimed' WHERE id = $1"
                " AND state IN ('claimable', 'rejected')",
                {s.claim.entitlement}));
    return set_deadline(tx, s.claim.id, "objection", s.claim.department,
                        in_days(s.procedure.review_days), s.now);
  });
}

Result<std::string> Claims::complain(const Principal& claimant, const std::string& id,
                                     const std::string& words) {
  CB_DO(some_words(words));
  std::string complaint;
  CB_DO(change(id, [&](sql::Tx& tx, Standing& s) -> Result<void> {
    CB_DO(own(s.claim, claimant));
    CB_TRY(const auto open, tx.query_one("SELECT COUNT(*) FROM benefit_complaint WHERE claim = $1"
                                         " AND state <> 'answered'",
                                         {s.claim.id}));
    if (open->integer(0) > 0) {
      return conflict("a complaint about claim '" + s.claim.id + "' is being dealt with");
    }
    complaint = new_id(parts_.clock, parts_.random);
    const Timestamp due = in_days(s.procedure.complaint_days);
    CB_DO(
        tx.exec("INSERT INTO benefit_complaint (id, claim, policy, subject, body, words, state,"
                " answer, officer, filed_at, due) VALUES ($1, $2, $3, $4, $5, $6, 'filed', '',"
                " '', $7, $8)",
                {complaint, s.claim.id, s.claim.policy, s.claim.subject, s.procedure.complaint_body,
                 words, s.now.us, due.us}));
    CB_DO(set_deadline(tx, s.claim.id, "complaint", s.procedure.complaint_body, due, s.now));
    return put_task(tx, "task.complaint", s, s.procedure.complaint_body, "收到投诉");
  }));
  return complaint;
}

}  // namespace citybrain::benefit
