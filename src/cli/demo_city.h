// The demo city: generated files come in by the rail, models and policies are published, everybody
// is matched, and the treasury pays. All of it is 演示数据.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "serve.h"

namespace citybrain::cli {

struct DemoOptions {
  std::string data_dir;
  std::string scale;
  double scale_value = 0.02;
  std::uint64_t seed = 2020;
  ServeOptions serve;
  bool fill_only = false;
  std::string catalogue =
      {};  // a file of tools/city/catalogue.py: entries listed beside the city's
};

// Fills the folder where it holds no finished demo city of that scale and seed, then serves it with
// a treasury simulator beside it. A city that was left half filled is begun anew.
Result<void> run_demo_city(const DemoOptions& options);

}  // namespace citybrain::cli
