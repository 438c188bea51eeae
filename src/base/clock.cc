// System clock, kernel randomness, seeded randomness: see base/clock.h.
#include "base/clock.h"

#include <sys/random.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/check.h"

namespace citybrain {

Timestamp SystemClock::now() const {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

std::uint64_t Random::next() {
  std::uint64_t value = 0;
  unsigned char bytes[sizeof value];
  fill(bytes);
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  CB_CHECK(bound > 0);
  const std::uint64_t unfair = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    const std::uint64_t value = next();
    if (value < unfair) return value % bound;
  }
}

void SystemRandom::fill(std::span<unsigned char> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (got < 0 && errno == EINTR) continue;
    CB_CHECK(got > 0);
    done += static_cast<std::size_t>(got);
  }
}

void SeededRandom::fill(std::span<unsigned char> bytes) {
  const std::lock_guard lock(mutex_);
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    std::memcpy(bytes.data() + at, &z, std::min<std::size_t>(8, bytes.size() - at));
  }
}

}  // namespace citybrain
