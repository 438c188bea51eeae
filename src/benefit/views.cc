// The staff's lists: policies, lines, payments, claims.
#include "views.h"

#include "base/csv.h"
#include "commits.h"
#include "ledger_journal.h"

namespace citybrain::benefit {

namespace {

constexpr std::int64_t size_default = 50;

std::string name_in(const Names& names, const std::string& code) {
  const auto found = names.find(code);
  return found == names.end() ? code : found->second;
}

json::value time_or_null(const sql::Row& row, std::size_t column) {
  if (row.is_null(column)) return nullptr;
  return json::value(to_iso(Timestamp{row.integer(column)}));
}

json::object list_of(json::array items, std::int64_t total) {
  return {{"items", std::move(items)}, {"total", total}};
}

json::object policy_json(const Policy& p, const Tally::Sum& sum, const Names& names) {
  return {{"code", p.code},
          {"name", p.name},
          {"level", p.level},
          {"division", p.division},
          {"division_name", name_in(names, p.division)},
          {"department", p.department},
          {"department_name", name_in(names, p.department)},
          {"subject", p.subject},
          {"mode", p.mode},
          {"model", p.model},
          {"state", p.state},
          {"window_from", to_iso(p.window_from)},
          {"window_to", to_iso(p.window_to)},
          {"line", p.line},
          {"city_share", p.city_share},
          {"drafter", p.drafter},
          {"publisher", p.publisher},
          {"matched", sum.entitled},
          {"matched_fen", sum.entitled_fen},
          {"paid", sum.paid},
          {"paid_fen", sum.paid_fen}};
}

Result<std::map<std::string, Tally::Sum>> sums_by_policy(sql::Session& session) {
  std::map<std::string, Tally::Sum> sums;
  CB_DO(session.each(
      "SELECT policy, CAST(SUM(entitled) AS BIGINT),"
      " CAST(SUM(entitled_fen) AS BIGINT), CAST(SUM(paid) AS BIGINT),"
      " CAST(SUM(paid_fen) AS BIGINT) FROM benefit_tally GROUP BY policy",
      {}, [&](const sql::Row& row) -> Result<void> {
        sums[row.text(0)] = {row.integer(1), row.integer(2), row.integer(3), row.integer(4)};
        return ok();
      }));
  return sums;
}

bool matches(const Policy& p, const Request& request) {
  const auto is = [&](const char* param, const std::string& value) {
    const std::string wanted = request.param(param);
    return wanted.empty() || wanted == value;
  };
  const std::string query = request.param("query");
  return is("level", p.level) && is("division", p.division) && is("state", p.state) &&
         is("mode", p.mode) &&
         (query.empty() || p.name.find(query) != std::string::npos ||
          p.code.find(query) != std::string::npos);
}

// Columns: code, name, level, division, year, functional_code, economic_code, department,
// appropriated_fen.
json::object line_json(const sql::Row& row, const Balance& balance, const Names& names) {
  return {{"code", row.text(0)},
          {"name", row.text(1)},
          {"level", row.text(2)},
          {"division", row.text(3)},
          {"division_name", name_in(names, row.text(3))},
          {"year", row.integer(4)},
          {"functional_code", row.text(5)},
          {"economic_code", row.text(6)},
          {"department_name", name_in(names, row.text(7))},
          {"appropriated_fen", row.integer(8)},
          {"pending_fen", balance.debits_pending},
          {"posted_fen", row.integer(8) - balance.available() - balance.debits_pending},
          {"available_fen", balance.available()}};
}

constexpr const char* line_columns =
    "SELECT code, name, level, division, year, functional_code, economic_code, department,"
    " appropriated_fen FROM benefit_line";

Result<json::array> lines_json(sql::Session& session, const Names& names, sql::Rows rows) {
  std::vector<std::string> accounts;
  for (const sql::Row& row : rows) accounts.push_back(line_account(row.text(0)));
  json::array items;
  if (accounts.empty()) return items;
  CB_TRY(const auto balances, read_balances(session, accounts));
  for (const sql::Row& row : rows) {
    items.push_back(line_json(row, balances.at(line_account(row.text(0))), names));
  }
  return items;
}

}  // namespace

Result<void> add_names(std::string_view csv, Names& names) {
  CB_TRY(const CsvTable table, parse_csv(csv, {"name"}));
  const auto has = [&](const char* column) {
    return std::find(table.header.begin(), table.header.end(), column) != table.header.end();
  };
  const char* key = has("short") ? "short" : "code";
  if (!has(key)) return invalid("the list of names has neither 'code' nor 'short'");
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    names[table.at(row, key)] = table.at(row, "name");
  }
  return ok();
}

