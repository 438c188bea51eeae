// Clock and Random: injected, so that every run can be replayed from a printed seed.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>

#include "base/date.h"

namespace citybrain {

// Time of day. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
  Date today() const { return city_date(now()); }
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
};

// Stands where it is put; tests and the demo city use it.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Timestamp at) : us_(at.us) {}
  Timestamp now() const override { return {us_.load()}; }
  void set(Timestamp at) { us_ = at.us; }
  void advance_us(std::int64_t us) { us_ += us; }

 private:
  std::atomic<std::int64_t> us_;
};

// Source of random bytes. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<unsigned char> bytes) = 0;
  std::uint64_t next();
  // Uniform in [0, bound), bound > 0, without modulo bias.
  std::uint64_t below(std::uint64_t bound);
};

// The kernel's generator; for keys, session ids and salts.
class SystemRandom final : public Random {
 public:
  void fill(std::span<unsigned char> bytes) override;
};

// splitmix64 from a seed; for tests and the demo city, never for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<unsigned char> bytes) override;

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

}  // namespace citybrain
