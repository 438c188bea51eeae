// Service: see service.h.
#include "service.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "coding.h"
#include "http/openapi.h"
#include "params.h"

namespace citybrain::http {
namespace {

Plan refusal(Plan plan, const Error& error, int status) {
  plan.run = false;
  plan.answer.reply = problem(error, status, plan.language, plan.request.request_id);
  plan.answer.head_only = plan.head_only;
  return plan;
}

struct Target {
  std::string_view path;
  std::string_view query;
};

// origin-form, or absolute-form of which only path and query count (RFC 9112 §3.2); a fragment is
// none of a client's business to send.
Target target_of(std::string_view target) {
  if (target.starts_with("http://")) {
    const auto slash = target.find('/', 7);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

std::optional<Method> method_of(std::string_view name, bool& head_only) {
  head_only = name == "HEAD";
  if (name == "GET" || head_only) return Method::get;
  if (name == "POST") return Method::post;
  if (name == "PUT") return Method::put;
  if (name == "PATCH") return Method::patch;
  if (name == "DELETE") return Method::del;
  return std::nullopt;
}

std::string media_type_of(const Request& request) {
  const std::string header = request.header("content-type");
  return lower_ascii(trim(std::string_view(header).substr(0, header.find(';'))));
}

bool is_write(Method method) { return method != Method::get; }

// The rule against cross-site requests: a browser sends the header only from our own pages, as
// another site's script would have to ask first (CORS) and is not answered.
bool is_forged(const Request& request) {
  if (!is_write(request.method) || !request.headers.contains("cookie")) return false;
  return request.header("x-requested-with") != "citybrain" ||
         request.header("sec-fetch-site") == "cross-site";
}

}  // namespace

Service::Service(const ServerOptions& options, const std::vector<Room>& rooms,
                 Authorizer& authorizer)
    : options_(options), rooms_(rooms), authorizer_(authorizer) {}

Result<std::unique_ptr<Service>> Service::make(const ServerOptions& options,
                                               const std::vector<Room>& rooms,
                                               Authorizer& authorizer) {
  std::unique_ptr<Service> service(new Service(options, rooms, authorizer));
  const auto document = openapi_of(rooms, {options.title, options.version});
  service->own_ = service->own_routes(json::serialize(document));
  for (const auto& route : service->own_) CB_DO(service->router_.add("http", route, true));
  for (const auto& room : rooms)
    for (const auto& route : room.routes) CB_DO(service->router_.add(room.name, route, false));
  CB_TRY(service->files_, StaticFiles::load(options));
  CB_TRY(service->proxies_, Proxies::parse(options.proxies));
  return service;
}

Plan Service::plan(Incoming&& incoming) const {
  Plan plan;
  plan.request = std::move(incoming.request);
  Request& request = plan.request;
  if (const auto header = request.headers.find("accept-language"); header != request.headers.end())
    plan.language = language_of(header->second);
  if (incoming.target.size() > options_.limits.target_bytes_max)
    return refusal(std::move(plan), invalid("the address is too long"), 414);
  const Target target = target_of(incoming.target);
  const bool options = incoming.method == "OPTIONS";
  const auto method = method_of(options ? "GET" : incoming.method, plan.head_only);
  if (!method)
    return refusal(std::move(plan), invalid("method '" + incoming.method + "' is not known"), 501);
  request.method = *method;
  Match match = router_.find(*method, target.path);
  if (options || (match.entry == nullptr && match.known())) {
    const std::string allow = match.known() ? match.allow() : "GET, HEAD, OPTIONS";
    Plan out = std::move(plan);
    if (options) {
      out.answer.reply.status = 204;
    } else {
      out = refusal(std::move(out),
                    invalid("this address does not know " + incoming.method + "; send " + allow),
                    405);
    }
    out.answer.reply.headers.emplace_back("Allow", allow);
    if (options && match.entry != nullptr && match.entry->route->open_api) {
      out.answer.reply.headers.emplace_back("Access-Control-Allow-Origin", "*");
      out.answer.reply.headers.emplace_back("Access-Control-Allow-Methods", allow);
      out.answer.reply.headers.emplace_back("Access-Control-Allow-Headers",
                                            "Authorization, Content-Type, X-CKAN-API-Key");
      out.answer.reply.headers.emplace_back("Access-Control-Max-Age", "86400");
    }
    return out;
  }
  if (match.entry == nullptr) return plan_file(std::move(plan), target.path);
  plan.entry = match.entry;
  for (std::size_t i = 0; i < match.values.size(); ++i) {
    auto value = percent_decoded(match.values[i], false);
    if (!value) return refusal(std::move(plan), value.error(), 400);
    if (const Param* param = match.entry->path_params[i])
      if (const auto fits = check_param(*param, *value); !fits)
        return refusal(std::move(plan), fits.error(), 400);
    request.params.emplace(match.entry->path_names[i], *std::move(value));
  }
  const bool open_api = match.entry->route->open_api;
  if (open_api) {
    request.headers.erase("cookie");
  } else if (const auto read = read_query(target.query, match.entry->query_params, request.params);
             !read) {
    return refusal(std::move(plan), read.error(), 400);
  }
  if (is_forged(request))
    return refusal(
        std::move(plan),
        denied("a write with a cookie needs the header 'X-Requested-With: citybrain'; send it"),
        403);
  request.path = target.path;
  request.target = incoming.target;
  plan.run = true;
  return plan;
}

Plan Service::plan_file(Plan plan, std::string_view path) const {
  const StaticFile* file = files_.find(path);
  if (file == nullptr)
    return refusal(std::move(plan), not_found("nothing is at this address"), 404);
  if (plan.request.method != Method::get) {
    plan = refusal(std::move(plan), invalid("this address is a file; send GET"), 405);
    plan.answer.reply.headers.emplace_back("Allow", "GET, HEAD, OPTIONS");
    return plan;
  }
  Outgoing& out = plan.answer;
  out.file = file;
  out.head_only = plan.head_only;
  out.gzip = !file->gzip.empty() && accepts_gzip(plan.request.header("accept-encoding"));
  const std::string& etag = out.gzip ? file->gzip_etag : file->etag;
  const auto known = plan.request.headers.find("if-none-match");
  if (known != plan.request.headers.end() && names_etag(known->second, etag))
    out.reply.status = 304;
  return plan;
}

Result<void> Service::take_body(const Entry& entry, Request& request) const {
  const Shape& shape = entry.route->body;
  if (shape.empty()) return ok();
  auto parsed = parse_json(request.body);
  if (!parsed) return parsed.error().in("the body is not JSON");
  CB_DO(conforms(*parsed, shape));
  request.json = *std::move(parsed);
  request.body = {};
  return ok();
}

Result<Reply> Service::guarded(const Entry& entry, Request& request) const {
  const Route& route = *entry.route;
  if (!entry.own) {
    CB_TRY(request.principal, authorizer_.authenticate(request));
    const auto may = authorizer_.authorize(request.principal, route, request);
    if (!may) {
      // A refusal to somebody known is a fact worth keeping; of strangers there is no end.
      const int status = request.principal.anonymous() ? 401 : status_of(may.error().code);
      if (!route.audit.event.empty() && !request.principal.anonymous())
        CB_DO(authorizer_.audited(request.principal, route, request, status));
      return may.error();
    }
  }
  CB_DO(take_body(entry, request));
  auto replied = route.handler(request);
  const bool anonymous = request.principal.anonymous();
  if (!entry.own && !route.audit.event.empty()) {
    int status = 0;
    if (replied) {
      status = replied->status;
    } else {
      const bool stranger = anonymous && replied.error().code == Code::denied;
      status = stranger ? 401 : status_of(replied.error().code);
    }
    const auto audited = authorizer_.audited(request.principal, route, request, status);
    if (!audited)
      return unavailable(
          "the call could not be written to the audit log, so its reply is withheld");
  }
  return replied;
}

Reply Service::run(const Entry& entry, Request& request, Language language) const {
  if (!entry.route->body.empty() && media_type_of(request) != "application/json")
    return problem(invalid("send the body as Content-Type: application/json"), 415, language,
                   request.request_id);
  Result<Reply> replied = internal("the handler gave no reply");
  try {
    replied = guarded(entry, request);
  } catch (const std::exception& e) {
    replied = internal(std::string("exception: ") + e.what());
  }
  if (replied) {
    if (!entry.route->cheap) encode(request, *replied);  // a cheap one runs on the I/O thread
    return *std::move(replied);
  }
  const Error& error = replied.error();
  int status = status_of(error.code);
  if (error.code == Code::denied && request.principal.anonymous()) status = 401;
  if (status >= 500)
    log(Level::error, "http", error.message,
        {{"route", entry.route->path}, {"request_id", request.request_id}});
  return problem(error, status, language, request.request_id);
}

bool Service::still_allowed(const Entry& entry, const Request& request) const {
  if (entry.own) return true;
  try {
    const auto principal = authorizer_.authenticate(request);
    return principal && principal->id == request.principal.id &&
           authorizer_.authorize(*principal, *entry.route, request).has_value();
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace citybrain::http
