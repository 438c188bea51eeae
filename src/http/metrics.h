// Metrics: what the server counts, and the Prometheus text format (version 0.0.4).
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/room.h"

namespace citybrain::http {

// Requests of one route: by class of status, and how long they took. Written by any thread, read by
// any; the figures of one scrape may be some requests apart.
class RouteMeter {
 public:
  static constexpr std::array<std::int64_t, 12> bounds_us = {
      250,    500,    1'000,   2'500,   5'000,     10'000,
      25'000, 50'000, 100'000, 500'000, 1'000'000, 5'000'000};

  void count(int status, std::chrono::nanoseconds took);
  bool used() const;
  std::uint64_t of_class(std::size_t hundreds) const { return by_class_[hundreds].load(); }
  // Appends the histogram's lines with these labels ("" or `route="/x"`).
  void write_histogram(std::string& out, std::string_view name, const std::string& labels) const;

 private:
  std::array<std::atomic<std::uint64_t>, 6> by_class_ = {};  // [2] = 2xx
  std::array<std::atomic<std::uint64_t>, bounds_us.size() + 1> buckets_ = {};
  std::atomic<std::uint64_t> sum_us_ = 0;
};

// Gauges and counters of the whole server.
struct ServerMeters {
  std::atomic<std::int64_t> connections = 0;
  std::atomic<std::int64_t> streams = 0;
  std::atomic<std::int64_t> in_flight = 0;
  std::atomic<std::uint64_t> connections_refused = 0;  // above connections_max
  std::atomic<std::uint64_t> requests_refused = 0;     // above in_flight_max
  std::atomic<std::uint64_t> malformed = 0;            // not HTTP, too large
  std::atomic<std::uint64_t> timeouts = 0;             // cut off for being slow
};

// A label's value as the format wants it: backslash, quote and newline escaped.
std::string label_value(std::string_view text);
// "# HELP …" and "# TYPE …".
void write_family(std::string& out, std::string_view name, std::string_view help,
                  std::string_view type);
void write_sample(std::string& out, std::string_view name, const std::string& labels, double value);
// The rooms' metrics, each once; a name that is no Prometheus name is left out and logged.
void write_rooms(std::string& out, const std::vector<Room>& rooms);

}  // namespace citybrain::http
