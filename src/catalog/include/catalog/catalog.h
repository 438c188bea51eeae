// Catalog: what there is in the city: departments, systems, resources, items,
// with grades, checks, quality and lineage. Stands between guard (which masks
// by the grades it hands down) and the rail (which checks by what it declares).
#pragma once

#include <functional>
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

// What a load found. Refused lines are left out of the catalogue; a resource
// with a refused item is left out whole, so that no record lands unchecked.
struct LoadReport {
  std::size_t departments = 0;
  std::size_t systems = 0;
  std::size_t resources = 0;
  std::size_t items = 0;
  std::size_t changed = 0;  // entries that got a new version
  std::size_t kept = 0;     // that were edited here since: the files no longer speak for them
  std::vector<Refusal> refused;
};

// What put_all did.
struct PutReport {
  std::size_t added = 0;
  std::size_t changed = 0;  // got a new version
  std::size_t unchanged = 0;
  std::size_t items = 0;  // of all entries given
};

// An edge of lineage, written by whoever did the work. Nodes are named
// "kind:name": "file:ent_registry/2020.csv", "column:ent_registry/企业名称",
// "resource:ent_registry", "item:ent_registry.name", "fact:注册资本",
// "model:…", "indicator:…".
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

// What a caller may see of the catalogue. Staff: entries of their own
// department, and of others what is shared unconditionally or on condition.
// Everybody else: what is open. catalog.read_all: all. What lies outside does
// not exist for the caller: it is in no list, count, facet, graph or error.
struct Sight {
  bool all = false;
  bool staff = false;
  std::string department = {};  // of staff

  bool sees(const Resource& resource) const;
};

// Search over names, items and descriptions, with facets.
struct Search {
  std::string words = {};  // as FullText reads them; "" = all
  // Facets that are to hold: department, category, theme, share_type,
  // open_type, grade ("L3"), update_cycle, format, collected ("yes", "no");
  // several values of one are alternatives.
  std::map<std::string, std::vector<std::string>> filters = {};
  std::int64_t from = 0;
  std::int64_t size = 20;
};

struct Found {
  std::int64_t total = 0;
  std::vector<std::shared_ptr<const Resource>> resources;  // best first
  // How many there are for each value, most first, by facet; a facet's own
  // filter does not narrow it.
  struct Count {
    std::string value;
    std::int64_t resources = 0;
  };
  std::map<std::string, std::vector<Count>> facets;
};

// One version of an entry.
struct Version {
  std::int64_t version = 0;
  bool retired = false;
  std::string origin;      // "city" (the definition's files), "edited" (put here)
  std::string changed_by;  // account, or "" for the files
  Timestamp at;
};

// What differs between two versions. `what`: a member's name, or "items.CODE",
// "items.CODE.grade". An item that came or went has one side empty.
struct Difference {
  std::string what;
  std::string before;
  std::string after;
};

// A use of an entry, summed by department, kind and purpose.
struct Use {
  std::string department;  // "" = none: citizens, firms, the engine itself
  std::string kind;        // "view" (of the entry), "read" (of records), "export"
  std::string purpose;     // of read
  std::int64_t times = 0;
  Timestamp last_at;
};

// Where edges come from that whoever does the work knows at every moment
// (facts, rules, policies, figures): asked whenever lineage is, so that it is
// right the instant a definition changes.
using LineageSource = std::function<Result<std::vector<Lineage>>()>;

// The catalogue. Owned by cli; thread-safe; the entries are an immutable
// snapshot that load() swaps.
class Catalog {
 public:
  // Neither is owned. `guard` may be null (tests): then no grades are handed
  // down.
  Catalog(sql::Db& db, guard::Guard* guard, const Clock& clock);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // Reads departments.csv, systems.csv, resources.csv, items.csv and
  // codes/*.csv of that folder, stores what changed as new versions, retires
  // what is gone, and hands the grades to guard. The error is for a file that
  // is not there or has other columns; bad lines are in the report. Loading the
  // same files twice changes nothing.
  Result<LoadReport> load(const std::string& city_dir);

