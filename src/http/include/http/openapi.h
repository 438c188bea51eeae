// OpenAPI 3.1 written from the table of routes: what is served at /openapi.json, kept as a golden
// file and turned into the web's types.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/room.h"

namespace citybrain::http {

struct ApiInfo {
  std::string title = "citybrain";
  std::string version = "0.1.0";
};

// Rooms in the order given, routes in the order of their tables. Each operation bears its room as
// tag, x-right and x-audit, its parameters, its body and reply schema, and the problem reply as
// default.
json::object openapi_of(const std::vector<Room>& rooms, const ApiInfo& info);

}  // namespace citybrain::http
