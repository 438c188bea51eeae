// A policy's rows: moving it along an edge with its event, its checks, its history. Private to the
// policies.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "policy_graph.h"
#include "sql/db.h"
#include "terms.h"

namespace citybrain::benefit {

// Who takes an edge, and what is said with it.
struct PolicyAct {
  std::string actor;  // id of the account; "program"
  std::string code;   // a check's kind; an evaluation's score
  std::string words;
};

// Takes the edge `event`: state, event row and outbox event benefit.policy.EVENT in the caller's
// transaction. conflict where there is no such edge or another took one meanwhile.
Result<void> move_policy(sql::Tx& tx, Policy& policy, const char* event, const PolicyAct& act,
                         Timestamp now);

struct PolicyCheck {
  std::int64_t round = 0;
  std::string kind;
  std::string state;  // open | passed | returned
  std::string officer;
  std::string words;
  std::optional<std::int64_t> at;
};
// Of the newest round, in the order of check_kinds().
Result<std::vector<PolicyCheck>> read_checks(sql::Session& session, const std::string& policy);
Result<void> open_checks(sql::Tx& tx, const std::string& policy, std::int64_t round);
// conflict where that check is not open.
Result<void> end_check(sql::Tx& tx, const std::string& policy, const PolicyCheck& check,
                       Timestamp now);

struct PolicyEvent {
  std::int64_t number = 0;
  std::string event, from_state, to_state, actor, code, words;
  std::int64_t at = 0;
};
// In order, those at or before `until`.
Result<std::vector<PolicyEvent>> read_policy_events(sql::Session& session,
                                                    const std::string& policy, Timestamp until);

}  // namespace citybrain::benefit
