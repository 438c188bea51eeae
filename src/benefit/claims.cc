// Claims and approvals: each is one write that also freezes the quota.
#include "claims.h"

#include <map>

#include "commits.h"
#include "decider.h"
#include "ledger_journal.h"
#include "sql/outbox.h"

namespace citybrain::benefit {

namespace {

constexpr std::int64_t waiting_group_max = 5000;

struct Entitlement {
  Due due;
  std::string policy;
  std::string state;
  std::string claimed_by;
  std::string subject_type;
  std::int64_t waiting_since = 0;
};

constexpr const char* entitlement_columns =
    "id, subject, payee, account, division, amount_fen, policy, state, claimed_by, subject_type,"
    " waiting_since";

Entitlement entitlement_of(const sql::Row& row) {
  return {{row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5)},
          row.text(6),
          row.text(7),
          row.text(8),
          row.text(9),
          row.integer(10)};
}

Result<Entitlement> read_entitlement(sql::Session& session, const std::string& id) {
  CB_TRY(const auto row, session.query_one(std::string("SELECT ") + entitlement_columns +
                                               " FROM benefit_entitlement WHERE id = $1",
                                           {id}));
  if (!row) return not_found("there is no entitlement or claim '" + id + "'");
  return entitlement_of(*row);
}

Result<void> put_event(sql::Tx& tx, Timestamp now, const char* kind, const std::string& live,
                       const std::string& words, const Entitlement& e) {
  CB_DO(sql::put(tx, now, kind, e.due.entitlement,
                 {{"live", live},
                  {"text", words + mask_name(e.due.payee, e.subject_type)},
                  {"amount_fen", e.due.amount_fen},
                  {"division", e.due.division},
                  {"policy", e.policy}}));
  return ok();
}

Result<void> set_approved(sql::Tx& tx, const Entitlement& e, const std::string& by, Timestamp now) {
  CB_DO(
      tx.exec("UPDATE benefit_entitlement SET state = 'approved', approved_at = $1,"
              " approved_by = $2, waiting_since = $1 WHERE id = $3",
              {now.us, by, e.due.entitlement}));
  return ok();
}

Error not_claimable(const Policy& policy, const std::string& state) {
  if (policy.unasked()) return conflict("'" + policy.name + "' is paid without a claim");
  if (state == "lapsed")
    return not_found("nothing of '" + policy.name + "' is due to you any more");
  return conflict("'" + policy.name + "' was claimed before (" + state + ")");
}

// A group of what waits, in order, and of these what the lines can bear now.
struct Queue {
  std::size_t read = 0;
  QueuePlace end;
  std::vector<Entitlement> waiting;
  std::map<std::string, std::vector<Due>> fitting;  // by policy
};

Result<Queue> read_queue(sql::Session& session, const QueuePlace& place) {
  Queue queue;
  CB_DO(session.each(
      std::string("SELECT ") + entitlement_columns +
          " FROM benefit_entitlement WHERE waiting_since IS NOT NULL AND (waiting_since > $1"
          " OR (waiting_since = $1 AND id > $2)) ORDER BY waiting_since, id LIMIT $3",
      {place.since, place.id, waiting_group_max}, [&](const sql::Row& row) -> Result<void> {
        queue.waiting.push_back(entitlement_of(row));
        return ok();
      }));
  queue.read = queue.waiting.size();
  if (queue.read > 0) {
    queue.end = {queue.waiting.back().waiting_since, queue.waiting.back().due.entitlement};
  }
  return queue;
}

// What waits for money that is not there must not keep the writer busy: it is sorted out by
// reading.
Result<void> keep_what_fits(sql::Session& session, Queue& queue) {
  std::map<std::string, Policy> policies;
  std::map<std::string, std::int64_t> left;  // by line
  for (const Entitlement& e : queue.waiting) {
    if (e.due.account.empty()) continue;
    if (!policies.contains(e.policy)) {
      CB_TRY(policies[e.policy], read_policy(session, e.policy));
    }
    const auto legs = legs_of(policies[e.policy], e.due.division, e.due.amount_fen);
    bool fits = true;
    for (const Leg& leg : legs) {
      if (!left.contains(leg.line)) {
        const std::string account = line_account(leg.line);
        CB_TRY(const auto balances, read_balances(session, {account}));
        left[leg.line] = balances.at(account).available();
      }
      fits = fits && left[leg.line] >= leg.amount_fen;
    }
    if (!fits) continue;
    for (const Leg& leg : legs) left[leg.line] -= leg.amount_fen;
    queue.fitting[e.policy].push_back(e.due);
  }
  return ok();
}

}  // namespace

