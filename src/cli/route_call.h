// One way for commands to a city's routes: over the admin socket where a server runs, else in a
// city opened for the call.
#pragma once

#include <string>

#include "args.h"
#include "base/json.h"
#include "base/result.h"

namespace citybrain::cli {

inline constexpr const char* data_default = "var/city";

// `data_dir` must be there. `body` null = none.
Result<json::value> call_city(const std::string& data_dir, const std::string& method,
                              const std::string& path, const json::value& body);

}  // namespace citybrain::cli
