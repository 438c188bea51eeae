// MariadbPosition. See mariadb_position.h.
#include "mariadb_position.h"

#include "base/text.h"

namespace citybrain::capture {

std::string MariadbPosition::text() const {
  return "gtid=" + gtids.text() + " at=" + file + ":" + std::to_string(at) + " shape=" + shape;
}

Result<MariadbPosition> MariadbPosition::parse(std::string_view text) {
  MariadbPosition out;
  bool known = false;
  for (const std::string_view word : split(text, ' ')) {
    if (word.starts_with("gtid=")) {
      CB_TRY(out.gtids, GtidSet::parse(word.substr(5)));
      known = true;
    } else if (word.starts_with("shape=")) {
      out.shape = std::string(word.substr(6));
    } else if (word.starts_with("at=")) {
      const std::size_t colon = word.rfind(':');
      if (colon == std::string_view::npos) continue;
      out.file = std::string(word.substr(3, colon - 3));
      out.at = static_cast<std::uint64_t>(parse_int(word.substr(colon + 1)).value_or(0));
    }
  }
  if (!known) {
    return invalid("'" + std::string(text) +
                   "' is no position of a MariaDB source; it begins with gtid=");
  }
  return out;
}

}  // namespace citybrain::capture
