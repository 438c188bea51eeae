// /audit/…: the audit log in the formats of transparency logs; and who cosigns it.
#include "base/text.h"
#include "routes.h"

namespace citybrain::guard {
namespace {

constexpr int tile_path_max = 5;  // "x123/x456/x789/012.p" and the width of a partial tile

Reply octets(std::string bytes) {
  Reply reply = Reply::text(std::move(bytes), "application/octet-stream");
  reply.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  return reply;
}

Reply note_reply(std::string note) {
  Reply reply = Reply::text(std::move(note));
  reply.headers.emplace_back("Cache-Control", "no-cache");
  return reply;
}

struct TilePlace {
  std::uint64_t index = 0;
  std::uint64_t width = Transparency::tile_width;
};

// "x001/x234/067" or "067.p/112", in segments.
Result<TilePlace> place_of(std::vector<std::string> segments) {
  const auto bad = [&] {
    return not_found("no tile '" + join(segments, "/") + "'; write x001/x234/067 or 067.p/WIDTH");
  };
  TilePlace place;
  std::string last = segments.back();
  if (segments.size() > 1 && segments[segments.size() - 2].ends_with(".p")) {
    const auto width = parse_int(last);
    if (!width || *width < 1 || *width > 255 || std::to_string(*width) != last) return bad();
    place.width = static_cast<std::uint64_t>(*width);
    segments.pop_back();
    last = segments.back().substr(0, segments.back().size() - 2);
  }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool inner = i + 1 < segments.size();
    std::string_view digits = inner ? std::string_view(segments[i]) : std::string_view(last);
    if (inner && !digits.starts_with('x')) return bad();
    if (inner) digits.remove_prefix(1);
    const auto number = parse_int(digits);
    if (digits.size() != 3 || !number || *number < 0) return bad();
    place.index = place.index * 1000 + static_cast<std::uint64_t>(*number);
  }
  return place;
}

std::vector<std::string> segments_of(const Request& request, int count) {
  std::vector<std::string> segments;
  for (int i = 1; i <= count; ++i) segments.push_back(request.param("n" + std::to_string(i)));
  return segments;
}

Result<Reply> receipt(const Guard& guard, const Request& request) {
  const auto index = static_cast<std::uint64_t>(request.int_param("index"));
  CB_TRY(const AuditRecord record, guard.audit_log().at(index));
  const Principal& who = request.principal;
  bool whole = guard.identity().has_right(who, "guard.audit") ||
               (!who.anonymous() && record.actor == who.id);
  if (!whole && !who.subject.empty()) {
    CB_TRY(whole, guard.audit_log().concerns(index, who.subject));
  }
  CB_TRY(const Receipt proof, guard.transparency().receipt(index, whole));
  Reply reply = note_reply(proof.text());
  reply.headers.emplace_back("Content-Disposition", "attachment; filename=\"audit-" +
                                                        std::to_string(index) + ".tlog-proof\"");
  return reply;
}

Result<Reply> keys(const Guard& guard) {
  CB_TRY(const auto witnesses, guard.transparency().witnesses());
  json::array asked;
  for (const Witness& witness : witnesses) {
    asked.push_back({{"name", witness.key.name},
                     {"key", witness.key.text()},
                     {"seen_size", witness.seen_size},
                     {"problem", witness.problem}});
  }
  return Reply::json({{"log", guard.transparency().log_key().text()},
                      {"witness", guard.transparency().witness_key().text()},
                      {"witnesses", std::move(asked)}});
}

Result<Reply> text_field(const Request& request, const char* name,
                         const std::function<Result<void>(const std::string&)>& fn) {
  CB_DO(fn(std::string(request.json.at(name).as_string())));
  return Reply::json(json::object{});
}

// One route a length of the path, for hashes and for entries.
void add_tiles(std::vector<Route>& routes, Guard& guard) {
  std::string path;
  std::vector<Param> params;
  for (int count = 1; count <= tile_path_max; ++count) {
    const std::string name = "n" + std::to_string(count);
    path += "/{" + name + "}";
    params.push_back(path_param(name, shape::text("part of the tile's index", 5)));
    std::vector<Param> with_level = params;
    with_level.push_back(path_param("level", shape::integer("256^level leaves a hash", 0, 7)));
    routes.push_back({.method = Method::get,
                      .path = "/audit/tile/{level}" + path,
                      .summary = "A tile of the audit log's hashes (C2SP tlog-tiles)",
                      .params = std::move(with_level),
                      .reply = shape::any("32 bytes a hash"),
                      .right = Right::anyone(),
                      .audit = Audit::none("shows hashes, and no record"),
                      .handler = [&guard, count](const Request& request) -> Result<Reply> {
                        CB_TRY(const TilePlace place, place_of(segments_of(request, count)));
                        CB_TRY(std::string bytes, guard.transparency().tile(
                                                      static_cast<int>(request.int_param("level")),
                                                      place.index, place.width));
                        return octets(std::move(bytes));
                      }});
    routes.push_back({.method = Method::get,
                      .path = "/audit/tile/entries" + path,
                      .summary = "A bundle of the audit log's entries (C2SP tlog-tiles)",
                      .params = params,
                      .reply = shape::any("each entry behind its length in two bytes"),
                      .right = Right("guard.audit"),
                      .audit = Audit("guard.audit_read"),
                      .handler = [&guard, count](const Request& request) -> Result<Reply> {
                        CB_TRY(const TilePlace place, place_of(segments_of(request, count)));
                        CB_TRY(std::string bytes,
                               guard.transparency().entries(place.index, place.width));
                        Reply reply = octets(std::move(bytes));
                        reply.headers.back().second = "no-store";
                        return reply;
                      }});
  }
}

void add_proofs(std::vector<Route>& routes, Guard& guard) {
  using namespace shape;
  const Audit signatures_only = Audit::none("shows signed hashes, and no record");
  routes.push_back({.method = Method::get,
                    .path = "/audit/checkpoint",
                    .summary = "The audit log's newest published head, signed and cosigned",
                    .reply = any("C2SP tlog-checkpoint"),
                    .right = Right::anyone(),
                    .audit = signatures_only,
                    .handler = [&guard](const Request&) -> Result<Reply> {
                      CB_TRY(std::string note, guard.transparency().checkpoint());
                      return note_reply(std::move(note));
                    }});
  routes.push_back({.method = Method::get,
                    .path = "/api/audit/{index}/receipt",
                    .summary = "A receipt that verifies without this server (C2SP tlog-proof); "
                               "with the entry for whom it concerns",
                    .params = {path_param("index", integer("", 0, INT64_MAX))},
                    .reply = any("C2SP tlog-proof"),
                    .right = Right::anyone(),
                    .audit = Audit::none("shows an entry to its actor and its subject only"),
                    .handler = [&guard](const Request& r) { return receipt(guard, r); }});
  routes.push_back({.method = Method::get,
                    .path = "/api/audit/keys",
                    .summary = "The keys of the audit log and of its witnesses",
                    .reply = object({need("log", text()), need("witness", text()),
                                     need("witnesses", any("name, key, seen_size, problem"))}),
                    .right = Right::anyone(),
                    .audit = signatures_only,
                    .handler = [&guard](const Request&) { return keys(guard); }});
}

void add_witnesses(std::vector<Route>& routes, Guard& guard) {
  using namespace shape;
  routes.push_back({.method = Method::post,
                    .path = "/api/audit/witnesses",
                    .summary = "Have a second party cosign this log's heads",
                    .body = object({need("key", text("its verifier key", 400)),
                                    need("url", text("where it listens", 400))}),
                    .right = Right("guard.witness"),
                    .audit = Audit("guard.witness_add"),
                    .handler = [&guard](const Request& request) {
                      return text_field(request, "key", [&](const std::string& key) {
                        return guard.transparency().add_witness(
                            key, std::string(request.json.at("url").as_string()));
                      });
                    }});
  routes.push_back({.method = Method::post,
                    .path = "/api/audit/witnesses/drop",
                    .summary = "Ask a witness no more",
                    .body = object({need("name", text("of its key", 400))}),
                    .right = Right("guard.witness"),
                    .audit = Audit("guard.witness_drop"),
                    .handler = [&guard](const Request& request) {
                      return text_field(request, "name", [&](const std::string& name) {
                        return guard.transparency().drop_witness(name);
                      });
                    }});
  routes.push_back({.method = Method::post,
                    .path = "/api/audit/watched",
                    .summary = "Cosign the heads of another log",
                    .body = object({need("key", text("its verifier key", 400))}),
                    .right = Right("guard.witness"),
                    .audit = Audit("guard.watch"),
                    .handler = [&guard](const Request& request) {
                      return text_field(request, "key", [&](const std::string& key) {
                        return guard.transparency().watch(key);
                      });
                    }});
  routes.push_back({.method = Method::post,
                    .path = "/audit/add-checkpoint",
                    .summary = "A watched log hands in a head to be cosigned (C2SP tlog-witness)",
                    .reply = any("signature lines"),
                    .right = Right::anyone(),
                    .audit = Audit::none("cosigns heads of watched logs only, and keeps the last"),
                    .handler = [&guard](const Request& request) -> Result<Reply> {
                      CB_TRY(auto cosigned, guard.transparency().add_checkpoint(request.body));
                      Reply reply = Reply::text(std::move(cosigned.body), cosigned.content_type);
                      reply.status = cosigned.status;
                      return reply;
                    }});
}

}  // namespace

std::vector<Route> transparency_routes(Guard& guard) {
  std::vector<Route> routes;
  add_proofs(routes, guard);
  add_tiles(routes, guard);
  add_witnesses(routes, guard);
  return routes;
}

}  // namespace citybrain::guard
