// What windows, budgets and settling do to policies.
#include <map>
#include <set>

#include "ledger_journal.h"
#include "policies.h"

namespace citybrain::benefit {

namespace {

const PolicyAct by_program = {"program", "", ""};

const char* window_edge(const Policy& p, Date today) {
  const bool live = p.state == "published" || p.takes_claims();
  if (live && today > p.window_to) return "expire";
  if (p.state == "published" && today >= p.window_from) return "open";
  return nullptr;
}

// Nothing of it is under way: no claim, no payment.
Result<bool> settled(sql::Session& session, const std::string& policy) {
  CB_TRY(const auto row,
         session.query_one("SELECT 1 FROM benefit_entitlement WHERE policy = $1"
                           " AND state IN ('claimed', 'approved', 'paying') LIMIT 1",
                           {policy}));
  if (row) return false;
  CB_TRY(const auto claim,
         session.query_one("SELECT 1 FROM benefit_claim WHERE policy = $1 AND state IN"
                           " ('received', 'asked', 'supplemented', 'accepted', 'reviewing',"
                           " 'objected') LIMIT 1",
                           {policy}));
  return !claim;
}

// What waits for budget: the smallest sum of each policy and division.
using Waiting = std::map<std::string, std::map<std::string, std::int64_t>>;
Result<Waiting> read_waiting(sql::Session& session) {
  Waiting waiting;
  CB_DO(
      session.each("SELECT policy, division, MIN(amount_fen) FROM benefit_entitlement"
                   " WHERE waiting_since IS NOT NULL AND account <> ''"
                   " GROUP BY policy, division",
                   {}, [&](const sql::Row& row) -> Result<void> {
                     waiting[row.text(0)][row.text(1)] = row.integer(2);
                     return ok();
                   }));
  return waiting;
}

// A policy is exhausted where something of it waits and its lines can't bear even the least of it.
Result<bool> exhausted_now(sql::Session& session, const Policy& policy, const Waiting& waiting) {
  const auto sums = waiting.find(policy.code);
  if (sums == waiting.end()) return false;
  for (const auto& [division, fen] : sums->second) {
    bool fits = true;
    for (const Leg& leg : legs_of(policy, division, fen)) {
      const std::string account = line_account(leg.line);
      CB_TRY(const auto balances, read_balances(session, {account}));
      fits = fits && balances.at(account).available() >= leg.amount_fen;
    }
    if (fits) return false;
  }
  return true;
}

// The edge that is due for it, or null.
Result<const char*> due_edge(sql::Session& session, const Policy& policy, const Waiting& waiting,
                             Date today) {
  if (const char* edge = window_edge(policy, today)) return edge;
  if (policy.state == "expired") {
    CB_TRY(const bool over, settled(session, policy.code));
    return over ? "close" : nullptr;
  }
  if (!policy.takes_claims()) return nullptr;
  CB_TRY(const bool none_left, exhausted_now(session, policy, waiting));
  if (none_left == (policy.state == "exhausted")) return nullptr;
  return none_left ? "exhaust" : "replenish";
}

}  // namespace

Result<void> follow_window(sql::Tx& tx, Policy& policy, Timestamp now) {
  while (const char* edge = window_edge(policy, city_date(now))) {
    CB_DO(move_policy(tx, policy, edge, by_program, now));
  }
  return ok();
}

Result<std::int64_t> advance_policies(sql::Db& db, Timestamp now) {
  const Date today = city_date(now);
  CB_TRY(const auto due, db.read([&](sql::Session& session) -> Result<std::vector<std::string>> {
    CB_TRY(const auto policies,
           read_policies(session, {"published", "open", "exhausted", "expired"}));
    CB_TRY(const Waiting waiting, read_waiting(session));
    std::vector<std::string> codes;
    for (const Policy& policy : policies) {
      CB_TRY(const char* edge, due_edge(session, policy, waiting, today));
      if (edge != nullptr) codes.push_back(policy.code);
    }
    return codes;
  }));
  if (due.empty()) return std::int64_t{0};
  return db.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    CB_TRY(const Waiting waiting, read_waiting(tx));
    std::int64_t taken = 0;
    for (const std::string& code : due) {
      CB_TRY(Policy policy, read_policy(tx, code));
      while (true) {
        CB_TRY(const char* edge, due_edge(tx, policy, waiting, today));
        if (edge == nullptr) break;
        CB_DO(move_policy(tx, policy, edge, by_program, now));
        ++taken;
      }
    }
    return taken;
  });
}

}  // namespace citybrain::benefit
