// A database of a test's own on the MariaDB that CITYBRAIN_TEST_MARIADB names
// ("host=… port=… user=… password=…"; tools/mariadb.sh prints it). Only tests name this file.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "capture/capture.h"
#include "mariadb_link.h"
#include "mariadb_source.h"

namespace citybrain::capture {

inline const char* mariadb_conninfo() { return std::getenv("CITYBRAIN_TEST_MARIADB"); }

// Fresh and empty; dropped when this object goes.
class TestMariadb {
 public:
  // `conninfo`: of a server of the test's own; null = the one for all tests.
  explicit TestMariadb(const char* conninfo = mariadb_conninfo()) {
    const auto pairs = parse_pairs(conninfo).value();
    settings.kind = "mariadb";
    settings.name = "test";
    for (const auto& [key, value] : pairs) {
      if (key == "password") {
        settings.password = value;
      } else {
        settings.address += key + "=" + value + " ";
      }
    }
    static int count = 0;
    database = "t" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    link = std::make_unique<MariadbLink>(MariadbLink::open(settings).value());
    run("CREATE DATABASE " + database);
    run("USE " + database);
  }
  ~TestMariadb() {
    const auto dropped = link->run("DROP DATABASE IF EXISTS " + database);
    EXPECT_TRUE(dropped) << dropped.error().message;
  }

  void run(const std::string& sql) {
    const auto done = link->run(sql);
    ASSERT_TRUE(done) << sql << ": " << done.error().message;
  }
  // A source that captures these tables of the database.
  std::unique_ptr<Source> source(const std::vector<std::string>& tables) {
    settings.tables.clear();
    for (const std::string& table : tables) settings.tables.push_back(database + "." + table);
    return open_mariadb(settings).value();
  }

  Settings settings;
  std::string database;
  std::unique_ptr<MariadbLink> link;
};

// Global variables of the shared server, set back when this object goes.
class GlobalSetting {
 public:
  struct Value {
    std::string name;
    std::string value;
  };
  GlobalSetting(const MariadbLink& link, const std::vector<Value>& values) : link_(link) {
    for (const Value& one : values) {
      const auto rows = link.rows("SHOW GLOBAL VARIABLES LIKE '" + one.name + "'");
      EXPECT_TRUE(rows && rows->size() == 1) << one.name;
      before_.push_back({one.name, rows->at(0)[1].value_or("")});
      set(one);
    }
  }
  ~GlobalSetting() {
    for (const Value& one : before_) set(one);
  }
  GlobalSetting(const GlobalSetting&) = delete;
  GlobalSetting& operator=(const GlobalSetting&) = delete;

 private:
  void set(const Value& one) {
    const bool number = one.value.find_first_not_of("0123456789") == std::string::npos;
    const auto done =
        link_.run("SET GLOBAL " + one.name + " = " + (number ? one.value : "'" + one.value + "'"));
    EXPECT_TRUE(done) << done.error().message;
  }
  const MariadbLink& link_;
  std::vector<Value> before_;
};

// Changes up to and with what is committed on the server now.
inline std::vector<Change> changes_of(Source& source, Stream& stream, const std::string& from) {
  const auto goal = source.lag(from);
  EXPECT_TRUE(goal) << goal.error().message;
  std::vector<Change> out;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < until) {
    if (source.reached(out.empty() ? from : out.back().position, goal->position)) return out;
    const auto came = stream.next(out, std::size_t{1} << 20, std::chrono::milliseconds(500));
    EXPECT_TRUE(came) << came.error().message;
    if (!came) return out;
  }
  ADD_FAILURE() << "the stream did not reach " << goal->position;
  return out;
}

inline std::vector<std::string> texts(const RowText& row) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    out.push_back(row.is_null(i) ? "NULL" : row.is_absent(i) ? "-" : std::string(row.text(i)));
  }
  return out;
}

}  // namespace citybrain::capture

#define NEEDS_MARIADB()                                       \
  if (::citybrain::capture::mariadb_conninfo() == nullptr) {  \
    GTEST_SKIP() << "CITYBRAIN_TEST_MARIADB names no server"; \
  }
