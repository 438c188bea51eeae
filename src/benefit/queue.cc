// The waiting queue: read in order, sorted out by reading, committed by policy.
#include "queue.h"

#include <map>
#include <vector>

#include "commits.h"
#include "ledger_journal.h"

namespace citybrain::benefit {

namespace {

constexpr std::int64_t waiting_group_max = 5000;

struct Entitlement {
  Due due;
  std::string policy;
  std::string state;
  std::int64_t waiting_since = 0;
};

constexpr const char* entitlement_columns =
    "id, subject, payee, account, division, amount_fen, policy, state, waiting_since";

Entitlement entitlement_of(const sql::Row& row) {
  return {{row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5)},
          row.text(6),
          row.text(7),
          row.integer(8)};
}

Result<Entitlement> read_entitlement(sql::Session& session, const std::string& id) {
  CB_TRY(const auto row, session.query_one(std::string("SELECT ") + entitlement_columns +
                                               " FROM benefit_entitlement WHERE id = $1",
                                           {id}));
  if (!row) return not_found("there is no entitlement or claim '" + id + "'");
  return entitlement_of(*row);
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
