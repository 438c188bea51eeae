// The views of claims.
#include "claim_views.h"

#include "claim_parcel.h"
#include "views.h"

namespace citybrain::benefit {

namespace {

constexpr std::int64_t notices_max = 100;

std::string department_name(const Benefit::State& s, const std::string& code) {
  const auto found = s.options.names.find(code);
  return found == s.options.names.end() ? code : found->second;
}

Result<json::object> parcel_json(sql::Session& session, const Parcel& p) {
  json::object item{{"id", p.entitlement},
                    {"decision", p.decided_at ? json::value(p.entitlement) : json::value()},
                    {"policy", p.policy},
                    {"name", p.name},
                    {"mode", p.mode},
                    {"state", p.state},
                    {"amount_fen", p.amount_fen},
                    {"note", p.note},
                    {"end_to_end_id", p.end_to_end_id},
                    {"claim", p.claim ? json::value(p.claim->id) : json::value()},
                    {"papers", p.claim ? papers_json(*p.claim) : json::array{}},
                    {"reason", p.claim ? p.claim->reason : ""},
                    {"reason_code", p.claim ? p.claim->reason_code : ""},
                    {"may", may_of(p)}};
  CB_TRY(item["steps"], stations_of(session, p));
  item["due"] = nullptr;
  if (p.claim) {
    CB_TRY(const auto due,
           session.query_one("SELECT MIN(due) FROM benefit_deadline WHERE claim = $1"
                             " AND state IN ('open', 'reminded') AND kind <> 'check'",
                             {p.claim->id}));
    item["due"] = time_or_null(due->maybe_integer(0));
  }
  return item;
}

Result<json::array> complaints_of(sql::Session& session, const Benefit::State& s,
                                  const std::string& claim) {
  json::array list;
  CB_DO(session.each(
      "SELECT id, body, words, state, founded, answer, filed_at, due, answered_at"
      " FROM benefit_complaint WHERE claim = $1 ORDER BY filed_at, id",
      {claim}, [&](const sql::Row& row) -> Result<void> {
        list.push_back(
            {{"id", row.text(0)},
             {"body_name", department_name(s, row.text(1))},
             {"words", row.text(2)},
             {"state", row.text(3)},
             {"founded", row.is_null(4) ? json::value() : json::value(row.integer(4) != 0)},
             {"answer", row.text(5)},
             {"filed_at", to_iso(Timestamp{row.integer(6)})},
             {"due", to_iso(Timestamp{row.integer(7)})},
             {"answered_at", time_or_null(row.maybe_integer(8))}});
        return ok();
      }));
  return list;
}

Result<json::array> reviews_of(sql::Session& session, const Benefit::State& s,
                               const std::string& claim) {
  json::array list;
  CB_DO(
      session.each("SELECT r.department, r.place, r.state, r.officer, r.words, r.at, d.due"
                   " FROM benefit_review r LEFT JOIN benefit_deadline d ON d.claim = r.claim"
                   " AND d.kind = 'review' AND d.who = r.department WHERE r.claim = $1"
                   " ORDER BY r.place, r.department",
                   {claim}, [&](const sql::Row& row) -> Result<void> {
                     list.push_back({{"department", row.text(0)},
                                     {"department_name", department_name(s, row.text(0))},
                                     {"place", row.integer(1)},
                                     {"state", row.text(2)},
                                     {"words", row.text(4)},
                                     {"at", time_or_null(row.maybe_integer(5))},
                                     {"due", time_or_null(row.maybe_integer(6))}});
                     return ok();
                   }));
  return list;
}

}  // namespace

Result<json::object> my_claims_view(Benefit::State& s, const Principal& me) {
  CB_DO(subject_type_of(me));
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    CB_TRY(const auto parcels, read_parcels(session, me.subject));
    json::array items;
    for (const Parcel& parcel : parcels) {
      CB_TRY(json::object item, parcel_json(session, parcel));
      items.push_back(std::move(item));
    }
    const auto total = items.size();
    return json::object{{"items", std::move(items)}, {"total", total}};
  });
}

Result<json::object> my_claim_view(Benefit::State& s, const Principal& me, const std::string& id) {
  CB_DO(subject_type_of(me));
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    CB_TRY(const Claim claim, read_claim(session, id));
    if (claim.subject != me.subject) return not_found("there is no claim '" + id + "' of yours");
    CB_TRY(const auto parcel, read_parcel(session, claim));
    CB_TRY(json::object item, parcel_json(session, *parcel));
    CB_TRY(item["reviews"], reviews_of(session, s, claim.id));
    CB_TRY(item["complaints"], complaints_of(session, s, claim.id));
    return item;
  });
}

