// OpenAPI 3.1: see http/openapi.h.
#include "http/openapi.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain::http {
namespace {

std::string method_key(Method method) { return lower_ascii(name_of(method)); }

// "GET /api/models/{id}" → "get_api_models_by_id".
std::string operation_id(const Route& route) {
  std::string id = method_key(route.method);
  for (const auto segment : split(route.path, '/')) {
    if (segment.empty()) continue;
    id += '_';
    if (segment.front() == '{') id += "by_";
    for (const char c : segment)
      if (c != '{' && c != '}') id += c == '-' || c == '.' ? '_' : c;
  }
  return id;
}

json::object parameter_of(const Param& param) {
  json::object out;
  out["name"] = param.name;
  out["in"] = param.in == Param::In::path ? "path" : "query";
  out["required"] = param.in == Param::In::path || param.required;
  if (!param.shape.description.empty()) out["description"] = param.shape.description;
  out["schema"] = json_schema(param.shape);
  return out;
}

json::array parameters_of(const Route& route) {
  json::array out;
  for (const auto segment : split(route.path, '/')) {
    if (segment.size() < 3 || segment.front() != '{') continue;
    const std::string name(segment.substr(1, segment.size() - 2));
    const bool declared = std::any_of(route.params.begin(), route.params.end(),
                                      [&](const Param& p) { return p.name == name; });
    if (!declared) out.push_back(parameter_of(path_param(name)));
  }
  for (const auto& param : route.params) out.push_back(parameter_of(param));
  return out;
}

json::object content_of(const char* type, json::object schema) {
  return {{type, json::object{{"schema", std::move(schema)}}}};
}

json::object responses_of(const Route& route) {
  json::object ok_reply{{"description", "done"}};
  if (!route.reply.empty())
    ok_reply["content"] = content_of("application/json", json_schema(route.reply));
  json::object out;
  out["200"] = std::move(ok_reply);
  out["default"] = json::object{{"$ref", "#/components/responses/problem"}};
  return out;
}

json::object operation_of(const Room& room, const Route& route) {
  json::object out;
  out["operationId"] = operation_id(route);
  out["tags"] = json::array{json::value(room.name)};
  out["summary"] = route.summary;
  if (auto parameters = parameters_of(route); !parameters.empty())
    out["parameters"] = std::move(parameters);
  if (!route.body.empty())
    out["requestBody"] = json::object{
        {"required", true}, {"content", content_of("application/json", json_schema(route.body))}};
  out["responses"] = responses_of(route);
  if (route.right.name != Right::anyone().name)
    out["security"] = json::array{json::object{{"session", json::array{}}}};
  out["x-right"] = route.right.name;
  if (!route.audit.event.empty()) out["x-audit"] = route.audit.event;
  return out;
}

json::object components() {
  const json::object text{{"type", "string"}};
  json::object problem{
      {"type", "object"},
      {"required", json::array{"type", "title", "status", "detail", "code", "request_id"}},
      {"properties", json::object{{"type", text},
                                  {"title", text},
                                  {"status", json::object{{"type", "integer"}}},
                                  {"detail", text},
                                  {"code", text},
                                  {"request_id", text}}}};
  json::object reply{
      {"description", "a problem (RFC 9457)"},
      {"content", content_of("application/problem+json",
                             json::object{{"$ref", "#/components/schemas/problem"}})}};
  json::object session{{"type", "apiKey"}, {"in", "cookie"}, {"name", "cb_session"}};
  return {{"schemas", json::object{{"problem", std::move(problem)}}},
          {"responses", json::object{{"problem", std::move(reply)}}},
          {"securitySchemes", json::object{{"session", std::move(session)}}}};
}

}  // namespace

json::object openapi_of(const std::vector<Room>& rooms, const ApiInfo& info) {
  json::object paths;
  json::array tags;
  for (const auto& room : rooms) {
    if (!room.routes.empty()) tags.push_back(json::object{{"name", room.name}});
    for (const auto& route : room.routes) {
      json::value& path = paths[route.path];
      if (!path.is_object()) path = json::object{};
      path.as_object()[method_key(route.method)] = operation_of(room, route);
    }
  }
  json::object out;
  out["openapi"] = "3.1.0";
  out["info"] =
      json::object{{"title", info.title},
                   {"version", info.version},
                   {"license", json::object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}};
  out["servers"] = json::array{json::object{{"url", "/"}}};
  out["tags"] = std::move(tags);
  out["paths"] = std::move(paths);
  out["components"] = components();
  return out;
}

}  // namespace citybrain::http
