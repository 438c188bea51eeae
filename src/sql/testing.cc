// Fresh stores for tests. See sql/testing.h.
#include "sql/testing.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/check.h"
#include "connection.h"

namespace citybrain::sql {
namespace {

std::string postgres_conninfo() {
  const char* conninfo = std::getenv("CITYBRAIN_TEST_POSTGRES");
  return conninfo ? conninfo : "";
}

void on_postgres(const std::string& sql) {
  auto connection = connect_postgres(postgres_conninfo());
  CB_CHECK(connection.has_value());
  CB_CHECK(connection.value()->script(sql).has_value());
}

}  // namespace

TestStores::TestStores() {
  std::string path = std::filesystem::temp_directory_path() / "citybrain-XXXXXX";
  CB_CHECK(::mkdtemp(path.data()) != nullptr);
  dir_ = path;
  urls_.push_back("sqlite:" + dir_ + "/city.db");
  if (postgres_conninfo().empty()) return;
  schema_ = "t_" + dir_.substr(dir_.size() - 6) + "_" + std::to_string(::getpid());
  on_postgres("CREATE SCHEMA \"" + schema_ + "\"");
  urls_.push_back("postgres:" + postgres_conninfo() + " options='-c search_path=\"" + schema_ +
                  "\"'");
}

TestStores::~TestStores() {
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
  if (!schema_.empty()) on_postgres("DROP SCHEMA \"" + schema_ + "\" CASCADE");
}

}  // namespace citybrain::sql
