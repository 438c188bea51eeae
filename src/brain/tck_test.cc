// The score by folder is a golden file: tests/golden/tck.txt. Set CITYBRAIN_GOLDEN=write to renew
// it.
#include "brain/tck.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/csv.h"

namespace citybrain::brain {
namespace {

TEST(Tck, ScoreIsTheGoldenOne) {
  const char* named = std::getenv("CITYBRAIN_TCK");
  const std::string folder = named != nullptr ? named : CB_SOURCE_DIR "/../shared/data/dmn-tck";
  if (!std::filesystem::exists(folder)) {
    GTEST_SKIP() << "the TCK is not at " << folder << "; set CITYBRAIN_TCK to its folder";
  }
  const auto report = run_tck(folder);
  ASSERT_TRUE(report) << report.error().message;
  if (std::getenv("CITYBRAIN_TCK_SHOW") != nullptr) {
    for (const std::string& line : report->failures) std::printf("%s\n", line.c_str());
  }
  const std::string score = score_text(*report);
  const std::string golden = CB_SOURCE_DIR "/tests/golden/tck.txt";
  const char* mode = std::getenv("CITYBRAIN_GOLDEN");
  if (mode != nullptr && std::string(mode) == "write") {
    ASSERT_TRUE(write_file(golden, score));
  }
  const auto expected = read_file(golden);
  ASSERT_TRUE(expected) << expected.error().message;
  EXPECT_EQ(score, *expected);
  std::printf("tck: %d passed, %d failed, %d by the digits written, %d within 1e-8\n",
              report->total.passed, report->total.failed, report->rounded, report->tolerated);
}

}  // namespace
}  // namespace citybrain::brain
