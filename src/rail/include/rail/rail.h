// Rail: the way in. Decodes departments' files, checks every row by what the catalogue declares,
// lands good rows in the lake and bad ones in quarantine, and remembers how far it got. Stands on
// lake, guard and catalog; nothing else writes records.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/room.h"
#include "rail/work_order.h"

namespace citybrain::sql {
class Db;
}
namespace citybrain::lake {
class Lake;
}
namespace citybrain::catalog {
class Catalog;
}

namespace citybrain::rail {

struct RailState;

enum class Encoding : std::uint8_t { detect, utf8, gb18030 };
// What a file's rows are written as, once it is inflated; detect = by its beginning. A workbook and
// a Parquet file are read as the CSV that they would be exported as.
enum class Format : std::uint8_t { detect, csv, ndjson };

struct IngestOptions {
  std::string name;  // the file's name in the source's name; empty = its last path component
  Format format = Format::detect;
  Encoding encoding = Encoding::detect;
  std::string sheet;                    // of a workbook; empty = the first that has a header
  std::int64_t rows_per_batch_max = 0;  // 0 = by keeping: 20,000 keyed, 122,880 append
  std::int64_t bytes_per_batch_max = 64 << 20;
  std::int64_t row_bytes_max = 64 << 10;  // a longer row goes to quarantine by its beginning
  std::int64_t run_ms_max = 0;  // stop at a batch's end after so long; 0 = read to the end
};

// Where a file is. All counts are of the whole file, not of this run.
struct Progress {
  std::int64_t bytes = 0;        // read, after inflating
  std::int64_t bytes_total = 0;  // of the file as it lies there
  std::int64_t lines = 0;
  std::int64_t rows_landed = 0;
  std::int64_t rows_quarantined = 0;
};
// Called after each batch; false = stop here (the next ingest goes on from this point).
using ProgressCallback = std::function<bool(const Progress&)>;

struct IngestReport {
  std::string source;
  Progress progress;
  bool complete = false;
  std::int64_t resumed_at = 0;  // byte the run began at
  double seconds = 0;
  std::map<std::string, std::int64_t> reasons;  // "item check" → rows, of this run
  std::vector<std::string> unknown_columns;     // in the file, not in the catalogue: not read
  std::vector<std::string> absent_columns;      // not required, not in the file: null
};

struct RailOptions {
  std::string inbox;                    // watched folder, empty = none: INBOX/RESOURCE/NAME
  std::int64_t settle_ms = 2000;        // a file younger than this is still being written
  std::int64_t step_ms_max = 2000;      // of one watch_step
  std::int64_t feed_rows_max = 50'000;  // of one feed_step
  // How long an idempotency key is remembered: sent again within this term it lands nothing.
  std::int64_t delivery_keep_s = 90 * 86'400;
  OrderLimits orders = {};              // working days, and how many a department has
};

// What a source's row in rail_source says.
struct Source {
  std::string name;
  std::string resource;
  std::string kind;           // "file", "push"
  std::string state;          // see README: found, reading, complete, refused, failed
  std::int64_t position = 0;  // bytes
  std::int64_t bytes_total = 0;
  std::int64_t rows_landed = 0;
  std::int64_t rows_quarantined = 0;
  std::int64_t lag_seconds = 0;  // how long rows have waited: since the file was written, 0 = none
  Timestamp found_at;
  Timestamp updated_at;
  std::string error;
};

struct Reason {
  std::string item;   // code, or "" for the row as a whole
  std::string check;  // "uscc", "required", "row", "encoding", …
  std::string message;
};

struct MaskedField {
  std::string item;
  std::string name;  // Chinese
  std::string value_masked;
  bool bad = false;  // a reason names it
};

// A row in quarantine, its cells masked by grade.
struct Quarantined {
  std::string id;
  std::string resource;
  std::string source;
  std::string file;
  std::int64_t line = 0;  // 0: known by its key alone
  std::string key_masked;
  // open | corrected | redriven | dismissed | removed
  std::string state;
  std::vector<Reason> reasons;
  std::string row_masked;
  std::vector<MaskedField> fields;  // empty where the row cannot be taken apart
  bool whole = true;                // false: longer than what is kept, so it cannot be re-driven
  std::string work_order;           // the open order it belongs to
  Timestamp at;
  std::optional<Timestamp> settled_at;
  std::string settled_by;
  std::string note;
};

struct QuarantineQuery {
  std::string resource;
  std::string state = "open";  // or another, or "all"
  std::string check;           // of the first reason
  std::string item;            // likewise
  std::string source;
  std::string key;   // exact, several items joined by '|'
  std::string text;  // part of a reason or of the key
  std::int64_t page = 1;
  std::int64_t size = 20;  // 1..200
};

struct CheckCount {
  std::string item;
  std::string check;
  std::int64_t rows = 0;
};

// Newest first.
struct QuarantinePage {
  std::vector<Quarantined> items;
  std::int64_t total = 0;
  std::vector<CheckCount> by_check;  // of the resource's open rows, where a resource is asked for
};

// How good the records of a resource are now, in 1/100 percent. A part is the share of the rows
// held among those held and those in quarantine for that reason; timeliness falls once the last
// arrival is older than the promised cycle allows.
struct Score {
  std::string resource;
  std::string name;
  std::string department;
  std::int64_t version = 0;
  Timestamp landed_at;
  std::int64_t rows = 0;
  std::int64_t rows_open = 0;
  std::int64_t completeness = 0;  // required items are there
  std::int64_t validity = 0;      // types, ranges, codes, numbers
  std::int64_t uniqueness = 0;    // keys
  std::int64_t consistency = 0;   // references to other resources
  std::int64_t timeliness = 0;
  std::int64_t score = 0;  // weighted: 20, 30, 20, 15, 15 (the project's own)
};

// What became of rows that came one by one: pushed, corrected, re-driven.
struct RowResult {
  std::int64_t line = 0;
  std::vector<Reason> reasons;
};
struct PushReport {
  std::int64_t accepted = 0;
  std::int64_t quarantined = 0;
  std::vector<RowResult> rows;  // those in quarantine, at most push_rows_told_max
  bool replayed = false;        // this key was here before: nothing landed now
};
struct RedriveReport {
  std::int64_t tried = 0;
  std::int64_t passed = 0;
  std::int64_t left = 0;    // bad still, with the reasons of today
  std::int64_t cannot = 0;  // not whole, or cannot be taken apart
  Timestamp since;          // for the next call, while there is more
  bool more = false;
};
struct ResubmitReport {
  bool passed = false;
  std::vector<Reason> reasons;
};

// The rail. Owned by cli; thread-safe: one ingest a resource at a time, others wait.
//
// Always true: a row of a file is landed once or in quarantine once, whenever the process dies.
class Rail {
 public:
  // None is owned.
  Rail(sql::Db& db, lake::Lake& lake, catalog::Catalog& catalog, const Clock& clock,
       RailOptions options);
  ~Rail();
  Rail(const Rail&) = delete;
  Rail& operator=(const Rail&) = delete;

