// MariadbPosition: a place in the changes of a MariaDB or MySQL server, as the text that the rail
// keeps: "gtid=0-1-5,1-2-7 at=binlog.000003:4711 shape=1234". Only the transactions count; the file
// serves the lag, the shape tells whether names still hold where the binlog does not tell them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mariadb_gtid.h"

namespace citybrain::capture {

struct MariadbPosition {
  GtidSet gtids;
  std::string file;
  std::uint64_t at = 0;
  std::string shape;

  std::string text() const;
  // Errors: invalid.
  static Result<MariadbPosition> parse(std::string_view text);
};

}  // namespace citybrain::capture
