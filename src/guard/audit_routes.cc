// /api/audit…: the log, its head and its proofs; and for every subject, who read what of his.
#include "base/ids.h"
#include "routes.h"

namespace citybrain::guard {
namespace {

json::array path_json(const std::vector<Hash>& path) {
  json::array hashes;
  for (const Hash& hash : path) hashes.emplace_back(hex_of(hash));
  return hashes;
}

// Staff are shown by name, all others by what they are: the log does not tell who a citizen is.
std::string shown_actor(const Guard& guard, const std::string& actor) {
  if (actor.empty()) return "未登录";
  if (actor.starts_with("system")) return "系统";
  const auto account = guard.identity().account(actor);
  if (!account) return actor;
  switch (account->kind) {
    case Principal::Kind::staff:
    case Principal::Kind::system: return account->name;
    case Principal::Kind::citizen: return "市民";
    case Principal::Kind::enterprise: return "企业";
    case Principal::Kind::anonymous: break;
  }
  return "未登录";
}

Result<Reply> list(const Guard& guard, const Request& request) {
  CB_TRY(const auto page,
         guard.audit_log().page(request.int_param("page", 1), request.int_param("size", 50)));
  json::array items;
  for (const AuditRecord& record : page.records) {
    items.push_back({{"index", record.index},
                     {"at", to_iso(record.at)},
                     {"event", record.event},
                     {"actor", shown_actor(guard, record.actor)},
                     {"actor_id", record.actor},
                     {"purpose", record.purpose},
                     {"object", record.object},
                     {"status", record.status},
                     {"details", record.details}});
  }
  return Reply::json({{"items", std::move(items)}, {"total", page.total}});
}

Result<Reply> mine(const Guard& guard, const Request& request) {
  const std::string& subject = request.principal.subject;
  if (subject.empty()) return invalid("this account stands for no person and no firm");
  CB_TRY(const auto page, guard.audit_log().of_subject(subject, request.int_param("page", 1),
                                                       request.int_param("size", 50)));
  json::array items;
  for (const AuditRecord& record : page.records) {
    const auto account = guard.identity().account(record.actor);
    items.push_back({{"index", record.index},
                     {"at", to_iso(record.at)},
                     {"event", record.event},
                     {"department", account ? account->department : ""},
                     {"purpose", record.purpose},
                     {"object", record.object}});
  }
  return Reply::json({{"items", std::move(items)}, {"total", page.total}});
}

Result<Reply> prove(const Guard& guard, const Request& request) {
  CB_TRY(const auto proof,
         guard.audit_log().inclusion(static_cast<std::uint64_t>(request.int_param("index")),
                                     static_cast<std::uint64_t>(request.int_param("size"))));
  json::object reply = {{"leaf_hash", hex_of(proof.leaf)},
                        {"index", proof.index},
                        {"size", proof.size},
                        {"path", path_json(proof.path)},
                        {"root", hex_of(proof.root)}};
  if (guard.identity().has_right(request.principal, "guard.audit")) reply["entry"] = proof.entry;
  return Reply::json(reply);
}

Result<Reply> prove_growth(const Guard& guard, const Request& request) {
  CB_TRY(const auto proof,
         guard.audit_log().consistency(static_cast<std::uint64_t>(request.int_param("size1")),
                                       static_cast<std::uint64_t>(request.int_param("size2"))));
  return Reply::json({{"size1", proof.size1},
                      {"size2", proof.size2},
                      {"root1", hex_of(proof.root1)},
                      {"root2", hex_of(proof.root2)},
                      {"path", path_json(proof.path)}});
}

std::vector<Param> page_params() {
  return {query_param("page", shape::integer("from 1", 1, 1'000'000'000)),
          query_param("size", shape::integer("entries a page", 1, 200))};
}

}  // namespace

std::vector<Route> audit_routes(Guard& guard) {
  using namespace shape;
  const Shape hash = text("64 hex digits", 64);
  const auto get = [](std::string path, std::string summary, std::vector<Param> params, Shape reply,
                      Right right, Audit audit, Handler handler) {
    return Route{.method = Method::get,
                 .path = std::move(path),
                 .summary = std::move(summary),
                 .params = std::move(params),
                 .reply = std::move(reply),
                 .right = std::move(right),
                 .audit = std::move(audit),
                 .handler = std::move(handler)};
  };
  const Audit hashes_only = Audit::none("shows hashes, and no record");
  const Shape size = integer("0 or left out: the tree as it is now", 0, INT64_MAX);
  return {
      get("/api/audit", "The audit log, newest first", page_params(), any("items and total"),
          Right("guard.audit"), Audit("guard.audit_read"),
          [&guard](const Request& request) { return list(guard, request); }),
      get("/api/audit/head", "Size and root of the audit log", {},
          object({need("size", integer()), need("root", hash), need("at", text())}),
          Right::anyone(), hashes_only,
          [&guard](const Request&) -> Result<Reply> {
            CB_TRY(const auto head, guard.audit_log().head());
            return Reply::json(
                {{"size", head.size}, {"root", hex_of(head.root)}, {"at", to_iso(head.at)}});
          }),
      get("/api/audit/consistency",
          "Proof that the log of size1 entries is a prefix of that of size2",
          {query_param("size1", integer("", 1, INT64_MAX)), query_param("size2", size)},
          object({need("size1", integer()), need("size2", integer()), need("root1", hash),
                  need("root2", hash), need("path", array(hash))}),
          Right::anyone(), hashes_only,
          [&guard](const Request& request) { return prove_growth(guard, request); }),
      get("/api/audit/{index}/proof", "Proof that an entry is in the log (RFC 6962)",
          {path_param("index", integer("", 0, INT64_MAX)), query_param("size", size)},
          object({need("leaf_hash", hash), need("index", integer()), need("size", integer()),
                  need("path", array(hash)), need("root", hash),
                  may("entry", text("what is hashed; with the right guard.audit"))}),
          Right::anyone(), hashes_only,
          [&guard](const Request& request) { return prove(guard, request); }),
      get("/api/me/accesses", "Who read records about me, when and why", page_params(),
          any("items and total"), Right::signed_in(),
          Audit::none("shows the caller the entries about himself"),
          [&guard](const Request& request) { return mine(guard, request); }),
  };
}

}  // namespace citybrain::guard
