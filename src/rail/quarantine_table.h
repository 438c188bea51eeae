// rail_quarantine: rows that failed, with their reasons, until they are put right; shown masked
// only.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "batch_reader.h"
#include "catalog/catalog.h"
#include "rail/rail.h"
#include "source_table.h"
#include "sql/db.h"

namespace citybrain::rail {

// Writes a batch's bad rows; rows there are already stay as they are. Their ids follow from source,
// `within` (a delivery's key; "" of a file) and line.
Result<void> quarantine(sql::Tx& tx, const SourceRow& source, const std::vector<BadRow>& bad,
                        Timestamp now, std::string_view within = "");
// Takes back the rows of a source behind a line: those of a batch that never landed.
Result<void> release_behind(sql::Tx& tx, const std::string& source, std::int64_t line);

// A row that is known by its key rather than by its line: of a captured source.
struct KeyedBad {
  std::string key;  // as key_text() writes it
  std::string raw;  // a JSON object, item code → text
  std::vector<Reason> reasons;
};
// One row a key: bad again with other reasons, it is opened again.
Result<void> quarantine_keyed(sql::Tx& tx, const std::string& source, const std::string& resource,
                              const std::vector<KeyedBad>& bad, Timestamp now);
// Settles the open rows of these keys; `how` is a state of rail_quarantine. Returns how many.
Result<std::int64_t> settle_keyed(sql::Tx& tx, const std::string& resource,
                                  const std::vector<std::string>& keys, const std::string& how,
                                  Timestamp now);
// Settles open rows by their ids, with who did it and why.
Result<std::int64_t> settle_ids(sql::Tx& tx, const std::vector<std::string>& ids,
                                const std::string& how, const std::string& by,
                                const std::string& note, Timestamp now);

// Why the order of a resource with bad rows is opened.
Cause quarantine_cause(const catalog::Resource& resource);
// What a file or a request brought, for what is usual (see quality.cc).
Result<void> note_arrival(sql::Tx& tx, const SourceRow& source, std::int64_t good, std::int64_t bad,
                          Timestamp now);

// Keys of the open rows of a resource, at most keys_max of the newest: what a batch that lands is
// looked through for, so that a corrected row settles its bad one.
class OpenKeys {
 public:
  static constexpr std::int64_t keys_max = 1'000'000;

  static Result<OpenKeys> load(sql::Db& db, const std::string& resource);
  void add(const std::vector<BadRow>& bad) {
    for (const BadRow& row : bad) {
      if (!row.key.empty()) keys_.insert(row.key);
    }
  }
  // Those that the batch holds, taken out of the set.
  std::vector<std::string> take(const Plan& plan, const Batch& batch);

 private:
  std::set<std::string, std::less<>> keys_;
};

// A row of the table, unmasked: for those who put it right.
struct HeldRow {
  std::string id;
  std::string source;
  std::string resource;
  std::string state;
  std::string raw;
  bool whole = true;
};
Result<HeldRow> held_row(sql::Session& session, const std::string& id);
// Open rows that were not tried since, oldest first; `check` "" = all but repeated keys.
Result<std::vector<HeldRow>> untried(sql::Session& session, const std::string& resource,
                                     const std::string& check, Timestamp since, std::int64_t limit);
Result<void> mark_tried(sql::Tx& tx, const std::vector<std::string>& ids, Timestamp at);
// Why a row that is open is bad today.
Result<void> renew_reasons(sql::Tx& tx, const std::string& id, const std::vector<Reason>& reasons);

// How many open rows failed which check first, most first.
Result<std::vector<CheckCount>> open_by_check(sql::Session& session, const std::string& resource);

Result<QuarantinePage> read_quarantine(sql::Db& db, const catalog::Catalog& catalog,
                                       const QuarantineQuery& query);

}  // namespace citybrain::rail
