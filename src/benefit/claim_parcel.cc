// Reading parcels: see claim_parcel.h.
#include "claim_parcel.h"

#include <map>
#include <set>

namespace citybrain::benefit {

namespace {

constexpr const char* parcel_select =
    "SELECT e.id, e.policy, b.name, b.mode, e.state, e.note, e.amount_fen, e.subject_type,"
    " e.payee, e.decided_at, e.approved_at, e.committed_at,"
    " (SELECT MIN(p.sent_at) FROM benefit_payment p WHERE p.entitlement = e.id"
    "   AND p.state <> 'released'), e.paid_at, e.returned_at,"
    " (SELECT MIN(p.id) FROM benefit_payment p WHERE p.entitlement = e.id)"
    " FROM benefit_entitlement e JOIN benefit_policy b ON b.code = e.policy";

Parcel parcel_of(const sql::Row& row) {
  Parcel p;
  p.entitlement = row.text(0);
  p.policy = row.text(1);
  p.name = row.text(2);
  p.mode = row.text(3);
  p.state = row.text(4);
  p.note = row.text(5);
  p.amount_fen = row.integer(6);
  p.subject_type = row.text(7);
  p.payee = row.text(8);
  p.decided_at = row.maybe_integer(9);
  p.approved_at = row.maybe_integer(10);
  p.committed_at = row.maybe_integer(11);
  p.sent_at = row.maybe_integer(12);
  p.paid_at = row.maybe_integer(13);
  p.returned_at = row.maybe_integer(14);
  p.end_to_end_id = row.text(15);
  return p;
}

void join_claim(Parcel& parcel, Claim claim) {
  if (claim.state != "approved") parcel.state = claim.state;
  parcel.claim = std::move(claim);
}

// A claim that was turned away has no entitlement.
Result<Parcel> parcel_of_claim(sql::Session& session, Claim claim) {
  Parcel parcel;
  parcel.entitlement = claim.entitlement;
  parcel.policy = claim.policy;
  parcel.subject_type = claim.subject_type;
  parcel.payee = claim.payee;
  CB_TRY(const Policy policy, read_policy(session, claim.policy));
  parcel.name = policy.name;
  parcel.mode = policy.mode;
  join_claim(parcel, std::move(claim));
  return parcel;
}

void add(json::array& steps, const std::optional<std::int64_t>& at, const char* state,
         const std::string& text, const std::string& text_en) {
  if (!at) return;
  steps.push_back(
      {{"at", to_iso(Timestamp{*at})}, {"state", state}, {"text", text}, {"text_en", text_en}});
}

}  // namespace

json::value time_or_null(const std::optional<std::int64_t>& at) {
  return at ? json::value(to_iso(Timestamp{*at})) : json::value();
}

Result<std::vector<Parcel>> read_parcels(sql::Session& session, const std::string& subject) {
  std::map<std::string, Claim> newest;
  CB_DO(session.each(std::string("SELECT ") + claim_columns +
                         " FROM benefit_claim WHERE subject = $1 ORDER BY attempt",
                     {subject}, [&](const sql::Row& row) -> Result<void> {
                       Claim claim = claim_of(row);
                       newest.insert_or_assign(claim.entitlement, std::move(claim));
                       return ok();
                     }));
  std::vector<Parcel> parcels;
  CB_DO(session.each(
      std::string(parcel_select) + " WHERE e.subject = $1 ORDER BY e.decided_at DESC, e.policy",
      {subject}, [&](const sql::Row& row) -> Result<void> {
        Parcel parcel = parcel_of(row);
        const auto claim = newest.find(parcel.entitlement);
        const bool open = parcel.state == "claimable" || parcel.state == "lapsed";
        if (claim == newest.end() && open) return ok();
        if (claim != newest.end()) {
          join_claim(parcel, std::move(claim->second));
          newest.erase(claim);
        }
        parcels.push_back(std::move(parcel));
        return ok();
      }));
  for (auto& rest : newest) {
    CB_TRY(Parcel parcel, parcel_of_claim(session, std::move(rest.second)));
    parcels.push_back(std::move(parcel));
  }
  return parcels;
}

Result<std::optional<Parcel>> read_parcel(sql::Session& session, const Claim& claim) {
  CB_TRY(const auto row,
         session.query_one(std::string(parcel_select) + " WHERE e.id = $1", {claim.entitlement}));
  if (!row) {
    CB_TRY(Parcel parcel, parcel_of_claim(session, claim));
    return std::optional(std::move(parcel));
  }
  Parcel parcel = parcel_of(*row);
  join_claim(parcel, claim);
  return std::optional(std::move(parcel));
}

Result<json::array> stations_of(sql::Session& session, const Parcel& parcel) {
  json::array steps;
  add(steps, parcel.decided_at, "matched", "系统按规则比对，认定符合条件",
      "Matched: the rules entitle you");
  if (parcel.claim) {
    CB_DO(
        session.each("SELECT event, from_state, department, words, at FROM benefit_claim_event"
                     " WHERE claim = $1 ORDER BY number",
                     {parcel.claim->id}, [&](const sql::Row& row) -> Result<void> {
                       const auto edge = claim_edge(row.text(1), row.text(0));
                       if (!edge) return edge.error();
                       const std::string more = row.text(3).empty() ? "" : "：" + row.text(3);
                       steps.push_back({{"at", to_iso(Timestamp{row.integer(4)})},
                                        {"state", row.text(0)},
                                        {"department", row.text(2)},
                                        {"text", (*edge)->words + more},
                                        {"text_en", (*edge)->words_en + more}});
                       return ok();
                     }));
    if (parcel.claim->state != "approved") return steps;
  } else {
    add(steps, parcel.approved_at, "approved", "免申即享，无需申请",
        "Paid unasked: no claim needed");
  }
  add(steps, parcel.committed_at, "committed", "预算额度已锁定", "The quota is frozen");
  add(steps, parcel.sent_at, "sent", "支付指令已发往国库", "The order went to the treasury");
  add(steps, parcel.paid_at, "paid", "资金已到账", "The money has arrived");
  add(steps, parcel.returned_at, "returned", "款项被退回：" + parcel.note,
      "The money was returned: " + parcel.note);
  return steps;
}

json::array may_of(const Parcel& parcel) {
  json::array may;
  if (!parcel.claim) return may;
  const Claim& claim = *parcel.claim;
  for (const char* event : {"supplement", "fill", "withdraw", "object"}) {
    if (!claim_edge(claim.state, event)) continue;
    if (event == std::string_view("fill") && !claim.promises_papers()) continue;
    if (event == std::string_view("object") && claim.objected_at) continue;
    if (event == std::string_view("withdraw") && parcel.sent_at) continue;
    may.push_back(json::string(event));
  }
  may.push_back("complain");
  return may;
}

json::array papers_json(const Claim& claim) {
  json::array papers;
  for (const PaperState& paper : claim.papers) {
    papers.push_back(
        {{"code", paper.code},
         {"name", paper.name},
         {"state", paper.state},
         {"due", paper.due == 0 ? json::value() : json::value(to_iso(city_date({paper.due})))}});
  }
  return papers;
}

}  // namespace citybrain::benefit
