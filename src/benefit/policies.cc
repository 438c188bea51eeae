// The acts of people on a policy: each takes one edge of policy_graph.h.
#include "policies.h"

#include "base/text.h"
#include "decider.h"

namespace citybrain::benefit {

namespace {

constexpr std::size_t words_max = 2000;

Result<void> some_words(const std::string& words) {
  if (!words.empty() && words.size() <= words_max) return ok();
  return invalid("'words' has " + std::to_string(words.size()) + " bytes; send 1.." +
                 std::to_string(words_max));
}

Result<void> another_than_drafter(const Policy& policy, const std::string& person,
                                  const char* act) {
  if (policy.drafter != person) return ok();
  return denied("policy '" + policy.code + "' was drafted by you; another person must " + act +
                " it");
}

// The lines that a policy names and that nobody has imported; `*` stands for some division.
Result<std::vector<std::string>> missing_lines(sql::Session& session, const Policy& policy) {
  std::vector<std::string> missing;
  for (const std::string_view part : split(policy.line, '+')) {
    const auto star = part.find('*');
    const std::string pattern =
        star == std::string_view::npos
            ? std::string(part)
            : std::string(part.substr(0, star)) + "%" + std::string(part.substr(star + 1));
    CB_TRY(const auto found,
           session.query_one("SELECT COUNT(*) FROM benefit_line WHERE code LIKE $1", {pattern}));
    if (found->integer(0) == 0) missing.emplace_back(part);
  }
  return missing;
}

// All that keeps a draft from being checked, in words.
Result<std::vector<std::string>> gaps_of(sql::Session& session, const Policy& policy,
                                         const Parts& parts) {
  std::vector<std::string> gaps;
  if (policy.name.empty()) gaps.emplace_back("'name' is empty");
  if (policy.basis.empty()) gaps.emplace_back("'basis' names no legal basis");
  CB_TRY(const auto lines, missing_lines(session, policy));
  for (const std::string& line : lines) gaps.push_back("budget line '" + line + "' is not there");
  const auto ready = prepare(policy, parts.models, parts.facts.known(policy.subject),
                             std::max(parts.clock.today(), policy.window_from));
  if (!ready) gaps.push_back(ready.error().message);
  return gaps;
}

}  // namespace

Result<void> Policies::submit(sql::Tx& tx, const std::string& code,
                              const std::string& drafter) const {
  CB_TRY(Policy policy, read_policy(tx, code));
  CB_TRY(const PolicyEdge* edge, policy_edge(policy.state, "submit"));
  CB_TRY(const auto gaps, gaps_of(tx, policy, parts_));
  if (!gaps.empty()) {
    return invalid("policy '" + code + "' can't be checked yet: " + join(gaps, "; "));
  }
  CB_TRY(const auto before, read_checks(tx, code));
  CB_DO(open_checks(tx, code, before.empty() ? 1 : before.front().round + 1));
  return move_policy(tx, policy, edge->event, {drafter, "", ""}, parts_.clock.now());
}

Result<void> Policies::check(sql::Tx& tx, const std::string& code, const std::string& kind,
                             const Principal& officer, bool passes,
                             const std::string& words) const {
  CB_TRY(const CheckKind* which, check_kind(kind));
  CB_TRY(Policy policy, read_policy(tx, code));
  CB_DO(policy_edge(policy.state, "pass"));
  CB_DO(another_than_drafter(policy, officer.id, "check"));
  if (officer.department != which->department) {
    return denied("the check '" + kind + "' is made by department '" + which->department +
                  "', yours is '" + officer.department + "'");
  }
  if (!passes) CB_DO(some_words(words));
  CB_TRY(const auto checks, read_checks(tx, code));
  PolicyCheck made;
  bool others_passed = true;
  for (const PolicyCheck& check : checks) {
    if (check.kind == kind) {
      made = check;
    } else {
      others_passed = others_passed && check.state == "passed";
    }
  }
  made.state = passes ? "passed" : "returned";
  made.officer = officer.id;
  made.words = words;
  const Timestamp now = parts_.clock.now();
  CB_DO(end_check(tx, code, made, now));
  const char* event = !passes ? "return" : others_passed ? "clear" : "pass";
  return move_policy(tx, policy, event, {officer.id, kind, words}, now);
}

Result<void> Policies::recall(sql::Tx& tx, const std::string& code,
                              const std::string& drafter) const {
  CB_TRY(Policy policy, read_policy(tx, code));
  return move_policy(tx, policy, "recall", {drafter, "", ""}, parts_.clock.now());
}

Result<void> Policies::publish(sql::Tx& tx, const std::string& code,
                               const std::string& publisher) const {
  CB_TRY(Policy policy, read_policy(tx, code));
  CB_DO(another_than_drafter(policy, publisher, "publish"));
  CB_DO(policy_edge(policy.state, "publish"));
  CB_TRY(const auto checks, read_checks(tx, code));
  for (const PolicyCheck& check : checks) {
    if (check.officer != publisher) continue;
    return denied("policy '" + code + "' was checked by you (" + check.kind +
                  "); another person must publish it");
  }
  const Timestamp now = parts_.clock.now();
  policy.publisher = publisher;
  policy.published_at = now.us;
  CB_DO(move_policy(tx, policy, "publish", {publisher, "", ""}, now));
  return follow_window(tx, policy, now);
}

Result<void> Policies::send_back(sql::Tx& tx, const std::string& code, const std::string& publisher,
                                 const std::string& words) const {
  CB_DO(some_words(words));
  CB_TRY(Policy policy, read_policy(tx, code));
  if (policy.state == "checking") {
    return conflict("policy '" + code + "' is being checked; a check returns it");
  }
  return move_policy(tx, policy, "return", {publisher, "", words}, parts_.clock.now());
}

Result<void> Policies::stop(sql::Tx& tx, const std::string& code, const std::string& publisher,
                            const std::string& words) const {
  CB_DO(some_words(words));
  CB_TRY(Policy policy, read_policy(tx, code));
  CB_DO(another_than_drafter(policy, publisher, "stop"));
  return move_policy(tx, policy, "stop", {publisher, "", words}, parts_.clock.now());
}

Result<void> Policies::evaluate(sql::Tx& tx, const std::string& code, const std::string& evaluator,
                                std::int64_t score, const std::string& words) const {
  CB_DO(some_words(words));
  if (score < 0 || score > 100) {
    return invalid("'score' is " + std::to_string(score) + "; send 0..100");
  }
  CB_TRY(Policy policy, read_policy(tx, code));
  CB_DO(another_than_drafter(policy, evaluator, "evaluate"));
  return move_policy(tx, policy, "evaluate", {evaluator, std::to_string(score), words},
                     parts_.clock.now());
}

}  // namespace citybrain::benefit
