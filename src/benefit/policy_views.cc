// A policy's history: its events, and what it was on a day.
#include "policy_views.h"

namespace citybrain::benefit {

namespace {

json::object event_json(const PolicyEvent& e) {
  json::object item = {{"number", e.number},         {"event", e.event},
                       {"from_state", e.from_state}, {"to_state", e.to_state},
                       {"actor", e.actor},           {"code", e.code},
                       {"words", e.words},           {"at", to_iso(Timestamp{e.at})}};
  const auto edge = policy_edge(e.from_state, e.event);
  item["text"] = edge ? (*edge)->words : "";
  item["text_en"] = edge ? (*edge)->words_en : "";
  return item;
}

}  // namespace

Result<json::array> checks_json(sql::Session& session, const std::string& policy,
                                const Names& names) {
  CB_TRY(const auto checks, read_checks(session, policy));
  json::array items;
  for (const PolicyCheck& c : checks) {
    CB_TRY(const CheckKind* kind, check_kind(c.kind));
    const auto name = names.find(kind->department);
    items.push_back({{"kind", c.kind},
                     {"text", kind->words},
                     {"text_en", kind->words_en},
                     {"department", kind->department},
                     {"department_name", name == names.end() ? kind->department : name->second},
                     {"round", c.round},
                     {"state", c.state},
                     {"officer", c.officer},
                     {"words", c.words},
                     {"at", c.at ? json::value(to_iso(Timestamp{*c.at})) : nullptr}});
  }
  return items;
}

Result<json::object> policy_history_view(Benefit::State& s, const Request& request) {
  const std::string code = request.param("code");
  const std::string on = request.param("on");
  Timestamp until = s.parts.clock.now();
  if (!on.empty()) {
    CB_TRY(const Date day, parse_date(on));
    until = Timestamp{city_midnight({day.days + 1}).us - 1};
  }
  return s.parts.db.read([&](sql::Session& session) -> Result<json::object> {
    CB_TRY(const Policy policy, read_policy(session, code));
    CB_TRY(const auto events, read_policy_events(session, code, until));
    if (events.empty()) {
      return not_found("there was no policy '" + code + "' on " + (on.empty() ? "any day" : on));
    }
    json::array items;
    for (const PolicyEvent& event : events) items.push_back(event_json(event));
    json::array checks;  // those of today; what was checked before stands among the events
    if (on.empty()) {
      CB_TRY(checks, checks_json(session, code, s.options.names));
    }
    return json::object{{"code", policy.code},
                        {"name", policy.name},
                        {"state", events.back().to_state},
                        {"on", on},
                        {"checks", std::move(checks)},
                        {"events", std::move(items)}};
  });
}

}  // namespace citybrain::benefit
