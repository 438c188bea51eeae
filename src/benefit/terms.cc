// Policies as rows, and what follows from their terms.
#include "terms.h"

#include "base/money.h"
#include "base/text.h"

namespace citybrain::benefit {

std::vector<Leg> legs_of(const Policy& policy, const std::string& payee_division,
                         std::int64_t amount_fen) {
  const auto plus = policy.line.find('+');
  if (plus == std::string::npos) return {{policy.line, amount_fen}};
  const std::string city_line = policy.line.substr(0, plus);
  std::string other_line = policy.line.substr(plus + 1);
  if (const auto star = other_line.find('*'); star != std::string::npos) {
    other_line.replace(star, 1, payee_division);
  }
  const std::int64_t city_fen = share_of({amount_fen}, policy.city_share, 100).fen;
  if (city_line == other_line || city_fen == amount_fen) return {{city_line, amount_fen}};
  if (city_fen == 0) return {{other_line, amount_fen}};
  return {{city_line, city_fen}, {other_line, amount_fen - city_fen}};
}

std::string legs_text(const std::vector<Leg>& legs) {
  std::vector<std::string> parts;
  for (const Leg& leg : legs) parts.push_back(leg.line + "=" + std::to_string(leg.amount_fen));
  return join(parts, ";");
}

Result<std::vector<Leg>> legs_from(const std::string& text) {
  std::vector<Leg> legs;
  for (const std::string_view part : split(text, ';')) {
    const auto equals = part.rfind('=');
    const auto fen =
        equals == std::string_view::npos ? std::nullopt : parse_int(part.substr(equals + 1));
    if (!fen) return corrupt("a payment holds the legs '" + text + "'");
    legs.push_back({std::string(part.substr(0, equals)), *fen});
  }
  return legs;
}

const char* const policy_columns =
    "code, name, level, division, department, subject, mode, model, line, city_share, window_from,"
    " window_to, basis, parameters, summary, state, drafter, publisher, published_at,"
    " events";

Policy policy_of(const sql::Row& row) {
  Policy p;
  p.code = row.text(0);
  p.name = row.text(1);
  p.level = row.text(2);
  p.division = row.text(3);
  p.department = row.text(4);
  p.subject = row.text(5);
  p.mode = row.text(6);
  p.model = row.text(7);
  p.line = row.text(8);
  p.city_share = row.integer(9);
  p.window_from = {static_cast<std::int32_t>(row.integer(10))};
  p.window_to = {static_cast<std::int32_t>(row.integer(11))};
  p.basis = row.text(12);
  p.parameters = row.text(13);
  p.summary = row.text(14);
  p.state = row.text(15);
  p.drafter = row.text(16);
  p.publisher = row.text(17);
  p.published_at = row.maybe_integer(18);
  p.events = row.integer(19);
  return p;
}

Result<Policy> read_policy(sql::Session& session, const std::string& code) {
  CB_TRY(const auto row, session.query_one(std::string("SELECT ") + policy_columns +
                                               " FROM benefit_policy WHERE code = $1",
                                           {code}));
  if (!row) return not_found("there is no policy '" + code + "'");
  return policy_of(*row);
}

Result<std::vector<Policy>> read_policies(sql::Session& session,
                                          const std::vector<std::string>& states) {
  std::vector<Policy> policies;
  CB_DO(session.each(std::string("SELECT ") + policy_columns + " FROM benefit_policy ORDER BY code",
                     {}, [&](const sql::Row& row) -> Result<void> {
                       Policy policy = policy_of(row);
                       bool wanted = states.empty();
                       for (const std::string& state : states) wanted |= policy.state == state;
                       if (wanted) policies.push_back(std::move(policy));
                       return ok();
                     }));
  return policies;
}

std::string mask_name(const std::string& name, const std::string& subject_type) {
  const std::size_t length = code_points(name);
  const bool person = subject_type == "person";
  const std::size_t head = person ? 1 : std::min<std::size_t>(4, length / 2);
  const std::size_t tail = person || length < 8 ? 0 : 2;
  if (length <= head) return name.empty() ? "" : "*";
  std::string masked(first_code_points(name, head));
  masked += person ? std::string(std::min<std::size_t>(length - 1, 2), '*') : "****";
  if (tail > 0) masked += name.substr(first_code_points(name, length - tail).size());
  return masked;
}

}  // namespace citybrain::benefit
