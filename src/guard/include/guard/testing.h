// TestGuard: a guard over a fresh store and a fresh lake, for tests of the rooms that read through
// it. Only tests name it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "guard/guard.h"

namespace citybrain::guard {

// Owned by a test, used by one thread. `url` and `folder` come from sql::test_stores(); `folder`
// takes the columns. Migrates guard's tables; what fails stops the test (CB_CHECK).
class TestGuard {
 public:
  TestGuard(const std::string& url, const std::string& folder, std::uint64_t seed = 5);
  ~TestGuard();
  TestGuard(const TestGuard&) = delete;
  TestGuard& operator=(const TestGuard&) = delete;

  FixedClock clock{Timestamp{1'600'000'000'000'000}};
  SeededRandom random;
  Guard& guard();
  sql::Db& db();

  // Makes the resource known to the lake and graded in the guard.
  void define(const ResourceGrades& grades, bool keyed = true);
  // Lands rows (upserts) and feeds the columns.
  void land(const std::string& resource, const Batch& batch);
  // Removes rows by key; `batch` has whole rows, of which the key is read.
  void remove(const std::string& resource, const Batch& batch);
  // Lands without feeding: columns lag until the next land() or remove().
  void land_only(const std::string& resource, const Batch& batch);

  static Principal staff(const std::string& role);
  static Principal citizen(const std::string& resident_id);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace citybrain::guard
