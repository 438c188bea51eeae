// City: all rooms put together over one data folder. The one place that knows them all.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/room.h"
#include "instance.h"

namespace citybrain::sql {
class Db;
}
namespace citybrain::lake {
class Lake;
}
namespace citybrain::guard {
class Guard;
}
namespace citybrain::catalog {
class Catalog;
class Findings;
class Returns;
class Supply;
}  // namespace citybrain::catalog
namespace citybrain::rail {
class Captures;
class Rail;
}  // namespace citybrain::rail
namespace citybrain::facts {
class Facts;
}
namespace citybrain::rules {
class Rules;
}
namespace citybrain::benefit {
class Benefit;
}

namespace citybrain::cli {

struct CityOptions {
  std::string data_dir;
  std::string home = home_dir();  // holds city/ and decisions/
  std::string store;              // "" = sqlite:DATA_DIR/city.db
  std::string columns;            // "" = DATA_DIR/columns.duckdb
  std::int64_t lead_token = 0;    // of the sql::Lead under which a PostgreSQL store is written
  std::string treasury;           // "http://host:port"
  bool demo = false;
  // Tests: a clock and a source of random bytes of their own, so that two cities can be compared.
  std::shared_ptr<Clock> clock = nullptr;
  std::shared_ptr<Random> random = nullptr;
};
// Brings the tables of all rooms in a store up to date.
Result<void> migrate_rooms(sql::Db& db);

// Of a data folder, with the stores that CITYBRAIN_STORE and CITYBRAIN_COLUMNS name: a command
// finds those of the server of its environment, and no list of processes shows a password.
CityOptions options_here(std::string data_dir);

// Owner: a command. The rooms' functions are thread-safe; open and close from one thread. The parts
// are torn down in the reverse of the order in which they were made.
class City {
 public:
  // Takes the data folder, opens the stores, migrates every room, reads the city's definition.
  // A refused line of the definition is logged and left out; a missing file is an Error.
  static Result<std::unique_ptr<City>> open(const CityOptions& options);
  // The same of a data folder that the caller has taken already.
  static Result<std::unique_ptr<City>> open(const CityOptions& options, InstanceLock lock);
  ~City();

  const CityOptions& options() const { return options_; }
  const Clock& clock() const { return *clock_; }
  sql::Db& db() { return *db_; }
  lake::Lake& lake() { return *lake_; }
  guard::Guard& guard() { return *guard_; }
  catalog::Catalog& catalog() { return *catalog_; }
  catalog::Findings& findings() { return *findings_; }
  catalog::Supply& supply() { return *supply_; }
  catalog::Returns& returns() { return *returns_; }
  rail::Rail& rail() { return *rail_; }
  facts::Facts& facts() { return *facts_; }
  rules::Rules& rules() { return *rules_; }
  benefit::Benefit& benefit() { return *benefit_; }
  const std::vector<Room>& rooms() const { return rooms_; }
  // The text of a file of the city's definition, such as "lines.csv".
  Result<std::string> definition(const std::string& file) const;

 private:
  struct Ports;
  City(CityOptions options, InstanceLock lock);
  Result<void> open_stores();
  Result<void> open_guard();
  Result<void> open_intake();
  Result<void> open_decisions();
  Result<void> make_rooms();

  CityOptions options_;
  InstanceLock lock_;
  std::shared_ptr<Clock> clock_;
  std::shared_ptr<Random> random_;
  std::unique_ptr<sql::Db> db_;
  std::unique_ptr<lake::Lake> lake_;
  std::shared_ptr<guard::Guard> guard_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<catalog::Findings> findings_;
  std::unique_ptr<catalog::Supply> supply_;
  std::unique_ptr<catalog::Returns> returns_;
  std::unique_ptr<rail::Rail> rail_;
  std::unique_ptr<rail::Captures> captures_;
  std::unique_ptr<facts::Facts> facts_;
  std::unique_ptr<rules::Rules> rules_;
  std::unique_ptr<Ports> ports_;
  std::shared_ptr<benefit::Benefit> benefit_;
  std::vector<Room> rooms_;
};

// What a demo city remembers of its making, in DATA_DIR/demo.json.
struct DemoMark {
  int shift_days = 0;  // city's day minus the calendar's
  std::uint64_t seed = 0;
  std::string scale;
};
// none where the folder holds no finished demo city.
std::optional<DemoMark> read_demo_mark(const std::string& data_dir);
Result<void> write_demo_mark(const std::string& data_dir, const DemoMark& mark);
// The shift that makes today the demo city's day, 2020-11-24.
int demo_shift_days();

}  // namespace citybrain::cli
