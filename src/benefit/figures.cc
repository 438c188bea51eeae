// Figures of benefit. They are sums over benefit_tally and the ledger's balances, so that a board
// may ask for them every second.
#include "figures.h"

#include <map>
#include <mutex>

#include "ledger_journal.h"
#include "state.h"

namespace citybrain::benefit {

namespace {

constexpr int trend_days = 30;
constexpr int fen_scale = 2;

using Points = std::vector<IndicatorValue::Point>;

Result<Points> grouped(sql::Session& session, const std::string& sql, const sql::Params& params) {
  Points points;
  CB_DO(session.each(sql, params, [&](const sql::Row& row) -> Result<void> {
    points.push_back({row.text(0), row.integer(1)});
    return ok();
  }));
  return points;
}

Result<Points> by_division(sql::Session& session, const std::string& column) {
  return grouped(session,
                 "SELECT division, CAST(SUM(" + column +
                     ") AS BIGINT) FROM benefit_tally"
                     " GROUP BY division ORDER BY division",
                 {});
}

// The last trend_days days, with zeros where nothing happened.
Result<Points> by_day(sql::Session& session, const std::string& column, Date today) {
  std::map<std::int64_t, std::int64_t> days;
  CB_DO(session.each("SELECT day, CAST(SUM(" + column +
                         ") AS BIGINT) FROM benefit_tally"
                         " WHERE day > $1 GROUP BY day",
                     {today.days - trend_days}, [&](const sql::Row& row) -> Result<void> {
                       days[row.integer(0)] = row.integer(1);
                       return ok();
                     }));
  Points points;
  for (int day = today.days - trend_days + 1; day <= today.days; ++day) {
    points.push_back({to_iso(Date{day}), days[day]});
  }
  return points;
}

std::int64_t sum_of(const Points& points) {
  std::int64_t sum = 0;
  for (const auto& point : points) sum += point.value;
  return sum;
}

// A column of benefit_tally: its sum, by day and by division.
Indicator tallied(const std::shared_ptr<Benefit>& b, const std::string& code,
                  const std::string& column, int scale, std::vector<IndicatorValue::Link> links) {
  return {code, [b, column, scale, links]() -> Result<IndicatorValue> {
            Benefit::State& s = b->state();
            return s.parts.db.read([&](sql::Session& session) -> Result<IndicatorValue> {
              IndicatorValue v;
              v.scale = scale;
              v.as_of = s.parts.clock.now();
              v.links = links;
              CB_TRY(v.by_district, by_division(session, column));
              CB_TRY(v.trend, by_day(session, column, s.parts.clock.today()));
              v.value = sum_of(v.by_district);
              return v;
            });
          }};
}

// One number out of one statement.
Indicator counted(const std::shared_ptr<Benefit>& b, const std::string& code,
                  const std::string& sql, std::vector<IndicatorValue::Link> links) {
  return {code, [b, sql, links]() -> Result<IndicatorValue> {
            Benefit::State& s = b->state();
            return s.parts.db.read([&](sql::Session& session) -> Result<IndicatorValue> {
              CB_TRY(const auto row, session.query_one(sql));
              IndicatorValue v;
              v.value = row->integer(0);
              v.as_of = s.parts.clock.now();
              v.links = links;
              return v;
            });
          }};
}

// Distinct payees. Counting them reads every paid entitlement, so it is done again only after the
// number of payments has changed.
Indicator payees(const std::shared_ptr<Benefit>& b, std::vector<IndicatorValue::Link> links) {
  struct Memo {
    std::mutex mutex;
    std::int64_t payments = -1;
    std::int64_t payees = 0;
  };
  const auto memo = std::make_shared<Memo>();
  return {
      "benefit_payees", [b, memo, links]() -> Result<IndicatorValue> {
        Benefit::State& s = b->state();
        const std::lock_guard lock(memo->mutex);
        CB_TRY(const std::int64_t payments, tally_sum(s, "paid"));
        if (payments != memo->payments) {
          CB_TRY(memo->payees, s.parts.db.read([](sql::Session& session) -> Result<std::int64_t> {
            CB_TRY(const auto row, session.query_one("SELECT COUNT(DISTINCT subject) FROM"
                                                     " benefit_entitlement WHERE state = 'paid'"));
            return row->integer(0);
          }));
          memo->payments = payments;
        }
        IndicatorValue v;
        v.value = memo->payees;
        v.as_of = s.parts.clock.now();
        v.links = links;
        return v;
      }};
}

Result<IndicatorValue> payments_today(Benefit::State& s) {
  return s.parts.db.read([&](sql::Session& session) -> Result<IndicatorValue> {
    IndicatorValue v;
    v.as_of = s.parts.clock.now();
    const Date today = s.parts.clock.today();
    CB_TRY(v.by_district,
           grouped(session,
                   "SELECT division, CAST(SUM(paid) AS BIGINT) FROM benefit_tally WHERE day = $1"
                   " GROUP BY division ORDER BY division",
                   {today.days}));
    CB_TRY(v.trend, by_day(session, "paid", today));
    v.value = sum_of(v.by_district);
    v.links = {{"支付清单", "/api/payments"}};
    return v;
  });
}

// Something of the lines' balances, by division.
Indicator of_lines(const std::shared_ptr<Benefit>& b, const std::string& code,
                   const std::string& expression) {
  return {code, [b, expression]() -> Result<IndicatorValue> {
            Benefit::State& s = b->state();
            return s.parts.db.read([&](sql::Session& session) -> Result<IndicatorValue> {
              IndicatorValue v;
              v.scale = fen_scale;
              v.as_of = s.parts.clock.now();
              CB_TRY(v.by_district,
                     grouped(session,
                             "SELECT l.division, CAST(SUM(" + expression +
                                 ") AS BIGINT) FROM benefit_line l JOIN benefit_account a"
                                 " ON a.id = 'line:' || l.code GROUP BY l.division"
                                 " ORDER BY l.division",
                             {}));
              v.value = sum_of(v.by_district);
              v.links = {{"预算额度", "/api/lines"}};
              return v;
            });
          }};
}

constexpr int pace_days = 7;

// What each line paid in the last pace_days days.
Result<std::map<std::string, std::int64_t>> pace_by_line(sql::Session& session, Date today) {
  std::map<std::string, Policy> policies;
  CB_TRY(auto all, read_policies(session, {}));
  for (Policy& policy : all) policies[policy.code] = std::move(policy);
  std::map<std::string, std::int64_t> pace;
  CB_DO(
      session.each("SELECT policy, division, CAST(SUM(paid_fen) AS BIGINT) FROM benefit_tally"
                   " WHERE day > $1 GROUP BY policy, division",
                   {today.days - pace_days}, [&](const sql::Row& row) -> Result<void> {
                     const Policy& policy = policies.at(row.text(0));
                     for (const Leg& leg : legs_of(policy, row.text(1), row.integer(2))) {
                       pace[line_account(leg.line)] += leg.amount_fen;
                     }
                     return ok();
                   }));
  return pace;
}

// Days until the first line is used up, at the pace of the last days; -1 where none will be.
Result<IndicatorValue> runout_days(Benefit::State& s) {
  return s.parts.db.read([&](sql::Session& session) -> Result<IndicatorValue> {
    IndicatorValue v;
    v.value = -1;
    v.as_of = s.parts.clock.now();
    v.links = {{"预算额度", "/api/lines"}};
    CB_TRY(const auto pace, pace_by_line(session, s.parts.clock.today()));
    std::vector<std::string> accounts;
    for (const auto& [account, fen] : pace) {
      if (fen > 0) accounts.push_back(account);
    }
    if (accounts.empty()) return v;
    CB_TRY(const auto balances, read_balances(session, accounts));
    for (const auto& [account, balance] : balances) {
      const std::int64_t days = balance.available() / (pace.at(account) / pace_days + 1);
      if (v.value < 0 || days < v.value) v.value = days;
    }
    return v;
  });
}

}  // namespace

Result<std::int64_t> tally_sum(Benefit::State& s, const std::string& column) {
  return s.parts.db.read([&](sql::Session& session) -> Result<std::int64_t> {
    CB_TRY(const auto row, session.query_one("SELECT CAST(COALESCE(SUM(" + column +
                                             "), 0) AS BIGINT)"
                                             " FROM benefit_tally"));
    return row->integer(0);
  });
}

std::vector<Indicator> indicators_of(const std::shared_ptr<Benefit>& b) {
  const std::vector<IndicatorValue::Link> payments = {{"支付清单", "/api/payments"},
                                                      {"政策清单", "/api/policies"}};
  return {
      tallied(b, "benefit_paid_fen", "paid_fen", fen_scale, payments),
      tallied(b, "benefit_payments", "paid", 0, payments),
      tallied(b, "benefit_entitled_fen", "entitled_fen", fen_scale, payments),
      tallied(b, "benefit_entitled", "entitled", 0, payments),
      payees(b, payments),
      counted(b, "benefit_policies_open",
              "SELECT COUNT(*) FROM benefit_policy WHERE state IN ('open', 'exhausted')",
              {{"政策清单", "/api/policies?state=open"}}),
      counted(b, "benefit_claims_waiting",
              "SELECT COUNT(*) FROM benefit_entitlement WHERE state = 'claimed'",
              {{"待审申领", "/api/claims"}}),
      {"benefit_payments_today", [b] { return payments_today(b->state()); }},
      of_lines(b, "benefit_lines_left", "a.credits_posted - a.debits_posted - a.debits_pending"),
      of_lines(b, "benefit_pending_fen", "a.debits_pending"),
      {"benefit_line_runout_days", [b] { return runout_days(b->state()); }}};
}

}  // namespace citybrain::benefit
