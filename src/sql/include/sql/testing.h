// test_stores: fresh stores for tests of rooms with SQL. Only tests name it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace citybrain::sql {

// Fresh, empty stores, removed again when this object goes: keep it alive as long as a Db on them.
class TestStores {
 public:
  TestStores();
  ~TestStores();
  TestStores(const TestStores&) = delete;
  TestStores& operator=(const TestStores&) = delete;

  std::vector<std::string>::const_iterator begin() const { return urls_.begin(); }
  std::vector<std::string>::const_iterator end() const { return urls_.end(); }
  // A directory of this test's own, for other files.
  const std::string& dir() const { return dir_; }

 private:
  std::string dir_;
  std::string schema_;  // of PostgreSQL; "" where CITYBRAIN_TEST_POSTGRES is not set
  std::vector<std::string> urls_;
};

// Always one SQLite file; and a schema of the PostgreSQL named by CITYBRAIN_TEST_POSTGRES (a
// conninfo) where that is set. Use: `for (const auto& url : sql::test_stores()) { auto db =
// Db::open(url); … }`
inline TestStores test_stores() { return {}; }

// How a child of a kill test ended.
struct ChildEnd {
  bool killed = false;  // by SIGKILL
  int status = 0;       // exit status, where it was not killed
  std::string output;   // of its stdout
};

// Runs this test binary again as a child with one test alone, these variables in its environment,
// and all output collected. That test returns at once where its variables are not set, so that it
// does nothing in an ordinary run. After `kill_after_ms` the child is killed (0 = never); one
// killed by its own crash_point ends the same way.
ChildEnd run_child(const std::string& test, const std::map<std::string, std::string>& environment,
                   int kill_after_ms = 0);
// How often a kill test kills in each window: CITYBRAIN_KILLS, 10 where it is not set.
int kills();

}  // namespace citybrain::sql
