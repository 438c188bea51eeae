// Catalog: what there is in the city: departments, systems, resources, items, with grades, checks,
// quality and lineage. Stands between guard (which masks by the grades it hands down) and the rail
// (which checks by what it declares).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/room.h"
#include "catalog/entries.h"

namespace citybrain::sql {
class Db;
}
namespace citybrain::guard {
class Guard;
}

namespace citybrain::catalog {

// A line of a definition file that was refused.
struct Refusal {
  std::string file;
  std::int64_t line = 0;  // 1 = header
  std::string message;    // what, with which value, and what to write instead
};

// What a load found. Refused lines are left out of the catalogue; a resource with a refused item is
// left out whole, so that no record lands unchecked.
struct LoadReport {
  std::size_t departments = 0;
  std::size_t systems = 0;
  std::size_t resources = 0;
  std::size_t items = 0;
  std::size_t changed = 0;  // entries that got a new version
  std::vector<Refusal> refused;
};

// An edge of lineage, written by whoever did the work. Nodes are named "kind:name":
// "file:ent_registry/2020.csv", "column:ent_registry/企业名称", "resource:ent_registry",
// "item:ent_registry.name", "fact:注册资本", "model:…", "indicator:…".
struct Lineage {
  std::string from;
  std::string to;
  std::string kind;       // "landed", "mapped", "derived", …
  std::int64_t rows = 0;  // that it carries now
};

// One look at the quality of what arrived for a resource.
struct Quality {
  std::string resource;
  std::string source;  // the file or stream it came by; one record per (source, to_line)
  std::int64_t to_line = 0;
  std::int64_t rows_good = 0;
  std::int64_t rows_bad = 0;
};

struct QualityPoint {
  Timestamp at;
  std::int64_t version = 0;  // of the resource's entry
  std::int64_t rows_good = 0;
  std::int64_t rows_bad = 0;
  std::int64_t score = 0;  // rows_good of all, in 1/100 percent: 9987 = 99.87 %
};

// What the catalogue knows of the records of one resource.
struct Standing {
  std::int64_t rows = 0;
  std::int64_t rows_good = 0;  // of the current version, since it is current
  std::int64_t rows_bad = 0;
  std::int64_t score = -1;  // 1/100 percent, -1 = nothing arrived yet
  std::optional<Timestamp> landed_at;
};

// The catalogue. Owned by cli; thread-safe; the entries are an immutable snapshot that load()
// swaps.
class Catalog {
 public:
  // Neither is owned. `guard` may be null (tests): then no grades are handed down.
  Catalog(sql::Db& db, guard::Guard* guard, const Clock& clock);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // Reads departments.csv, systems.csv, resources.csv, items.csv and codes/*.csv of that folder,
  // stores what changed as new versions, retires what is gone, and hands the grades to guard. The
  // error is for a file that is not there or has other columns; bad lines are in the report.
  // Loading the same files twice changes nothing.
  Result<LoadReport> load(const std::string& city_dir);

  std::vector<Department> departments() const;
  std::optional<Department> department(std::string_view short_name) const;
  std::vector<System> systems() const;
  // All resources, by code.
  std::vector<std::shared_ptr<const Resource>> resources() const;
  // Those in whose names, codes, abstract or items every one of the words (split by blanks) occurs.
  std::vector<std::shared_ptr<const Resource>> find(std::string_view words) const;
  // not_found with the nearest known code.
  Result<std::shared_ptr<const Resource>> resource(std::string_view code) const;
  Result<Schema> schema_of(std::string_view resource) const;
  struct ItemChecks {
    std::string item;
    bool required = false;
    std::vector<Check> checks;
  };
  Result<std::vector<ItemChecks>> checks_of(std::string_view resource) const;
  struct ItemGrade {
    std::string item;
    int grade = 1;
  };
  Result<std::vector<ItemGrade>> grades_of(std::string_view resource) const;
  std::shared_ptr<const CodeList> code_list(std::string_view name) const;

  // Adds edges; one that is there gets its rows and time brought up to date.
  Result<void> record_lineage(const std::vector<Lineage>& edges);
  // Edges that touch the resource or one of its items.
  Result<std::vector<Lineage>> lineage_of(std::string_view resource) const;
  // Idempotent by (resource, source, to_line): telling the same thing twice counts once.
  Result<void> record_quality(const Quality& quality);
  // How many rows the resource holds now.
  Result<void> record_rows(std::string_view resource, std::int64_t rows);
  Result<std::vector<QualityPoint>> quality_of(std::string_view resource, int points_max) const;
  // Of one resource, and of all that anything arrived for.
  Result<Standing> standing_of(std::string_view resource) const;
  Result<std::map<std::string, Standing, std::less<>>> standings() const;

 private:
  struct Snapshot;
  std::shared_ptr<const Snapshot> snapshot() const;

  sql::Db& db_;
  guard::Guard* guard_;
  const Clock& clock_;
  struct State;
  std::unique_ptr<State> state_;
};

// The room: /api/departments, /api/resources, /api/resources/{code}. Right "catalog.read".
// The catalogue must outlive the room.
Room make_room(Catalog& catalog);

}  // namespace citybrain::catalog
