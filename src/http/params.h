// Params: percent-decoding, query strings and typed parameters. Pure; refuses rather than guesses.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/room.h"

namespace citybrain::http {

using ParamMap = std::map<std::string, std::string, std::less<>>;

// Decodes %XX, and '+' as a space where `plus_is_space`. Refused: an incomplete escape, a control
// character, bytes that are not UTF-8.
Result<std::string> percent_decoded(std::string_view text, bool plus_is_space);

// "a=1&b=%E7%94%AC" → pairs in order; at most query_params_max of them.
inline constexpr std::size_t query_params_max = 64;
Result<std::vector<std::pair<std::string, std::string>>> query_pairs(std::string_view query);

// Whether the text is a value of the parameter's shape; the error names parameter, value and
// remedy. A boolean is true, false, 1 or 0; lengths are code points.
Result<void> check_param(const Param& param, std::string_view value);

// Reads the query into `out`: every name must be among `declared`, once, with a value of its shape;
// required ones must be there. An empty optional one counts as left out.
Result<void> read_query(std::string_view query, const std::vector<const Param*>& declared,
                        ParamMap& out);

}  // namespace citybrain::http
