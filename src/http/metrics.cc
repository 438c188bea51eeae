// Metrics: see metrics.h.
#include "metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/log.h"

namespace citybrain::http {
namespace {

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 400> digits;  // the longest double, written out
  const auto [end, ec] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  return ec == std::errc() ? std::string(digits.data(), end) : "NaN";
}

bool is_metric_name(std::string_view name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == ':';
         });
}

std::string with_label(const std::string& labels, const std::string& more) {
  return labels.empty() ? more : labels + "," + more;
}

}  // namespace

void RouteMeter::count(int status, std::chrono::nanoseconds took) {
  const auto us = std::max<std::int64_t>(took.count() / 1000, 0);
  const auto hundreds = static_cast<std::size_t>(std::clamp(status / 100, 0, 5));
  by_class_[hundreds].fetch_add(1, std::memory_order_relaxed);
  const auto bucket = std::lower_bound(bounds_us.begin(), bounds_us.end(), us) - bounds_us.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_us_.fetch_add(static_cast<std::uint64_t>(us), std::memory_order_relaxed);
}

bool RouteMeter::used() const {
  return std::any_of(by_class_.begin(), by_class_.end(),
                     [](const auto& n) { return n.load() > 0; });
}

void RouteMeter::write_histogram(std::string& out, std::string_view name,
                                 const std::string& labels) const {
  std::uint64_t total = 0;
  const std::string bucket_name = std::string(name) + "_bucket";
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    total += buckets_[i].load(std::memory_order_relaxed);
    const std::string bound =
        i < bounds_us.size() ? number_text(static_cast<double>(bounds_us[i]) / 1e6) : "+Inf";
    write_sample(out, bucket_name, with_label(labels, "le=\"" + bound + "\""),
                 static_cast<double>(total));
  }
  write_sample(out, std::string(name) + "_sum", labels, static_cast<double>(sum_us_.load()) / 1e6);
  write_sample(out, std::string(name) + "_count", labels, static_cast<double>(total));
}

std::string label_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

void write_family(std::string& out, std::string_view name, std::string_view help,
                  std::string_view type) {
  out.append("# HELP ").append(name).append(" ");
  for (const char c : help) out += c == '\n' ? ' ' : c;
  out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void write_sample(std::string& out, std::string_view name, const std::string& labels,
                  double value) {
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(number_text(value)).append("\n");
}

void write_rooms(std::string& out, const std::vector<Room>& rooms) {
  std::vector<std::string> seen;
  for (const auto& room : rooms) {
    for (const auto& metric : room.metrics) {
      const bool twice = std::find(seen.begin(), seen.end(), metric.name) != seen.end();
      if (twice || !is_metric_name(metric.name) || !metric.value) {
        log(Level::warn, "http", "a room's metric is left out",
            {{"room", room.name}, {"metric", metric.name}});
        continue;
      }
      seen.push_back(metric.name);
      write_family(out, metric.name, metric.help, metric.counter ? "counter" : "gauge");
      write_sample(out, metric.name, "", metric.value());
    }
  }
}

}  // namespace citybrain::http