Result<std::string> claim_benefit(sql::Db& db, const Ledger& ledger, const Options& options,
                                  const Principal& claimant, const std::string& policy_code,
                                  Timestamp now) {
  if (claimant.subject.empty()) {
    return denied("only a firm or a citizen can claim; this account stands for neither");
  }
  return db.write([&](sql::Tx& tx) -> Result<std::string> {
    CB_TRY(const Policy policy, read_policy(tx, policy_code));
    const std::string id = entitlement_id(policy, claimant.subject);
    auto e = read_entitlement(tx, id);
    if (!e) return not_found("nothing of '" + policy.name + "' is due to you");
    if (e->state != "claimable") return not_claimable(policy, e->state);
    if (policy.state != "open") {
      return conflict("policy '" + policy_code + "' is " + policy.state + "; claims are closed");
    }
    CB_DO(
        tx.exec("UPDATE benefit_entitlement SET state = 'claimed', claimed_at = $1,"
                " claimed_by = $2 WHERE id = $3",
                {now.us, claimant.id, id}));
    CB_DO(put_event(tx, now, "benefit.claimed", "claim", "一键申领：", *e));
    if (needs_approval(policy, e->due.amount_fen, options.approval_from_fen)) return id;
    CB_DO(set_approved(tx, *e, policy.mode, now));
    CB_DO(commit_due(tx, ledger, policy, {e->due}, now));
    return id;
  });
}

Result<void> approve_claim(sql::Db& db, const Ledger& ledger, const Principal& officer,
                           const std::string& claim, Timestamp now) {
  return db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const Entitlement e, read_entitlement(tx, claim));
    if (e.state != "claimed") {
      return conflict("claim '" + claim + "' is " + e.state + "; only a claimed one is approved");
    }
    if (e.claimed_by == officer.id) {
      return denied("you made claim '" + claim + "'; another person must approve it");
    }
    CB_TRY(const Policy policy, read_policy(tx, e.policy));
    CB_DO(set_approved(tx, e, officer.id, now));
    CB_DO(put_event(tx, now, "benefit.approved", "approve", "审核通过：", e));
    CB_DO(commit_due(tx, ledger, policy, {e.due}, now));
    return ok();
  });
}

Result<bool> commit_waiting(sql::Db& db, const Ledger& ledger, QueuePlace& place, Timestamp now) {
  Queue queue;
  CB_DO(db.read([&](sql::Session& session) -> Result<void> {
    CB_TRY(queue, read_queue(session, place));
    return keep_what_fits(session, queue);
  }));
  if (queue.read == 0) {
    place = {};
    return false;
  }
  for (const auto& group : queue.fitting) {
    const auto& policy = group.first;
    const auto& dues = group.second;
    CB_DO(db.write([&](sql::Tx& tx) -> Result<void> {
      std::vector<Due> still;  // nobody has committed or taken it back meanwhile
      for (const Due& due : dues) {
        CB_TRY(const Entitlement e, read_entitlement(tx, due.entitlement));
        if (e.state == "approved") still.push_back(e.due);
      }
      CB_TRY(const Policy terms, read_policy(tx, policy));
      CB_DO(commit_due(tx, ledger, terms, still, now));
      return ok();
    }));
  }
  place = queue.end;
  return !queue.fitting.empty();
}

}  // namespace citybrain::benefit
