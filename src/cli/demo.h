// The demo city's departments' files: made deterministically from a seed, without network. What
// lies in them is fictional (演示数据): credit codes and identity numbers are of ranges never
// issued.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace citybrain::cli {

struct DemoStats {
  std::uint64_t seed = 0;
  std::int64_t firms = 0;  // enterprises and individual businesses
  std::int64_t people = 0;
  std::int64_t resources = 0;
  std::int64_t files = 0;
  std::int64_t rows = 0;   // good rows
  std::int64_t dirty = 0;  // planted rows that the checks must find
};

// One line of text each time a resource is written.
using DemoProgress = std::function<void(const std::string&)>;

// Writes OUT/RESOURCE/NAME.(csv|ndjson)[.gz] for every resource of CITY_DIR/resources.csv, and
// OUT/manifest.json with what was written and which dirty rows were planted. scale 1 is 500,000
// firms and 2,000,000 people; the demo accounts' firms and citizens are there at every scale. The
// day is 2020-11-24. epidemic_cases is written only where CASES (ningbo_cases.csv) is present; ""
// looks beside the project. The same arguments give the same bytes.
Result<DemoStats> generate_demo(const std::string& out_dir, double scale, std::uint64_t seed,
                                const std::string& city_dir, const DemoProgress& progress = {},
                                const std::string& cases = "");

}  // namespace citybrain::cli
