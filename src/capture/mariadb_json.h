// MySQL's binary JSON (JSON columns of MySQL; MariaDB keeps JSON as text) as the text that MySQL
// itself prints.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace citybrain::capture {

inline constexpr int json_depth_max = 100;  // MySQL's own
// Of one value. Offsets may point to the same bytes again and again, so the bytes read are no
// bound.
inline constexpr std::size_t json_text_bytes_max = std::size_t{256} << 20;

// Appends the text. Errors: corrupt, exhausted (the limits above).
Result<void> append_mysql_json(std::string_view value, std::string& out);

}  // namespace citybrain::capture
