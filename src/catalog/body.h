// Body: an entry as the JSON that is stored, version by version, and back.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "catalog/catalog.h"
#include "checks.h"

namespace citybrain::catalog {

json::object body_of(const Resource& resource);
json::object body_of(const Item& item);
// "range:0..5|past", as declared.
std::string checks_text(const Item& item);
// corrupt where the body is no entry; not_found where a check names a code list
// that is gone.
Result<Resource> resource_from_body(const json::object& body, const FindCodes& codes);
// Member by member; items by their codes.
std::vector<Difference> differences(const json::object& before, const json::object& after);

}  // namespace citybrain::catalog
