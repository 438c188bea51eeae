// The policies' state graph: draft → published → open → closed. The window opens and closes it, a
// second person publishes it.
#include "policies.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"
#include "sql/outbox.h"

namespace citybrain::benefit {

namespace {

Result<std::string> one_of(const std::string& column, const std::string& value,
                           const std::vector<std::string>& allowed) {
  for (const std::string& word : allowed) {
    if (value == word) return value;
  }
  return invalid("'" + column + "' is '" + value + "'; send one of " + join(allowed, ", "));
}

Result<Policy> policy_from(const CsvTable& table, std::size_t row) {
  const auto at = [&](const char* column) -> const std::string& { return table.at(row, column); };
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

Result<std::int64_t> store(sql::Tx& tx, const Policy& p, const std::string& drafter) {
  return tx.exec(
      "INSERT INTO benefit_policy (code, name, level, division, department, subject, mode, model,"
      " line, city_share, window_from, window_to, basis, parameters, summary, state, drafter,"
      " publisher) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
      " 'draft', $16, '') ON CONFLICT (code) DO UPDATE SET name = excluded.name,"
      " level = excluded.level, division = excluded.division, department = excluded.department,"
      " subject = excluded.subject, mode = excluded.mode, model = excluded.model,"
      " line = excluded.line, city_share = excluded.city_share,"
      " window_from = excluded.window_from, window_to = excluded.window_to,"
      " basis = excluded.basis, parameters = excluded.parameters, summary = excluded.summary,"
      " drafter = excluded.drafter WHERE benefit_policy.state = 'draft'",
      {p.code, p.name, p.level, p.division, p.department, p.subject, p.mode, p.model, p.line,
       p.city_share, p.window_from.days, p.window_to.days, p.basis, p.parameters, p.summary,
       drafter});
}

const char* state_on(const Policy& policy, Date today) {
  if (today > policy.window_to) return "closed";
  return today >= policy.window_from ? "open" : "published";
}

Result<void> publish(sql::Tx& tx, const Policy& policy, const std::string& publisher,
                     Timestamp now) {
  const std::string state = state_on(policy, city_date(now));
  CB_TRY(const std::int64_t changed,
         tx.exec("UPDATE benefit_policy SET state = $1, publisher = $2, published_at = $3"
                 " WHERE code = $4 AND state = 'draft'",
                 {state, publisher, now.us, policy.code}));
  if (changed != 1) {
    return conflict("policy '" + policy.code + "' is no draft; it was published before");
  }
  CB_DO(sql::put(tx, now, "benefit.published", policy.code,
                 {{"live", "publish"},
                  {"text", "政策发布：" + policy.name},
                  {"division", policy.division},
                  {"state", state}}));
  return ok();
}

}  // namespace

Result<std::int64_t> import_policies(sql::Db& db, std::string_view csv,
                                     const std::string& drafter) {
  CB_TRY(const CsvTable table,
         parse_csv(csv, {"code", "name", "level", "division", "department", "subject", "mode",
                         "model", "line", "city_share", "window_from", "window_to", "basis",
                         "parameters", "summary"}));
  return db.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    std::int64_t written = 0;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      const std::string where = "line " + std::to_string(row + 2) + " of the policies";
      auto policy = policy_from(table, row);
      if (!policy) return policy.error().in(where);
      CB_TRY(const std::int64_t changed, store(tx, *policy, drafter));
      written += changed;
    }
    return written;
  });
}

Result<void> publish_policy(sql::Db& db, const std::string& code, const std::string& publisher,
                            Timestamp now) {
  return db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const Policy policy, read_policy(tx, code));
    if (policy.drafter == publisher) {
      return denied("policy '" + code + "' was drafted by you; another person must publish it");
    }
    return publish(tx, policy, publisher, now);
  });
}

Result<std::int64_t> publish_drafts(sql::Db& db, const std::string& publisher, Timestamp now) {
  return db.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    CB_TRY(const auto drafts, read_policies(tx, {"draft"}));
    std::int64_t published = 0;
    for (const Policy& policy : drafts) {
      if (policy.drafter == publisher) continue;
      CB_DO(publish(tx, policy, publisher, now));
      ++published;
    }
    return published;
  });
}

Result<std::int64_t> open_and_close(sql::Db& db, Timestamp now) {
  const Date today = city_date(now);
  CB_TRY(const auto due, db.read([&](sql::Session& session) -> Result<std::vector<Policy>> {
    CB_TRY(auto policies, read_policies(session, {"published", "open"}));
    std::erase_if(policies, [&](const Policy& p) { return p.state == state_on(p, today); });
    return policies;
  }));
  if (due.empty()) return std::int64_t{0};
  return db.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    std::int64_t changed = 0;
    for (const Policy& policy : due) {
      CB_TRY(const std::int64_t rows,
             tx.exec("UPDATE benefit_policy SET state = $1 WHERE code = $2 AND state = $3",
                     {state_on(policy, today), policy.code, policy.state}));
      changed += rows;
    }
    return changed;
  });
}

}  // namespace citybrain::benefit