  // --- entries made at run time: by hand, by import, or drafted from a source
  // Adds or replaces one entry with its items: a new version where it differs,
  // from this commit on found by search; grades go to guard where it is
  // collected. It outlives load(). `by`: account. invalid: what is wrong with
  // it, beginning with the member's name.
  Result<std::shared_ptr<const Resource>> put(const Resource& entry, std::string_view by);
  // Many, in one transaction: all or none. The error begins with the entry's
  // code.
  Result<PutReport> put_all(std::vector<Resource> entries, std::string_view by);
  // Those of them that put_all would refuse, by position.
  std::vector<std::pair<std::size_t, Error>> check_all(const std::vector<Resource>& entries) const;
  // What put() would refuse it for.
  Result<void> check(const Resource& entry) const;
  // Takes an entry out of the catalogue; its versions stay. conflict where a
  // collected one is used.
  Result<void> retire(std::string_view code, std::string_view by);

  // --- versions
  // Newest first; of an entry that is retired as well.
  Result<std::vector<Version>> history(std::string_view code) const;
  // The entry as it was.
  Result<Resource> at_version(std::string_view code, std::int64_t version) const;
  Result<std::vector<Difference>> diff(std::string_view code, std::int64_t from,
                                       std::int64_t to) const;

  Date today() const { return clock_.today(); }
  std::vector<Department> departments() const;
  std::optional<Department> department(std::string_view short_name) const;
  std::vector<System> systems() const;
  // Names of the classes of official codes, by their digits: "1" 基础…, "102"
  // 法人.
  std::map<std::string, std::string, std::less<>> classes() const;
  // All resources, by code; those of which collected is false as well.
  std::vector<std::shared_ptr<const Resource>> resources() const;
  Result<Found> search(const Search& search, const Sight& sight) const;
  Sight sight_of(const Principal& who) const;
  // As guard says; without one (tests) a role stands for the right of its name.
  bool may(const Principal& who, std::string_view right) const;
  // Null where there is none.
  std::shared_ptr<const Resource> find(std::string_view code) const;
  // not_found with the nearest known code.
  Result<std::shared_ptr<const Resource>> resource(std::string_view code) const;
  // The same for a caller; what he may not see is not found, and no nearest
  // code tells of it.
  Result<std::shared_ptr<const Resource>> resource(std::string_view code, const Sight& sight) const;
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

  // --- who uses an entry
  // Cheap: summed in memory, written by the room's job.
  void record_use(std::string_view resource, const Principal& who, std::string_view kind,
                  std::string_view purpose = "");
  Result<void> write_uses();
  // Reads what the audit log has on record since last time (reads of records);
  // true = more waits.
  Result<bool> follow_audit();
  Result<std::vector<Use>> uses_of(std::string_view resource) const;

  // --- lineage
  // Call before serving.
  void know_lineage(LineageSource source);
  // All edges there are now: recorded ones and those the sources know.
  Result<std::vector<Lineage>> lineage() const;
  // Adds edges; one that is there gets its rows and time brought up to date.
  Result<void> record_lineage(const std::vector<Lineage>& edges);
  // Edges that touch the resource or one of its items.
  Result<std::vector<Lineage>> lineage_of(std::string_view resource) const;
  // Idempotent by (resource, source, to_line): telling the same thing twice
  // counts once.
  Result<void> record_quality(const Quality& quality);
  // How many rows the resource holds now.
  Result<void> record_rows(std::string_view resource, std::int64_t rows);
  Result<std::vector<QualityPoint>> quality_of(std::string_view resource, int points_max) const;
  // Of one resource, and of all that anything arrived for.
  Result<Standing> standing_of(std::string_view resource) const;
  Result<std::map<std::string, Standing, std::less<>>> standings() const;
  // Of those, in their order.
  Result<std::vector<Standing>> standings_of(
      const std::vector<std::shared_ptr<const Resource>>& resources) const;

 private:
  struct Snapshot;
  std::shared_ptr<const Snapshot> snapshot() const;
  void swap(std::shared_ptr<const Snapshot> next);
  Result<void> hand_down(const Resource& resource);
  struct Beside;
  Result<void> check(const Resource& entry, const Snapshot& now, const Beside& beside) const;

  sql::Db& db_;
  guard::Guard* guard_;
  const Clock& clock_;
  struct State;
  std::unique_ptr<State> state_;
};

// The room: entries, search, versions, lineage, import and export under
// /api/resources and /api/catalog. The catalogue must outlive the room.
Room make_room(Catalog& catalog);

}  // namespace citybrain::catalog
