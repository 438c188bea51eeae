// JSON: Boost.JSON, with readers that give our errors.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/schema.h"

namespace citybrain {

namespace json = boost::json;

// At most depth_max levels; the error names the offset.
Result<json::value> parse_json(std::string_view text);
// The member as text, or "" where there is none or it is no string.
std::string text_of(const json::object& object, std::string_view name);
// A cell as JSON: integers as numbers, decimals as strings ("12.50": no double may touch them).
json::value to_json(const Cell& cell);

}  // namespace citybrain
