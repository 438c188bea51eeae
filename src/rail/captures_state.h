// What Captures is made of, shared by its parts: registry, looking around, comparing.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "capture_feeder.h"
#include "capture_secret.h"
#include "rail/captures.h"
#include "rail_state.h"

namespace citybrain::rail {

struct CapturesState {
  CapturesState(RailState& r, Sealer s, CaptureOptions o)
      : rail(r), sealer(std::move(s)), options(std::move(o)) {}

  RailState& rail;
  Sealer sealer;
  CaptureOptions options;
  std::mutex mutex;  // of what follows
  std::map<std::string, std::shared_ptr<Feeder>> feeders;
  std::map<std::string, std::int64_t> compared_at;  // by resource, steady seconds
  std::mutex comparing;                             // one comparison at a time

  // Settings to look around with, not registered.
  Result<capture::Settings> settings(const Connection& at) const;
  std::shared_ptr<Feeder> feeder(const std::string& name) {
    const std::lock_guard lock(mutex);
    const auto found = feeders.find(name);
    return found == feeders.end() ? nullptr : found->second;
  }
  // Takes a feeder out and stops it.
  void stop(const std::string& name);
};

// A source's row and its tables.
struct Registered {
  CaptureRow row;
  std::vector<CaptureTableRow> tables;
};
Result<Registered> registered(CapturesState& state, const std::string& name);
// The captured table that feeds a resource, with its source; none where none does.
Result<std::optional<Registered>> feeding(CapturesState& state, const std::string& resource);

}  // namespace citybrain::rail
