// CB_CHECK: a programmer's mistake stops the process, in release builds too.
#pragma once

namespace citybrain {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}

#define CB_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::citybrain::check_failed(#condition, __FILE__, __LINE__))
