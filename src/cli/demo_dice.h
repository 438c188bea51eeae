// Dice: the demo city's random numbers. Each thing that is drawn has its own stream of (seed, what,
// whose), so that a new resource changes no other. Not base's Random: that one is shared and
// locked.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

namespace citybrain::cli {

class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t stream, std::uint64_t index)
      : state_(mix(seed ^ mix(stream * 0x9E3779B97F4A7C15ULL ^ mix(index + 1)))) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    return mix(state_);
  }
  // Uniform in [0, bound), bound > 0; the bias of a multiply is below 2^-32 for our bounds.
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(((next() >> 32) * static_cast<std::uint64_t>(bound)) >> 32);
  }
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool chance(double p) { return unit() < p; }
  // Sum of twelve uniforms: near enough to normal, and the same on every machine.
  double normal(double mean, double sigma) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += unit();
    return mean + sigma * sum;
  }
  // A log-normal of that median.
  double around(double median, double sigma) { return median * exponential(normal(0, sigma)); }
  // An index drawn by weights.
  std::size_t pick(std::span<const int> weights) {
    std::int64_t total = 0;
    for (const int w : weights) total += w;
    std::int64_t left = below(total);
    std::size_t i = 0;
    while (left >= weights[i]) left -= weights[i++];
    return i;
  }
  template <class T, std::size_t N>
  const T& of(const std::array<T, N>& list) {
    return list[static_cast<std::size_t>(below(N))];
  }

  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

 private:
  // e^x by halving and a series: library exponentials differ in the last bit between machines.
  static double exponential(double x) {
    const double power = std::floor(x / 0.6931471805599453 + 0.5);
    const double r = x - power * 0.6931471805599453;
    double term = 1;
    double sum = 1;
    for (int i = 1; i <= 10; ++i) {
      term *= r / i;
      sum += term;
    }
    return std::ldexp(sum, static_cast<int>(power));
  }

  std::uint64_t state_;
};

// A stream's number from its name.
constexpr std::uint64_t stream_of(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

}  // namespace citybrain::cli
