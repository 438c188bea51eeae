// The server's own addresses: /healthz, /readyz, /metrics, /openapi.json.
#include "service.h"

namespace citybrain::http {
namespace {

bool is_local(const std::string& remote) {
  return remote == "unix" || remote.starts_with("127.") || remote == "::1" ||
         remote.starts_with("::ffff:127.");
}

}  // namespace

std::vector<Route> Service::own_routes(std::string openapi) {
  const auto none = [] { return Audit::none("shows no records"); };
  std::vector<Route> routes;
  routes.push_back({.method = Method::get,
                    .path = "/healthz",
                    .summary = "the process runs",
                    .right = Right::anyone(),
                    .audit = none(),
                    .handler = [](const Request&) -> Result<Reply> { return Reply::text("ok\n"); },
                    .cheap = true});
  routes.push_back({.method = Method::get,
                    .path = "/readyz",
                    .summary = "every room's health checks pass",
                    .right = Right::anyone(),
                    .audit = none(),
                    .handler = [this](const Request&) { return readiness(); }});
  routes.push_back({.method = Method::get,
                    .path = "/metrics",
                    .summary = "Prometheus text",
                    .right = Right::anyone(),
                    .audit = none(),
                    .handler = [this](const Request& request) -> Result<Reply> {
                      if (!options_.metrics_for_all && !is_local(request.remote))
                        return not_found("nothing is at this address");
                      return Reply::text(metrics_text(),
                                         "text/plain; version=0.0.4; charset=utf-8");
                    }});
  routes.push_back({.method = Method::get,
                    .path = "/openapi.json",
                    .summary = "OpenAPI 3.1",
                    .right = Right::anyone(),
                    .audit = none(),
                    .handler = [body = std::move(openapi)](const Request&) -> Result<Reply> {
                      return Reply::text(body, "application/json");
                    },
                    .cheap = true});
  return routes;
}

Result<Reply> Service::readiness() const {
  bool all = !stopping_;
  json::object checks;
  for (const auto& room : rooms_) {
    for (const auto& health : room.health) {
      const auto result = health.check();
      all = all && result.has_value();
      // The reason goes to the log of the room; strangers see only which check fails.
      checks[room.name + "." + health.name] = result ? "ok" : name_of(result.error().code);
    }
  }
  json::object body;
  body["ready"] = all;
  if (stopping_) body["stopping"] = true;
  body["checks"] = std::move(checks);
  return Reply::json(body, all ? 200 : 503);
}

std::string Service::metrics_text() const {
  std::string out;
  const auto gauge = [&](const char* name, const char* help, double value) {
    write_family(out, name, help, "gauge");
    write_sample(out, name, "", value);
  };
  const auto counter = [&](const char* name, const char* help, double value) {
    write_family(out, name, help, "counter");
    write_sample(out, name, "", value);
  };
  const auto of = [](const auto& atomic) { return static_cast<double>(atomic.load()); };
  gauge("citybrain_http_connections", "open connections", of(meters_.connections));
  gauge("citybrain_http_streams", "open event streams", of(meters_.streams));
  gauge("citybrain_http_in_flight", "requests waiting or in handlers", of(meters_.in_flight));
  counter("citybrain_http_connections_refused_total", "connections above connections_max",
          of(meters_.connections_refused));
  counter("citybrain_http_requests_refused_total", "requests above in_flight_max",
          of(meters_.requests_refused));
  counter("citybrain_http_malformed_total", "requests that are not HTTP or too large",
          of(meters_.malformed));
  counter("citybrain_http_timeouts_total", "connections cut off for being slow",
          of(meters_.timeouts));

  std::vector<std::pair<std::string, const RouteMeter*>> meters;
  for (const auto& entry : router_.entries())
    if (entry->meter->used())
      meters.emplace_back("room=\"" + entry->room + "\",method=\"" + name_of(entry->route->method) +
                              "\",route=\"" + label_value(entry->route->path) + "\"",
                          entry->meter.get());
  if (file_meter_.used())
    meters.emplace_back("room=\"http\",method=\"GET\",route=\"files\"", &file_meter_);
  write_family(out, "citybrain_http_requests_total", "requests by class of status", "counter");
  for (const auto& [labels, meter] : meters)
    for (std::size_t hundreds = 1; hundreds <= 5; ++hundreds)
      if (const auto n = meter->of_class(hundreds); n > 0)
        write_sample(out, "citybrain_http_requests_total",
                     labels + ",status=\"" + std::to_string(hundreds) + "xx\"",
                     static_cast<double>(n));
  write_family(out, "citybrain_http_request_seconds", "from the request read to the reply made",
               "histogram");
  for (const auto& [labels, meter] : meters)
    meter->write_histogram(out, "citybrain_http_request_seconds", labels);
  write_rooms(out, rooms_);
  return out;
}

}  // namespace citybrain::http
