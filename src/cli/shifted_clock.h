// ShiftedClock: the time of a demo city, which lives on another day at the same pace.
#pragma once

#include "base/clock.h"

namespace citybrain::cli {

// The system's time, moved by whole days.
class ShiftedClock final : public Clock {
 public:
  explicit ShiftedClock(int days) : shift_us_(days * 86'400'000'000LL) {}
  Timestamp now() const override { return {system_.now().us + shift_us_}; }

 private:
  SystemClock system_;
  std::int64_t shift_us_;
};

}  // namespace citybrain::cli