PageOf page_of(const Request& request) {
  PageOf page;
  page.limit = request.int_param("size", size_default);
  page.offset = (request.int_param("page", 1) - 1) * page.limit;
  return page;
}

Result<json::object> policies_view(Benefit::State& s, const Request& request) {
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    CB_TRY(const auto policies, read_policies(session, {}));
    CB_TRY(const auto sums, sums_by_policy(session));
    const PageOf page = page_of(request);
    std::int64_t total = 0;
    json::array items;
    for (const Policy& p : policies) {
      if (!matches(p, request)) continue;
      const std::int64_t position = total++;
      if (position < page.offset || position >= page.offset + page.limit) continue;
      const auto sum = sums.find(p.code);
      items.push_back(
          policy_json(p, sum == sums.end() ? Tally::Sum{} : sum->second, s.options.names));
    }
    return list_of(std::move(items), total);
  });
}

Result<json::object> policy_view(Benefit::State& s, const std::string& code) {
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    CB_TRY(const Policy p, read_policy(session, code));
    CB_TRY(const auto sums, sums_by_policy(session));
    const auto sum = sums.find(code);
    json::object view =
        policy_json(p, sum == sums.end() ? Tally::Sum{} : sum->second, s.options.names);
    view["basis"] = p.basis;
    view["summary"] = p.summary;
    CB_TRY(view["parameters"], parse_json(p.parameters));
    std::vector<std::string> lines;
    for (const Leg& leg : legs_of(p, p.division, 10000)) lines.push_back(leg.line);
    CB_TRY(auto rows, session.query(std::string(line_columns) + " WHERE code IN ($1, $2)"
                                                                " ORDER BY code",
                                    {lines.front(), lines.back()}));
    CB_TRY(view["line_detail"], lines_json(session, s.options.names, std::move(rows)));
    CB_TRY(const auto run,
           session.query_one("SELECT model_version, model_hash, subjects, entitled, amount_fen, at,"
                             " audit_index, facts_as_of FROM benefit_run"
                             " WHERE policy = $1 AND kind = 'match'"
                             " ORDER BY sequence DESC LIMIT 1",
                             {code}));
    view["model_version"] = run ? json::value(run->integer(0)) : nullptr;
    if (run) {
      view["last_match"] = {{"model_hash", run->text(1)},    {"subjects", run->integer(2)},
                            {"entitled", run->integer(3)},   {"amount_fen", run->integer(4)},
                            {"at", time_or_null(*run, 5)},   {"audit_index", run->integer(6)},
                            {"facts_as_of", run->integer(7)}};
    }
    return view;
  });
}

Result<json::object> lines_view(Benefit::State& s, const Request& request) {
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    const PageOf page = page_of(request);
    const sql::Params filter = {request.param("level"), request.param("division")};
    const std::string where = " WHERE ($1 = '' OR level = $1) AND ($2 = '' OR division = $2)";
    CB_TRY(const auto total,
           session.query_one("SELECT COUNT(*) FROM benefit_line" + where, filter));
    CB_TRY(auto rows,
           session.query(std::string(line_columns) + where + " ORDER BY code LIMIT $3 OFFSET $4",
                         {filter[0], filter[1], page.limit, page.offset}));
    CB_TRY(auto items, lines_json(session, s.options.names, std::move(rows)));
    return list_of(std::move(items), total->integer(0));
  });
}

