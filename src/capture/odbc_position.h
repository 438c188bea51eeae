// OdbcPosition: how far a source without a change log was read: when the last round began, the
// highest watermark of each table, the digest of each that is compared as a whole.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/result.h"

namespace citybrain::capture {

struct OdbcPosition {
  Timestamp at;  // all that was committed before is included
  std::map<std::string, std::string> watermarks;
  std::map<std::string, std::string> digests;

  // JSON. Errors: invalid.
  std::string text() const;
  static Result<OdbcPosition> parse(std::string_view text);
};

}  // namespace citybrain::capture
