// Procedures as JSON and as rows.
#include "procedure.h"

#include <set>

#include "base/text.h"

namespace citybrain::benefit {

namespace {

constexpr std::int64_t days_max = 250;
constexpr std::size_t papers_max = 40;
constexpr std::size_t reviewers_max = 12;

Result<void> take_days(const json::object& body, const char* name, int& days, int min = 1,
                       std::int64_t max = days_max) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return ok();
  if (!value->is_int64() || value->as_int64() < min || value->as_int64() > max) {
    return invalid("'" + std::string(name) + "' is " + json::serialize(*value) + "; send " +
                   std::to_string(min) + ".." + std::to_string(max));
  }
  days = static_cast<int>(value->as_int64());
  return ok();
}

Result<void> take_papers(const json::object& body, std::vector<Paper>& papers) {
  const json::value* list = body.if_contains("papers");
  if (list == nullptr) return ok();
  if (!list->is_array() || list->as_array().size() > papers_max) {
    return invalid("'papers' must be a list of at most " + std::to_string(papers_max));
  }
  std::set<std::string> seen;
  for (const json::value& item : list->as_array()) {
    if (!item.is_object()) return invalid("'papers' holds " + json::serialize(item));
    Paper paper;
    paper.code = text_of(item.as_object(), "code");
    paper.name = text_of(item.as_object(), "name");
    paper.name_en = text_of(item.as_object(), "name_en");
    if (paper.code.empty() || paper.name.empty() || !seen.insert(paper.code).second) {
      return invalid("paper " + json::serialize(item) + " needs a code of its own and a name");
    }
    if (paper.name_en.empty()) paper.name_en = paper.name;
    CB_DO(take_days(item.as_object(), "gap_days", paper.gap_days, 0));
    papers.push_back(std::move(paper));
  }
  return ok();
}

Result<void> take_reviewers(const json::object& body, std::vector<std::string>& reviewers) {
  const json::value* list = body.if_contains("reviewers");
  if (list == nullptr) return ok();
  if (!list->is_array() || list->as_array().size() > reviewers_max) {
    return invalid("'reviewers' must be a list of at most " + std::to_string(reviewers_max) +
                   " departments");
  }
  std::set<std::string> seen;
  for (const json::value& item : list->as_array()) {
    if (!item.is_string() || !seen.insert(std::string(item.as_string())).second) {
      return invalid("'reviewers' holds " + json::serialize(item) + "; each department once");
    }
    reviewers.emplace_back(item.as_string());
  }
  return ok();
}

}  // namespace

const Paper* Procedure::paper(std::string_view code) const {
  for (const Paper& paper : papers) {
    if (paper.code == code) return &paper;
  }
  return nullptr;
}

Result<Procedure> procedure_from(const json::object& body) {
  static const std::set<std::string_view> known = {
      "papers",          "reviewers",     "in_order",       "accept_days",
      "supplement_days", "review_days",   "objection_days", "contact",
      "complaint_days",  "check_percent", "complaint_body", "check_days"};
  for (const auto& member : body) {
    if (!known.contains(std::string_view(member.key()))) {
      return invalid("'" + std::string(member.key()) + "' is no member of a procedure");
    }
  }
  Procedure p;
  CB_DO(take_papers(body, p.papers));
  CB_DO(take_reviewers(body, p.reviewers));
  if (const json::value* order = body.if_contains("in_order"); order != nullptr) {
    if (!order->is_bool()) return invalid("'in_order' is no boolean");
    p.in_order = order->as_bool();
  }
  CB_DO(take_days(body, "accept_days", p.accept_days));
  CB_DO(take_days(body, "supplement_days", p.supplement_days));
  CB_DO(take_days(body, "review_days", p.review_days));
  CB_DO(take_days(body, "objection_days", p.objection_days));
  CB_DO(take_days(body, "complaint_days", p.complaint_days));
  CB_DO(take_days(body, "check_days", p.check_days));
  CB_DO(take_days(body, "check_percent", p.check_percent, 0, 100));
  if (body.contains("complaint_body")) p.complaint_body = text_of(body, "complaint_body");
  p.contact = text_of(body, "contact");
  for (const std::string& department : p.reviewers) {
    if (department == p.complaint_body) {
      return invalid("'complaint_body' is '" + p.complaint_body +
                     "', which reviews the claim itself; name another body");
    }
  }
  return p;
}

Result<Procedure> read_procedure(sql::Session& session, const Policy& policy) {
  CB_TRY(const auto row,
         session.query_one("SELECT body FROM benefit_procedure WHERE policy = $1", {policy.code}));
  if (!row) return Procedure{};
  CB_TRY(const json::value body, parse_json(row->text(0)));
  return procedure_from(body.as_object());
}

Result<void> store_procedure(sql::Tx& tx, const std::string& policy, const json::object& body,
                             const std::string& officer, Timestamp now) {
  auto procedure = procedure_from(body);
  if (!procedure) return procedure.error().in("policy '" + policy + "'");
  CB_TRY(const Policy terms, read_policy(tx, policy));
  if (procedure->complaint_body == terms.department) {
    return invalid("policy '" + policy + "': complaints would go to '" + terms.department +
                   "', which pays it; name another body");
  }
  CB_DO(
      tx.exec("INSERT INTO benefit_procedure (policy, body, changed_by, changed_at)"
              " VALUES ($1, $2, $3, $4) ON CONFLICT (policy) DO UPDATE SET"
              " body = excluded.body, changed_by = excluded.changed_by,"
              " changed_at = excluded.changed_at",
              {policy, json::serialize(body), officer, now.us}));
  return ok();
}

Result<std::int64_t> import_procedures(sql::Db& db, std::string_view text,
                                       const std::string& officer, Timestamp now) {
  CB_TRY(const json::value all, parse_json(text));
  if (!all.is_object()) return invalid("the procedures are no JSON object of policy → procedure");
  return db.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    std::int64_t stored = 0;
    for (const auto& entry : all.as_object()) {
      if (!entry.value().is_object()) {
        return invalid("the procedure of '" + std::string(entry.key()) + "' is no JSON object");
      }
      CB_DO(store_procedure(tx, std::string(entry.key()), entry.value().as_object(), officer, now));
      ++stored;
    }
    return stored;
  });
}

Timestamp end_of_working_day(const WorkCalendar& calendar, Timestamp now, int days) {
  const Date today = city_date(now);
  const Date day = calendar.add_working_days(today, days, today);
  return {city_midnight(Date{day.days + 1}).us - 1};
}

}  // namespace citybrain::benefit
