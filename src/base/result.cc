// Names of the error codes, and the end of a process whose programmer was wrong.
#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace citybrain {

const char* name_of(Code code) {
  switch (code) {
    case Code::invalid: return "invalid";
    case Code::denied: return "denied";
    case Code::not_found: return "not_found";
    case Code::conflict: return "conflict";
    case Code::exhausted: return "exhausted";
    case Code::unavailable: return "unavailable";
    case Code::corrupt: return "corrupt";
    case Code::internal: return "internal";
  }
  return "internal";
}

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "citybrain: check failed: %s at %s:%d\n", expression, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace citybrain
