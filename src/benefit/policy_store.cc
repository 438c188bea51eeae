// The rows of a policy's life.
#include "policy_store.h"

#include "base/crash.h"
#include "sql/outbox.h"

namespace citybrain::benefit {

Result<void> move_policy(sql::Tx& tx, Policy& policy, const char* event, const PolicyAct& act,
                         Timestamp now) {
  auto edge = policy_edge(policy.state, event);
  if (!edge) return edge.error().in("policy '" + policy.code + "'");
  const std::int64_t number = policy.events + 1;
  CB_DO(
      tx.exec("INSERT INTO benefit_policy_event (policy, number, event, from_state, to_state,"
              " actor, code, words, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
              {policy.code, number, (*edge)->event, (*edge)->from, (*edge)->to, act.actor, act.code,
               act.words, now.us}));
  crash_point("benefit.policy_event");
  CB_TRY(const std::int64_t changed,
         tx.exec("UPDATE benefit_policy SET state = $1, events = $2, publisher = $3,"
                 " published_at = $4 WHERE code = $5 AND events = $6",
                 {(*edge)->to, number, policy.publisher, policy.published_at, policy.code,
                  policy.events}));
  if (changed != 1) {
    return conflict("policy '" + policy.code + "' was changed by another meanwhile");
  }
  policy.state = (*edge)->to;
  policy.events = number;
  json::object told = {{"text", std::string((*edge)->words) + "：" + policy.name},
                       {"division", policy.division},
                       {"state", policy.state}};
  if ((*edge)->event == std::string_view("publish")) told["live"] = "publish";
  CB_DO(sql::put(tx, now, std::string("benefit.policy.") + event, policy.code, told));
  return ok();
}

Result<std::vector<PolicyCheck>> read_checks(sql::Session& session, const std::string& policy) {
  std::vector<PolicyCheck> checks;
  for (const CheckKind& kind : check_kinds()) {
    CB_TRY(const auto row,
           session.query_one("SELECT round, kind, state, officer, words, at"
                             " FROM benefit_policy_check WHERE policy = $1 AND kind = $2"
                             " ORDER BY round DESC LIMIT 1",
                             {policy, kind.kind}));
    if (!row) continue;
    checks.push_back({row->integer(0), row->text(1), row->text(2), row->text(3), row->text(4),
                      row->maybe_integer(5)});
  }
  return checks;
}

Result<void> open_checks(sql::Tx& tx, const std::string& policy, std::int64_t round) {
  std::vector<sql::Params> rows;
  for (const CheckKind& kind : check_kinds()) rows.push_back({policy, round, kind.kind});
  CB_DO(
      tx.exec_many("INSERT INTO benefit_policy_check (policy, round, kind, state, officer, words)"
                   " VALUES ($1, $2, $3, 'open', '', '')",
                   rows));
  return ok();
}

Result<void> end_check(sql::Tx& tx, const std::string& policy, const PolicyCheck& check,
                       Timestamp now) {
  CB_TRY(
      const std::int64_t changed,
      tx.exec("UPDATE benefit_policy_check SET state = $1, officer = $2, words = $3, at = $4"
              " WHERE policy = $5 AND round = $6 AND kind = $7 AND state = 'open'",
              {check.state, check.officer, check.words, now.us, policy, check.round, check.kind}));
  if (changed == 1) return ok();
  return conflict("the check '" + check.kind + "' of policy '" + policy + "' was made before");
}

Result<std::vector<PolicyEvent>> read_policy_events(sql::Session& session,
                                                    const std::string& policy, Timestamp until) {
  std::vector<PolicyEvent> events;
  CB_DO(
      session.each("SELECT number, event, from_state, to_state, actor, code, words, at"
                   " FROM benefit_policy_event WHERE policy = $1 AND at <= $2 ORDER BY number",
                   {policy, until.us}, [&](const sql::Row& row) -> Result<void> {
                     events.push_back({row.integer(0), row.text(1), row.text(2), row.text(3),
                                       row.text(4), row.text(5), row.text(6), row.integer(7)});
                     return ok();
                   }));
  return events;
}

}  // namespace citybrain::benefit
