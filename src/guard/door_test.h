// A guard over a fresh store and lake, for tests. Private to guard's tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/ids.h"
#include "guard/guard.h"
#include "lake/lake.h"
#include "sql/db.h"
#include "sql/migrate.h"
#include "sql/testing.h"

namespace citybrain::guard {
std::vector<Migration> migrations();

struct Door {
  FixedClock clock{Timestamp{1'600'000'000'000'000}};
  SeededRandom random;
  std::unique_ptr<sql::Db> db;
  std::unique_ptr<lake::Lake> lake;
  std::unique_ptr<Guard> guard;

  Door(const std::string& url, const std::string& folder, std::uint64_t seed = 5) : random(seed) {
    static int number = 0;
    db = sql::Db::open(url).value();
    sql::migrate(*db, "guard", migrations()).value();
    lake = lake::Lake::open(
               *db, {.columns_path = folder + "/columns" + std::to_string(++number) + ".duckdb"})
               .value();
    guard =
        std::make_unique<Guard>(*db, *lake, clock, random, GuardOptions{{.cheap_passwords = true}});
    guard->open().value();
    guard->identity()
        .load_roles(
            "role,right\nsteward,guard.read\nclerk,guard.read\n"
            "clerk,guard.clear_l3@handling\nhead,guard.read\nhead,guard.clear_l4\n"
            "admin,*\n")
        .value();
  }

  static Principal staff(const std::string& role) {
    return {Principal::Kind::staff, "acc-" + role, role, "rsj", "", {role}, "s"};
  }
  static Principal citizen(const std::string& id) {
    return {Principal::Kind::citizen, "acc-" + id.substr(0, 6), "市民", "", id, {"citizen"}, "s"};
  }

  void land(const std::string& resource, const Batch& batch) {
    lake::Landing landing;
    landing.resource = resource;
    landing.source = "test:" + resource;
    landing.position = std::to_string(batch.rows);
    lake->land(landing, batch).value();
    feed();
  }
  void feed() {
    while (lake->feed().value().lag > 0) {
    }
  }
};

}  // namespace citybrain::guard
