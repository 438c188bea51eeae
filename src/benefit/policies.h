// Policies: drafting, the checks, publication, and what windows, budgets and settling do.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "benefit/benefit.h"
#include "benefit/ledger.h"
#include "policy_store.h"
#include "terms.h"

namespace citybrain::benefit {

// The members of a policy by their CSV column's name.
using PolicyMembers = std::function<std::string(const char* column)>;
// The error names the member and its value.
Result<Policy> policy_from(const PolicyMembers& at);

// Draft policies from CSV text; rows of policies that are no drafts any more, or that stand as they
// are, are left alone. Returns how many were written.
Result<std::int64_t> import_policies(sql::Db& db, std::string_view csv, const std::string& drafter,
                                     Timestamp now);
// New, or another draft in its place; conflict where it is no draft any more.
Result<void> draft_policy(sql::Tx& tx, Policy draft, const std::string& drafter, Timestamp now);

// Lines from CSV text, appropriated in the ledger; all or nothing.
Result<LineReport> import_lines(sql::Db& db, const Ledger& ledger, std::string_view csv,
                                const std::string& officer, Timestamp now);

// published → open ⇄ exhausted → expired → closed as windows, budgets and what is settled have it;
// returns how many edges were taken.
Result<std::int64_t> advance_policies(sql::Db& db, Timestamp now);
// What a window's days alone make of it.
Result<void> follow_window(sql::Tx& tx, Policy& policy, Timestamp now);

// Owner: Benefit. No state of its own besides its parts; threads may share it. Always holds: a
// policy moves along policy_graph.h's edges alone, each with its event in the same write; who
// drafted it neither checks nor publishes nor evaluates it, and who checked it does not publish it.
class Policies {
 public:
  explicit Policies(Parts parts) : parts_(parts) {}

  // draft → checking. invalid names all that the draft lacks: a model that reads what is neither
  // fact nor parameter, lines that are not there, no legal basis.
  Result<void> submit(sql::Tx& tx, const std::string& code, const std::string& drafter) const;
  // One check, by an officer of its department; the last one that passes makes the policy ready.
  Result<void> check(sql::Tx& tx, const std::string& code, const std::string& kind,
                     const Principal& officer, bool passes, const std::string& words) const;
  // checking or ready → draft, by the drafter's side.
  Result<void> recall(sql::Tx& tx, const std::string& code, const std::string& drafter) const;
  // ready → published (→ open when its window is).
  Result<void> publish(sql::Tx& tx, const std::string& code, const std::string& publisher) const;
  // ready → draft, by the publisher.
  Result<void> send_back(sql::Tx& tx, const std::string& code, const std::string& publisher,
                         const std::string& words) const;
  // Takes no more claims from now on; those in progress go on.
  Result<void> stop(sql::Tx& tx, const std::string& code, const std::string& publisher,
                    const std::string& words) const;
  // closed → evaluated. score: 0..100.
  Result<void> evaluate(sql::Tx& tx, const std::string& code, const std::string& evaluator,
                        std::int64_t score, const std::string& words) const;

 private:
  Parts parts_;
};

}  // namespace citybrain::benefit
