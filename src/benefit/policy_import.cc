// Drafts of policies: read from a table's row or a form, written while the policy is a draft.
#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"
#include "policies.h"

namespace citybrain::benefit {

namespace {

Result<std::string> one_of(const std::string& column, const std::string& value,
                           const std::vector<std::string>& allowed) {
  for (const std::string& word : allowed) {
    if (value == word) return value;
  }
  return invalid("'" + column + "' is '" + value + "'; send one of " + join(allowed, ", "));
}

sql::Params terms_of(const Policy& p) {
  return {p.code,  p.name,       p.level,  p.division,   p.department,       p.subject,
          p.mode,  p.model,      p.line,   p.city_share, p.window_from.days, p.window_to.days,
          p.basis, p.parameters, p.summary};
}

Result<void> store(sql::Tx& tx, const Policy& p, const std::string& drafter) {
  sql::Params params = terms_of(p);
  params.emplace_back(drafter);
  CB_DO(tx.exec(
      "INSERT INTO benefit_policy (code, name, level, division, department, subject, mode, model,"
      " line, city_share, window_from, window_to, basis, parameters, summary, state, drafter,"
      " publisher, events) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
      " $15, '', $16, '', 0) ON CONFLICT (code) DO UPDATE SET name = excluded.name,"
      " level = excluded.level, division = excluded.division, department = excluded.department,"
      " subject = excluded.subject, mode = excluded.mode, model = excluded.model,"
      " line = excluded.line, city_share = excluded.city_share,"
      " window_from = excluded.window_from, window_to = excluded.window_to,"
      " basis = excluded.basis, parameters = excluded.parameters, summary = excluded.summary,"
      " drafter = excluded.drafter",
      params));
  return ok();
}

// The same terms by the same drafter.
bool same(const Policy& a, const Policy& b) {
  const auto tied = [](const Policy& p) {
    return std::tie(p.name, p.level, p.division, p.department, p.subject, p.mode, p.model, p.line,
                    p.city_share, p.window_from.days, p.window_to.days, p.basis, p.parameters,
                    p.summary, p.drafter);
  };
  return tied(a) == tied(b);
}

}  // namespace

Result<Policy> policy_from(const PolicyMembers& at) {
  Policy p;
  p.code = at("code");
  if (p.code.empty()) return invalid("'code' is empty");
  p.name = at("name");
  CB_TRY(p.level, one_of("level", at("level"), {"city", "district"}));
  p.division = at("division");
  p.department = at("department");
  CB_TRY(p.subject, one_of("subject", at("subject"), {"enterprise", "person"}));
  CB_TRY(p.mode, one_of("mode", at("mode"), {"免申即享", "即申即享", "承诺兑现"}));
  p.model = at("model");
  p.line = at("line");
  const auto share = parse_int(at("city_share"));
  if (!share || *share < 0 || *share > 100) {
    return invalid("'city_share' is '" + at("city_share") + "'; send 0..100 (percent)");
  }
  p.city_share = *share;
  CB_TRY(p.window_from, parse_date(at("window_from")));
  CB_TRY(p.window_to, parse_date(at("window_to")));
  if (p.window_to < p.window_from) return invalid("'window_to' lies before 'window_from'");
  p.basis = at("basis");
  p.parameters = at("parameters").empty() ? "{}" : at("parameters");
  CB_TRY(const json::value parameters, parse_json(p.parameters));
  if (!parameters.is_object()) return invalid("'parameters' is no JSON object");
  p.summary = at("summary");
  return p;
}

Result<void> draft_policy(sql::Tx& tx, Policy draft, const std::string& drafter, Timestamp now) {
  auto before = read_policy(tx, draft.code);
  if (!before && before.error().code != Code::not_found) return before.error();
  draft.drafter = drafter;
  if (before) {
    draft.state = before->state;
    draft.events = before->events;
    draft.publisher = before->publisher;
    draft.published_at = before->published_at;
    CB_TRY(const PolicyEdge* edge, policy_edge(draft.state, "draft"));
    CB_CHECK(edge->to == std::string_view("draft"));
  }
  CB_DO(store(tx, draft, drafter));
  return move_policy(tx, draft, "draft", {drafter, "", ""}, now);
}

Result<std::int64_t> import_policies(sql::Db& db, std::string_view csv, const std::string& drafter,
                                     Timestamp now) {
  CB_TRY(const CsvTable table,
         parse_csv(csv, {"code", "name", "level", "division", "department", "subject", "mode",
                         "model", "line", "city_share", "window_from", "window_to", "basis",
                         "parameters", "summary"}));
  return db.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    std::int64_t written = 0;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      const std::string where = "line " + std::to_string(row + 2) + " of the policies";
      auto policy = policy_from([&](const char* column) { return table.at(row, column); });
      if (!policy) return policy.error().in(where);
      policy->drafter = drafter;
      const auto before = read_policy(tx, policy->code);
      if (before && (before->state != "draft" || same(*before, *policy))) continue;
      CB_DO(draft_policy(tx, *std::move(policy), drafter, now));
      ++written;
    }
    return written;
  });
}

}  // namespace citybrain::benefit
