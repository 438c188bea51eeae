// The DMN TCK's cases under a folder, run strictly: exact decimals (but where a transcendental
// function was taken), and where a case says errorResult, null and at least one diagnostic. Reads
// files; the command `citybrain tck DIR` prints what it returns.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace citybrain::brain {

struct TckScore {
  int passed = 0;
  int failed = 0;
};

struct TckReport {
  TckScore total;
  int tolerated = 0;  // equal within 1e-8 only, where a transcendental function was taken
  int rounded = 0;    // equal in all the digits that the case writes, ten or more
  std::map<std::string, TckScore> folders;  // by "compliance-level-3/0068-feel-equality"
  std::vector<std::string> failures;        // a line each: folder, case, node, expected, got
};

Result<TckReport> run_tck(const std::string& folder);
// A line a folder, "folder passed/total", for the golden file.
std::string score_text(const TckReport& report);

}  // namespace citybrain::brain
