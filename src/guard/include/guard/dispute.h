// Disputes: which records somebody disputes (异议). A mark is shown with the record by every read,
// export and change feed until the department it came from settles it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/schema.h"

namespace citybrain::sql {
class Db;
}

namespace citybrain::guard {

struct Dispute {
  std::string id;                       // of the case, given by whoever keeps it
  std::string resource;                 // code
  std::vector<std::string> items = {};  // disputed items; empty = the whole record
  Timestamp since = {};
  Timestamp settled = {};  // 0 = open
};

// Owner: Guard. Thread-safe. Always true: keys are kept as keyed digests only; a record may have
// several open disputes, and is marked by the one that was opened first.
class Disputes {
 public:
  Disputes(sql::Db& db, const Clock& clock, Random& random);
  ~Disputes();

  Result<void> load();  // after the migrations
  // Marks a record from the next read on. The same id again changes nothing; conflict where it
  // stands for another record.
  Result<void> open(const Dispute& dispute, const std::vector<Cell>& key);
  // Takes the mark away; not_found where no open dispute has this id.
  Result<void> settle(std::string_view id);
  Result<Dispute> of(std::string_view id) const;
  // Open ones of a record, oldest first.
  Result<std::vector<Dispute>> of_record(std::string_view resource,
                                         const std::vector<Cell>& key) const;

  // --- for the read door
  bool any(std::string_view resource) const;
  std::string digest(std::string_view resource, const std::vector<Cell>& key) const;
  std::string id_of(std::string_view digest) const;  // "" = undisputed

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace citybrain::guard
