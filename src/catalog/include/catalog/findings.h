// Findings: personal data that was recognised in an item graded too low, with the grade that it
// asks for. Whoever lands records tells them; a person accepts the grade or says why not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/room.h"
#include "catalog/catalog.h"

namespace citybrain::catalog {

struct Finding {
  std::string resource;
  std::string item;
  std::string kind;          // resident_id, phone, bank_card, email, name_address, passport, plate
  std::int64_t hits = 0;     // values that were recognised
  std::int64_t sampled = 0;  // of those looked at; both add up
  int grade = 3;             // that the item should have: 1..4
  std::string state = "open";  // open, accepted, dismissed
  Timestamp found_at;          // last
  std::string decided_by;
  Timestamp decided_at;
  std::string note;
};

// Owned by cli; thread-safe. Always holds: an open finding's item is graded below what it asks for;
// accepting is a new version of the entry, by whom; a dismissed one stays silent until the item's
// grade changes.
class Findings {
 public:
  Findings(sql::Db& db, Catalog& catalog, const Clock& clock);

  // Adds to what is known of that item and kind; nothing where the item is graded so already. Told
  // once a batch. not_found: no such resource or item.
  Result<void> record(const Finding& finding);
  // Newest first, at most `size`; "" = of all resources, of every state.
  Result<std::vector<Finding>> list(std::string_view resource, std::string_view state,
                                    std::int64_t size) const;
  // accept (grades the item so) or dismiss (a note says why). denied: another department's entry.
  Result<Finding> decide(std::string_view resource, std::string_view item, std::string_view kind,
                         std::string_view action, std::string_view note, const Principal& who);

  const Catalog& catalog() const { return catalog_; }

 private:
  sql::Db& db_;
  Catalog& catalog_;
  const Clock& clock_;
};

// The room's routes of findings; `findings` must outlive the room.
void add_findings(Room& room, Findings& findings);

}  // namespace citybrain::catalog
