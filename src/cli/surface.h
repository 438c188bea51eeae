// surface: what the program shows to the outside, as text for the golden files.
#pragma once

#include <string>

#include "base/result.h"

namespace citybrain::cli {

class City;

// Writes routes.txt (method, path, right, audit event), audit_events.txt, commands.txt,
// indicators.txt and openapi.json into the folder. Refuses a route whose right no role has.
Result<void> write_surface(City& city, const std::string& folder);

}  // namespace citybrain::cli
