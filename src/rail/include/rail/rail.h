// Rail: the way in. Decodes departments' files, checks every row by what the catalogue declares,
// lands good rows in the lake and bad ones in quarantine, and remembers how far it got. Stands on
// lake, guard and catalog; nothing else writes records.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/room.h"

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
enum class Format : std::uint8_t { detect, csv, ndjson };  // detect = by the file's name

struct IngestOptions {
  std::string name;  // the file's name in the source's name; empty = its last path component
  Format format = Format::detect;
  Encoding encoding = Encoding::detect;
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
  std::string inbox;  // watched folder, empty = none: INBOX/RESOURCE/NAME.(csv|ndjson)[.gz]
  std::int64_t settle_ms = 2000;        // a file younger than this is still being written
  std::int64_t step_ms_max = 2000;      // of one watch_step
  std::int64_t feed_rows_max = 50'000;  // of one feed_step
};

// What a source's row in rail_source says.
struct Source {
  std::string name;
  std::string resource;
  std::string kind;           // "file"
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

// A row in quarantine, its cells masked by grade.
struct Quarantined {
  std::string id;
  std::string resource;
  std::string file;
  std::int64_t line = 0;
  std::vector<Reason> reasons;
  std::string row_masked;
  Timestamp at;
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
  // Changes that columns did not hold yet after the last step.
  std::int64_t feed_lag() const;

  Result<std::vector<Source>> sources() const;
  struct QuarantinePage {
    std::vector<Quarantined> items;
    std::int64_t total = 0;
  };
  // Newest first. `resource` empty = all. page from 1, size 1..200.
  Result<QuarantinePage> quarantine(const std::string& resource, std::int64_t page,
                                    std::int64_t size) const;

 private:
  std::unique_ptr<RailState> state_;
};

// The room: /api/sources ("rail.read"), /api/quarantine ("rail.quarantine"); jobs rail.watch and
// lake.feed. The rail must outlive the room.
Room make_room(Rail& rail);

}  // namespace citybrain::rail
