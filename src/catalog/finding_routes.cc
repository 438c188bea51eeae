// Routes of findings: personal data recognised, and the grade decided. See catalog/findings.h.
#include "catalog/findings.h"

namespace citybrain::catalog {
namespace {

json::object shown(const Catalog& catalog, const Finding& one) {
  const auto entry = catalog.find(one.resource);
  const Item* item = entry == nullptr ? nullptr : entry->find(one.item);
  const auto grade = [](int level) { return "L" + std::to_string(level); };
  json::object out = {{"resource", one.resource},
                      {"resource_name", entry == nullptr ? "" : entry->name},
                      {"item", one.item},
                      {"name", item == nullptr ? one.item : item->name},
                      {"kind", one.kind},
                      {"hits", one.hits},
                      {"sampled", one.sampled},
                      {"grade", item == nullptr ? "" : grade(item->grade)},
                      {"grade_proposed", grade(one.grade)},
                      {"state", one.state},
                      {"at", to_iso(one.found_at)},
                      {"decided_by", one.decided_by},
                      {"note", one.note}};
  if (one.decided_at.us != 0) out["decided_at"] = to_iso(one.decided_at);
  return out;
}

Result<Reply> list(const Findings& findings, const Request& request) {
  const Catalog& catalog = findings.catalog();
  CB_TRY(const auto all, findings.list(request.param("resource"), request.param("state"),
                                       request.int_param("size", 200)));
  const Sight sight = catalog.sight_of(request.principal);
  json::array items;
  for (const Finding& one : all) {
    const auto entry = catalog.find(one.resource);
    if (entry == nullptr ? sight.all : sight.sees(*entry)) items.push_back(shown(catalog, one));
  }
  const std::size_t total = items.size();
  return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
}

Result<Reply> decide(Findings& findings, const Request& request) {
  const json::object& body = request.json.get_object();
  CB_TRY(const Finding decided,
         findings.decide(request.param("code"), request.param("item"), request.param("kind"),
                         request.param("action"), text_of(body, "note"), request.principal));
  return Reply::json(shown(findings.catalog(), decided));
}

}  // namespace

void add_findings(Room& room, Findings& findings) {
  using namespace shape;
  room.routes.push_back(
      {.method = Method::get,
       .path = "/api/catalog/findings",
       .summary = "Personal data recognised in items graded too low, with the grade proposed",
       .params = {query_param("resource", text("code", 60)),
                  query_param("state", word({"open", "accepted", "dismissed"})),
                  query_param("size", integer("at most", 1, 1000))},
       .right = Right("catalog.read"),
       .audit = Audit::none("shows counts of what was recognised, no records"),
       .handler = [&findings](const Request& request) { return list(findings, request); }});
  room.routes.push_back(
      {.method = Method::post,
       .path = "/api/resources/{code}/findings/{item}/{kind}/{action}",
       .summary = "Accepts the grade that a finding proposes, or dismisses it with the reason",
       .params = {path_param("code", text("of the resource", 60)),
                  path_param("item", text("of the item", 60)), path_param("kind", text("", 40)),
                  path_param("action", word({"accept", "dismiss"}))},
       .body = object({may("note", text("", 2000))}),
       .right = Right("catalog.write"),
       .audit = Audit("catalog.finding"),
       .handler = [&findings](const Request& request) { return decide(findings, request); }});
}

}  // namespace citybrain::catalog