Result<json::object> my_notices_view(Benefit::State& s, const Principal& me) {
  CB_DO(subject_type_of(me));
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    json::array items;
    std::int64_t unread = 0;
    CB_DO(
        session.each("SELECT sequence, kind, policy, claim, words, words_en, at, read_at"
                     " FROM benefit_notice WHERE subject = $1 ORDER BY sequence DESC LIMIT $2",
                     {me.subject, notices_max}, [&](const sql::Row& row) -> Result<void> {
                       unread += row.is_null(7) ? 1 : 0;
                       items.push_back({{"id", row.integer(0)},
                                        {"kind", row.text(1)},
                                        {"policy", row.text(2)},
                                        {"claim", row.text(3)},
                                        {"text", row.text(4)},
                                        {"text_en", row.text(5)},
                                        {"at", to_iso(Timestamp{row.integer(6)})},
                                        {"read", !row.is_null(7)}});
                       return ok();
                     }));
    const auto total = items.size();
    return json::object{{"items", std::move(items)}, {"total", total}, {"unread", unread}};
  });
}

Result<std::int64_t> read_notices(Benefit::State& s, const Principal& me) {
  CB_DO(subject_type_of(me));
  return s.parts.db.write([&](sql::Tx& tx) {
    return tx.exec("UPDATE benefit_notice SET read_at = $1 WHERE subject = $2 AND read_at IS NULL",
                   {s.parts.clock.now().us, me.subject});
  });
}

Result<json::object> desk_view(Benefit::State& s, const Request& request) {
  const std::string view = request.param("view", "todo");
  const std::string& mine = request.principal.department;
  // What waits for the department: its own desk's claims, its open reviews, its checks.
  const std::string where =
      view == "checks" ? " WHERE EXISTS (SELECT 1 FROM benefit_check k WHERE k.claim = c.id"
                         " AND k.state = 'open' AND k.department = $1)"
      : view == "all"  ? " WHERE (c.department = $1 OR EXISTS (SELECT 1 FROM benefit_review r"
                         " WHERE r.claim = c.id AND r.department = $1))"
                       : " WHERE ((c.department = $1 AND c.state IN ('received', 'supplemented',"
                         " 'objected')) OR EXISTS (SELECT 1 FROM benefit_review r"
                         " WHERE r.claim = c.id AND r.department = $1 AND r.state = 'open'))";
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    const PageOf page = page_of(request);
    CB_TRY(const auto total,
           session.query_one("SELECT COUNT(*) FROM benefit_claim c" + where, {mine}));
    json::array items;
    CB_DO(session.each(
        "SELECT c.id, c.policy, b.name, c.payee, c.subject_type, c.amount_fen, c.state,"
        " c.submitted_at, c.complete_at, c.division, c.entitlement, c.papers,"
        " (SELECT MIN(d.due) FROM benefit_deadline d WHERE d.claim = c.id"
        "   AND d.state <> 'done' AND d.who = $1) AS due"
        " FROM benefit_claim c JOIN benefit_policy b ON b.code = c.policy" +
            where + " ORDER BY COALESCE(c.complete_at, c.submitted_at), c.id LIMIT $2 OFFSET $3",
        {mine, page.limit, page.offset}, [&](const sql::Row& row) -> Result<void> {
          const auto due = row.maybe_integer(12);
          items.push_back({{"id", row.text(0)},
                           {"policy", row.text(1)},
                           {"name", row.text(2)},
                           {"payee_masked", mask_name(row.text(3), row.text(4))},
                           {"amount_fen", row.integer(5)},
                           {"state", row.text(6)},
                           {"submitted_at", to_iso(Timestamp{row.integer(7)})},
                           {"complete_at", time_or_null(row.maybe_integer(8))},
                           {"division_name", department_name(s, row.text(9))},
                           {"decision", row.text(10)},
                           {"due", time_or_null(due)},
                           {"late", due && *due < s.parts.clock.now().us}});
          return ok();
        }));
    return json::object{{"items", std::move(items)}, {"total", total->integer(0)}};
  });
}