  // Defines every resource of the catalogue in the lake. Call after Catalog::load.
  Result<void> prepare();

  // Reads a file into a resource from where it stopped before. Errors: not_found (file, resource),
  // invalid (the file as a whole is refused: no header, a required column is missing; nothing
  // landed), or what a store said. Bad rows are no error: they are in quarantine.
  Result<IngestReport> ingest(const std::string& file, const std::string& resource,
                              const IngestOptions& options = {},
                              const ProgressCallback& progress = {});

  // One bounded step over the inbox; true where more waits. Files are neither moved nor renamed:
  // the position says what is done. Hidden files and *.part are left alone.
  Result<bool> watch_step(std::stop_token stop);
  // One bounded step of bringing columns up to the rows; true where more waits.
  Result<bool> feed_step(std::stop_token stop);
  // Forgets idempotency keys whose term is over, a bounded number of them; true where more waits.
  Result<bool> forget_step(std::stop_token stop);
  // Changes that columns did not hold yet after the last step.
  std::int64_t feed_lag() const;

  Result<std::vector<Source>> sources() const;
  Result<QuarantinePage> quarantine(const QuarantineQuery& query) const;

  // Lands NDJSON whole or not at all: good rows land, the others go to quarantine, under one
  // idempotency key (1..200 bytes). The same key and body again: the same report, nothing lands.
  // Errors: conflict (the key came with another body), invalid (no rows; no key), not_found.
  Result<PushReport> push(const std::string& resource, const std::string& key,
                          const std::string& body, const std::string& by);
  // A department's corrected row in place of a quarantined one: `cells` (item code → text) over
  // what the quarantined row has. Where it passes it lands and settles the row; where not, the row
  // stays. Errors: not_found, conflict (settled already), invalid (an item that is not there; the
  // row cannot be taken apart and `cells` lacks an item).
  Result<ResubmitReport> resubmit(const std::string& id,
                                  const std::map<std::string, std::string>& cells,
                                  const std::string& note, const std::string& by);
  // Takes rows off by hand, with a reason. Errors: not_found, conflict, invalid (no reason).
  Result<void> dismiss(const std::string& id, const std::string& note, const std::string& by);
  // Reads the open rows of a resource again by today's rules, at most `limit` (1..5000) of the
  // oldest that were not tried since `since` (0 = now, for the first call; then what the report
  // says). `check` "" = all but repeated keys, which only the one who knows which row is meant can
  // put right.
  Result<RedriveReport> redrive(const std::string& resource, const std::string& check,
                                std::int64_t limit, Timestamp since, const std::string& by);

  // Of every resource that anything arrived for, worst first.
  Result<std::vector<Score>> scores() const;

  WorkOrders& orders();
  // The Chinese name of a resource; its code where the catalogue has none.
  std::string name_of(const std::string& resource) const;

 private:
  friend class Captures;  // stands on the same state
  std::unique_ptr<RailState> state_;
};

// The room: /api/sources ("rail.read"), /api/quarantine ("rail.quarantine"); jobs rail.watch and
// lake.feed. The rail must outlive the room.
Room make_room(Rail& rail);

}  // namespace citybrain::rail