Result<json::object> payments_view(Benefit::State& s, const Request& request) {
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    const PageOf page = page_of(request);
    const sql::Params filter = {request.param("state"), request.param("policy")};
    const std::string where = " WHERE ($1 = '' OR p.state = $1) AND ($2 = '' OR p.policy = $2)";
    CB_TRY(const auto total,
           session.query_one("SELECT COUNT(*) FROM benefit_payment p" + where, filter));
    CB_TRY(
        const auto rows,
        session.query("SELECT p.id, p.policy, b.name, p.payee, b.subject, p.amount_fen, p.legs,"
                      " p.state, p.created_at, p.finished_at, p.entitlement, p.reference, p.note,"
                      " p.division, p.attempt, c.proposed_by FROM benefit_payment p"
                      " JOIN benefit_policy b ON b.code = p.policy"
                      " LEFT JOIN benefit_correction c ON c.payment = p.id"
                      " AND c.confirmed_at IS NULL" +
                          where + " ORDER BY p.created_at DESC, p.id LIMIT $3 OFFSET $4",
                      {filter[0], filter[1], page.limit, page.offset}));
    json::array items;
    for (const sql::Row& row : rows) {
      items.push_back(
          json::object{{"id", row.text(0)},
                       {"end_to_end_id", row.text(0)},
                       {"policy", row.text(1)},
                       {"name", row.text(2)},
                       {"payee_masked", mask_name(row.text(3), row.text(4))},
                       {"amount_fen", row.integer(5)},
                       {"line", row.text(6)},
                       {"state", row.text(7)},
                       {"at", row.is_null(9) ? time_or_null(row, 8) : time_or_null(row, 9)},
                       {"decision", row.text(10)},
                       {"reference", row.text(11)},
                       {"note", row.text(12)},
                       {"attempt", row.integer(14)},
                       {"correction_by", row.is_null(15) ? "" : row.text(15)},
                       {"division_name", name_in(s.options.names, row.text(13))}});
    }
    json::object view = list_of(std::move(items), total->integer(0));
    if (!s.options.demo_note.empty()) view["note"] = s.options.demo_note;
    return view;
  });
}

Result<json::object> claims_view(Benefit::State& s, const Request& request) {
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    const PageOf page = page_of(request);
    const std::string state = request.param("state", "claimed");
    // "claimed": those whose review by finance is open.
    const std::string where =
        state == "claimed" ? " JOIN benefit_claim c ON c.entitlement = e.id JOIN benefit_review r "
                             "ON r.claim = c.id"
                             " WHERE r.state = 'open' AND r.department = 'czj' AND $1 = 'claimed'"
                           : " WHERE e.state = $1 AND e.claimed_at IS NOT NULL";
    CB_TRY(const auto total,
           session.query_one("SELECT COUNT(*) FROM benefit_entitlement e" + where, {state}));
    CB_TRY(const auto rows,
           session.query("SELECT e.id, e.policy, b.name, e.payee, e.subject_type, e.amount_fen,"
                         " e.state, e.claimed_at, e.division, e.approved_at, e.note"
                         " FROM benefit_entitlement e JOIN benefit_policy b ON b.code = e.policy" +
                             where + " ORDER BY e.claimed_at, e.id LIMIT $2 OFFSET $3",
                         {state, page.limit, page.offset}));
    json::array items;
    for (const sql::Row& row : rows) {
      items.push_back(json::object{{"id", row.text(0)},
                                   {"policy", row.text(1)},
                                   {"name", row.text(2)},
                                   {"payee_masked", mask_name(row.text(3), row.text(4))},
                                   {"amount_fen", row.integer(5)},
                                   {"state", row.text(6)},
                                   {"at", time_or_null(row, 7)},
                                   {"division_name", name_in(s.options.names, row.text(8))},
                                   {"approved_at", time_or_null(row, 9)},
                                   {"note", row.text(10)},
                                   {"decision", row.text(0)}});
    }
    return list_of(std::move(items), total->integer(0));
  });
}

}  // namespace citybrain::benefit
