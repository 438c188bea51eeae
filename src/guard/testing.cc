// A guard for tests: see guard/testing.h.
#include "guard/testing.h"

#include "lake/lake.h"
#include "lake/testing.h"
#include "sql/db.h"
#include "sql/migrate.h"

namespace citybrain::guard {

std::vector<Migration> migrations();

struct TestGuard::State {
  std::unique_ptr<sql::Db> db;
  std::unique_ptr<lake::Lake> lake;
  std::unique_ptr<Guard> guard;
  int landings = 0;

  void land(const std::string& resource, const Batch& batch, lake::Op op) {
    lake::Landing landing;
    landing.resource = resource;
    landing.source = "test:" + resource;
    landing.position = std::to_string(++landings);
    landing.ops.assign(batch.rows, op);
    CB_CHECK(lake->land(landing, batch).has_value());
  }
  void feed() {
    while (lake->feed().value().lag > 0) {
    }
  }
};

TestGuard::TestGuard(const std::string& url, const std::string& folder, std::uint64_t seed)
    : random(seed), state_(std::make_unique<State>()) {
  State& s = *state_;
  s.db = sql::Db::open(url).value();
  CB_CHECK(sql::migrate(*s.db, "guard", migrations()).has_value());
  const std::string kind = s.db->engine() == sql::Engine::sqlite ? "sqlite" : "postgres";
  s.lake = lake::Lake::open(*s.db, {.columns_path = lake::columns_beside(
                                        url, folder + "/columns-" + kind + ".duckdb")})
               .value();
  s.guard = std::make_unique<Guard>(*s.db, *s.lake, clock, random,
                                    GuardOptions{{.cheap_passwords = true}});
  CB_CHECK(s.guard->open().has_value());
}
TestGuard::~TestGuard() = default;

Guard& TestGuard::guard() { return *state_->guard; }
sql::Db& TestGuard::db() { return *state_->db; }

void TestGuard::define(const ResourceGrades& grades, bool keyed) {
  const auto keeping = keyed ? lake::Keeping::keyed : lake::Keeping::append;
  CB_CHECK(state_->lake->define({grades.resource, grades.schema, keeping}).has_value());
  CB_CHECK(state_->guard->set_grades(grades).has_value());
}

void TestGuard::land(const std::string& resource, const Batch& batch) {
  state_->land(resource, batch, lake::Op::upsert);
  state_->feed();
}

void TestGuard::remove(const std::string& resource, const Batch& batch) {
  state_->land(resource, batch, lake::Op::remove);
  state_->feed();
}

void TestGuard::land_only(const std::string& resource, const Batch& batch) {
  state_->land(resource, batch, lake::Op::upsert);
}

Principal TestGuard::staff(const std::string& role) {
  return {Principal::Kind::staff, "acc-" + role, role, "rsj", "", {role}, "s"};
}

Principal TestGuard::citizen(const std::string& resident_id) {
  return {Principal::Kind::citizen,
          "acc-" + resident_id.substr(0, 6),
          "市民",
          "",
          resident_id,
          {"citizen"},
          "s"};
}

}  // namespace citybrain::guard