Result<json::object> desk_claim_view(Benefit::State& s, const Principal& officer,
                                     const std::string& id) {
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    CB_TRY(const Claim claim, read_claim(session, id));
    CB_TRY(const auto parcel, read_parcel(session, claim));
    CB_TRY(json::object item, parcel_json(session, *parcel));
    item["id"] = claim.id;
    item["payee_masked"] = mask_name(claim.payee, claim.subject_type);
    item["department"] = claim.department;
    item["department_name"] = department_name(s, claim.department);
    item["promised"] = claim.promised;
    item["attempt"] = claim.attempt;
    item["submitted_at"] = to_iso(Timestamp{claim.submitted_at});
    item["complete_at"] = time_or_null(claim.complete_at);
    CB_TRY(item["reviews"], reviews_of(session, s, claim.id));
    CB_TRY(item["complaints"], complaints_of(session, s, claim.id));
    CB_TRY(
        const auto check,
        session.query_one("SELECT state, words FROM benefit_check WHERE claim = $1", {claim.id}));
    item["check"] =
        check ? json::value(json::object{{"state", check->text(0)}, {"words", check->text(1)}})
              : json::value();
    json::array acts;
    if (officer.department == claim.department) {
      for (const char* event :
           {"accept", "accept_with_gaps", "ask", "refuse", "uphold", "dismiss", "revoke"}) {
        const bool lacks = !claim.missing().empty();
        const std::string_view e = event;
        if (!claim_edge(claim.state, event) || (e == "accept" && lacks) ||
            ((e == "accept_with_gaps" || e == "ask") && !lacks && e != "ask") ||
            (e == "revoke" && parcel->sent_at)) {
          continue;
        }
        acts.push_back(json::string(event));
      }
      if (check && check->text(0) == "open") acts.push_back("check");
    }
    for (const json::value& review : item["reviews"].as_array()) {
      if (review.at("department").as_string() != officer.department) continue;
      if (review.at("state").as_string() != "open") continue;
      acts.push_back("pass");
      acts.push_back("reject");
    }
    item["acts"] = std::move(acts);
    return item;
  });
}

Result<Reply> desk_paper(Benefit::State& s, const std::string& id, const std::string& code) {
  return s.parts.db.read([&](sql::Session& session) -> Result<Reply> {
    CB_TRY(const Claim claim, read_claim(session, id));
    CB_TRY(const auto row,
           session.query_one("SELECT content, sha256 FROM benefit_paper WHERE claim = $1"
                             " AND code = $2",
                             {claim.id, code}));
    if (!row) return not_found("paper '" + code + "' of claim '" + id + "' has not come");
    // Whatever was sent is saved, never shown by the browser in the city's name.
    Reply reply = Reply::text(row->text(0), "application/octet-stream");
    reply.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + code + "\"");
    reply.headers.emplace_back("X-Content-Type-Options", "nosniff");
    return reply;
  });
}

Result<json::object> complaints_view(Benefit::State& s, const Request& request) {
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    const PageOf page = page_of(request);
    const std::string where = " WHERE k.body = $1 AND ($2 = '' OR k.state = $2)";
    const sql::Params filter = {request.principal.department, request.param("state")};
    CB_TRY(const auto total,
           session.query_one("SELECT COUNT(*) FROM benefit_complaint k" + where, filter));
    json::array items;
    CB_DO(session.each(
        "SELECT k.id, k.claim, b.name, k.words, k.state, k.answer, k.filed_at, k.due, c.payee,"
        " c.subject_type, c.state FROM benefit_complaint k"
        " JOIN benefit_claim c ON c.id = k.claim JOIN benefit_policy b ON b.code = k.policy" +
            where + " ORDER BY k.state DESC, k.filed_at, k.id LIMIT $3 OFFSET $4",
        {filter[0], filter[1], page.limit, page.offset}, [&](const sql::Row& row) -> Result<void> {
          items.push_back({{"id", row.text(0)},
                           {"claim", row.text(1)},
                           {"name", row.text(2)},
                           {"words", row.text(3)},
                           {"state", row.text(4)},
                           {"answer", row.text(5)},
                           {"filed_at", to_iso(Timestamp{row.integer(6)})},
                           {"due", to_iso(Timestamp{row.integer(7)})},
                           {"payee_masked", mask_name(row.text(8), row.text(9))},
                           {"claim_state", row.text(10)}});
          return ok();
        }));
    return json::object{{"items", std::move(items)}, {"total", total->integer(0)}};
  });
}

}  // namespace citybrain::benefit
