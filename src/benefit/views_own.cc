// What a firm or citizen sees of its own, and one decision with all that it rests on.
#include <algorithm>
#include <map>

#include "views.h"

namespace citybrain::benefit {

namespace {

struct Mine {
  std::string id;
  std::string policy;
  std::string name;
  std::string mode;
  std::string state;
  std::string note;
  std::int64_t amount_fen = 0;
  std::string end_to_end_id;
};

Result<std::vector<Mine>> read_mine(sql::Session& session, const std::string& subject) {
  std::vector<Mine> mine;
  CB_DO(
      session.each("SELECT e.id, e.policy, b.name, b.mode, e.state, e.note, e.amount_fen,"
                   " (SELECT MIN(p.id) FROM benefit_payment p WHERE p.entitlement = e.id)"
                   " FROM benefit_entitlement e JOIN benefit_policy b ON b.code = e.policy"
                   " WHERE e.subject = $1 ORDER BY e.decided_at DESC, e.policy",
                   {subject}, [&](const sql::Row& row) -> Result<void> {
                     mine.push_back({row.text(0), row.text(1), row.text(2), row.text(3),
                                     row.text(4), row.text(5), row.integer(6), row.text(7)});
                     return ok();
                   }));
  return mine;
}

json::object mine_json(const Mine& m) {
  return {{"id", m.id},
          {"decision", m.id},
          {"policy", m.policy},
          {"name", m.name},
          {"mode", m.mode},
          {"state", m.state},
          {"amount_fen", m.amount_fen},
          {"note", m.note},
          {"end_to_end_id", m.end_to_end_id}};
}

// Policies that could concern a subject, ready to be explained, and the facts they all need.
struct Ready {
  std::vector<Prepared> prepared;
  std::vector<std::string> wanted;
};

Result<Ready> make_ready(Benefit::State& s, const std::string& subject_type,
                         const std::vector<Policy>& policies) {
  Ready ready;
  const auto known = s.parts.facts.known(subject_type);
  for (const Policy& policy : policies) {
    if (policy.subject != subject_type) continue;
    auto prepared = prepare(policy, s.parts.models, known, s.parts.clock.today());
    if (!prepared) continue;  // the matcher's log says why
    for (const std::string& fact : prepared->wanted) {
      if (std::find(ready.wanted.begin(), ready.wanted.end(), fact) == ready.wanted.end()) {
        ready.wanted.push_back(fact);
      }
    }
    ready.prepared.push_back(std::move(*prepared));
  }
  return ready;
}

void put_reasons(json::object& item, const Explained& explained) {
  item["reasons"] = to_json(explained.reasons);
  item["in_words"] = explained.in_words;
}

}  // namespace

Result<std::string> subject_type_of(const Principal& me) {
  if (!me.subject.empty() && me.kind == Principal::Kind::enterprise) {
    return std::string("enterprise");
  }
  if (!me.subject.empty() && me.kind == Principal::Kind::citizen) return std::string("person");
  return denied("this account stands for no firm and no citizen; log in as one");
}

json::array to_json(const std::vector<Reason>& reasons) {
  json::array out;
  for (const Reason& r : reasons) {
    out.push_back({{"text", r.text},
                   {"value", r.value},
                   {"holds", r.holds},
                   {"fact", r.fact},
                   {"resource", r.resource},
                   {"resource_name", r.resource_name}});
  }
  return out;
}

Result<json::object> my_entitlements_view(Benefit::State& s, const Principal& me, bool all,
                                          bool with_reasons) {
  CB_TRY(const std::string type, subject_type_of(me));
  std::vector<Policy> policies;
  CB_TRY(const std::vector<Mine> mine,
         s.parts.db.read([&](sql::Session& session) -> Result<std::vector<Mine>> {
           CB_TRY(policies,
                  read_policies(session, {"open", "exhausted", "expired", "closed", "evaluated"}));
           return read_mine(session, me.subject);
         }));
  std::map<std::string, const Mine*> by_policy;
  for (const Mine& m : mine) by_policy.emplace(m.policy, &m);
  std::erase_if(policies, [&](const Policy& p) {
    const auto held = by_policy.find(p.code);
    const bool due = held != by_policy.end() && held->second->state != "lapsed";
    return !due && (!all || !p.takes_claims());
  });
  CB_TRY(const Ready ready, make_ready(s, type, policies));
  FactsPage known;
  if (!ready.prepared.empty()) {
    auto page = s.parts.facts.one({type, me.subject}, ready.wanted, me, "benefit.explain");
    if (!page && page.error().code != Code::not_found) return page.error();
    if (page) known = std::move(*page);
  }
  json::array items;
  for (const Prepared& p : ready.prepared) {
    const auto held = by_policy.find(p.policy.code);
    const bool due = held != by_policy.end() && held->second->state != "lapsed";
    json::object item = due ? mine_json(*held->second)
                            : json::object{{"policy", p.policy.code}, {"name", p.policy.name},
                                           {"mode", p.policy.mode},   {"state", "none"},
                                           {"amount_fen", 0},         {"decision", nullptr}};
    item["entitled"] = due;
    item["summary"] = p.policy.summary;
    item["basis"] = p.policy.basis;
    item["window_to"] = to_iso(p.policy.window_to);
    item["reasons"] = json::array{};
    if (known.facts.rows == 1) {
      CB_TRY(const Explained explained, explain(p, known.facts, s.parts.facts));
      put_reasons(item, explained);
      if (!with_reasons) item["reasons"] = json::array{};
    }
    items.push_back(std::move(item));
  }
  std::stable_sort(items.begin(), items.end(), [](const json::value& a, const json::value& b) {
    return a.at("entitled").as_bool() && !b.at("entitled").as_bool();
  });
  const auto total = items.size();
  return json::object{{"items", std::move(items)},
                      {"total", total},
                      {"facts_as_of", known.read.as_of},
                      {"audit", {{"index", known.read.audit_index}}}};
}

Result<json::object> decision_view(Benefit::State& s, const Principal& asker,
                                   const std::string& id) {
  Policy policy;
  std::string subject;
  CB_TRY(json::object view, s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    CB_TRY(const auto row,
           session.query_one(
               "SELECT e.policy, e.subject, e.payee, e.amount_fen, e.state, e.decided_at,"
               " r.model, r.model_version, r.model_hash, r.facts_as_of, r.audit_index, r.on_date,"
               " r.kind, r.sequence FROM benefit_entitlement e"
               " JOIN benefit_run r ON r.sequence = e.run WHERE e.id = $1",
               {id}));
    if (!row || (!asker.subject.empty() && asker.subject != row->text(1))) {
      return not_found("there is no decision '" + id + "' that you may see");
    }
    subject = row->text(1);
    CB_TRY(policy, read_policy(session, row->text(0)));
    return json::object{{"id", id},
                        {"policy", policy.code},
                        {"name", policy.name},
                        {"subject_masked", mask_name(row->text(2), policy.subject)},
                        {"amount_fen", row->integer(3)},
                        {"state", row->text(4)},
                        {"entitled", row->text(4) != "lapsed"},
                        {"decided_at", to_iso(Timestamp{row->integer(5)})},
                        {"model", row->text(6)},
                        {"model_version", row->integer(7)},
                        {"model_hash", row->text(8)},
                        {"facts_as_of", row->integer(9)},
                        {"audit", {{"index", row->integer(10)}}},
                        {"on_date", to_iso(Date{static_cast<std::int32_t>(row->integer(11))})},
                        {"run", {{"kind", row->text(12)}, {"sequence", row->integer(13)}}}};
  }));
  const Date on = *parse_date(view["on_date"].as_string());
  CB_TRY(const Prepared prepared,
         prepare(policy, s.parts.models, s.parts.facts.known(policy.subject), on));
  CB_TRY(const FactsPage known,
         s.parts.facts.one({policy.subject, subject}, prepared.wanted, asker, "benefit.explain"));
  CB_TRY(Explained explained, explain(prepared, known.facts, s.parts.facts));
  for (json::value& fact : explained.facts) fact.as_object()["as_of"] = known.read.as_of;
  view["facts"] = std::move(explained.facts);
  put_reasons(view, explained);
  view["explanation"] = std::move(explained.explanation);
  const bool same = explained.verdict.amount_fen == view["amount_fen"].as_int64() &&
                    prepared.effective.hash == view["model_hash"].as_string();
  // Explained with the facts of now: the same as then, or the facts have changed since.
  view["recomputed"] = {{"facts_as_of", known.read.as_of},
                        {"amount_fen", explained.verdict.amount_fen},
                        {"model_version", prepared.effective.version},
                        {"same", same},
                        {"audit", {{"index", known.read.audit_index}}}};
  return view;
}

}  // namespace citybrain::benefit
