// A small city on one store, loaded from files of the test's own.
#pragma once

#include <memory>
#include <string>

#include "catalog/catalog.h"
#include "sql/db.h"
#include "sql/migrate.h"
#include "sql/testing.h"
#include "testing.h"

namespace citybrain::catalog {

std::vector<Migration> migrations();

inline const FixedClock& clock_at_noon() {
  static const FixedClock clock(*parse_timestamp("2020-11-24T12:00:00+08:00"));
  return clock;
}

struct City {
  explicit City(const std::string& url, const std::string& dir) : path(write_city(dir)) {
    db = *sql::Db::open(url);
    CB_CHECK(sql::migrate(*db, "catalog", migrations()).has_value());
    catalog = std::make_unique<Catalog>(*db, nullptr, clock_at_noon());
  }
  std::string path;
  std::unique_ptr<sql::Db> db;
  std::unique_ptr<Catalog> catalog;
};

// Staff of a department, whose rights are these.
inline Principal officer(const char* department, std::vector<std::string> rights) {
  Principal who;
  who.kind = Principal::Kind::staff;
  who.id = std::string("u-") + department;
  who.department = department;
  who.roles = std::move(rights);
  return who;
}

}  // namespace citybrain::catalog
