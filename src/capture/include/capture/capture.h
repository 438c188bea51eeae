// Capture: reads foreign databases: what tables there are, their rows in one consistent look, and
// from there every change in the order of commits. Plain values come out; where they go is the
// rail's affair. Knows no store of ours.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "capture/row_text.h"
#include "capture/table.h"

namespace citybrain::capture {

// How an Error of this room is to be read. unavailable and exhausted pass by themselves: try again
// with a growing wait. All others need a person: denied (password, or a right that is missing),
// not_found (database, table), conflict (the place in the change log is gone: slot dropped, log
// purged; only a new snapshot helps), invalid (a setting of the foreign server), corrupt (bytes
// that are no message). No message holds a password.
inline bool passes_by_itself(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::exhausted;
}

// Where a foreign database is. `address` has no password in it.
struct Settings {
  std::string kind;     // "postgres" | "mariadb" | "odbc"
  std::string name;     // of the source, [a-z][a-z0-9_]{0,39}: names what we make over there
  std::string address;  // keyword=value pairs of the driver: "host=… port=… dbname=… user=…"
  std::string password;
  std::vector<std::string> tables;  // full names of those to capture; empty while looking around
  // odbc alone: the column of each table that grows with each change.
  std::string watermark;
};

// What looking at a server found.
struct Finding {
  enum class Weight : std::uint8_t { good, warning, obstacle };
  Weight weight = Weight::good;
  std::string what;    // "wal_level is replica"
  std::string remedy;  // "set wal_level = logical and restart the server"
};
struct About {
  std::string product;  // "PostgreSQL 15.8"
  std::string database;
  std::vector<Finding> findings;
  bool can_capture() const {
    for (const Finding& finding : findings) {
      if (finding.weight == Finding::Weight::obstacle) return false;
    }
    return true;
  }
};

// One thing that happened over there.
struct Change {
  enum class Kind : std::uint8_t {
    begin,     // a transaction begins; committed_at; position: a look shows the transaction exactly
               // if reached(look's position, this one)
    insert,    // row
    update,    // row (absent = value as before); old: see below
    remove,    // old: the key at least, all else may be absent
    truncate,  // all rows of the table are gone
    shape,     // `table` is how rows of that table look from here on
    commit,    // position = behind the transaction; committed_at
    idle,      // nothing for us up to `position`, which may be confirmed like a commit's
  };
  Kind kind = Kind::idle;
  // Of insert, update, remove, truncate, shape. A new object where the shape changed.
  std::shared_ptr<const ForeignTable> table;
  RowText row;
  // Of update: empty where the key is as before, else the old key (more columns where the database
  // sends them).
  RowText old;
  std::string position;
  Timestamp committed_at;
};
const char* name_of(Change::Kind kind);

struct Lag {
  std::int64_t bytes = -1;      // of the foreign log still to be read; -1 = not known
  std::int64_t bytes_max = -1;  // the server drops our place behind this many; -1 = no bound
  std::string position;         // of the server's newest change
  bool in_danger = false;       // more than half of bytes_max is used, or the server says so
  std::string danger;           // what threatens, and the remedy
};

// A consistent look at the tables, on a connection of its own. Owned by one thread.
//
// Always holds: it shows exactly what was committed before position().
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  // The place in the stream of changes that belongs to this look. `exact` of open_snapshot says
  // whether changes behind it are exactly those that the look does not show.
  virtual const std::string& position() const = 0;
  // The next rows of a table in the order of its key, at most `rows_max`, after a key ("" cells =
  // none: from the beginning). Fewer than rows_max: the table's end. Columns as in `table`.
  virtual Result<std::vector<RowText>> read(const ForeignTable& table, const RowText& after,
                                            std::size_t rows_max) = 0;
  // Rows by key (as many cells a key as the table has key columns), none where there is none; in
  // the order of the keys.
  virtual Result<std::vector<std::optional<RowText>>> find(const ForeignTable& table,
                                                           const std::vector<RowText>& keys) = 0;
};

// The changes behind a position, in the order of commits; of one transaction all together. One
// thread calls next() and beat(), any thread confirm().
class Stream {
 public:
  virtual ~Stream() = default;
  // Appends what has come to `out`, at least one change or none within `wait`; stops at about
  // `bytes_max`, which may be in the middle of a transaction.
  virtual Result<void> next(std::vector<Change>& out, std::size_t bytes_max,
                            std::chrono::milliseconds wait) = 0;
  // Tells the server that we live. To be called at least every ten seconds while next() is not.
  virtual Result<void> beat() = 0;
  // Everything up to there is safe here; the server may forget it. Sent with the next beat.
  virtual void confirm(const std::string& position) = 0;
};

// A foreign database. Threads may share it; each call has a connection of its own.
class Source {
 public:
  virtual ~Source() = default;
  // Is the server reached, and fit for capture? Never changes anything over there.
  virtual Result<About> look() = 0;
  // Tables that may be captured (all where settings name none), with obstacles named.
  virtual Result<std::vector<ForeignTable>> tables() = 0;
  // Makes what capture needs over there (publication, slot) where it is not yet, for the tables of
  // the settings, and opens the look that belongs to the slot's beginning: changes from its
  // position on are exactly those that it does not show. conflict where the slot is there already.
  virtual Result<std::unique_ptr<Snapshot>> begin() = 0;
  // A look as of now, for going on with a snapshot that was cut off. Changes before its position
  // may be shown; none that it shows is behind it. So rows taken from it, with the stream replayed
  // over them from an earlier place, are right once the stream has passed position().
  virtual Result<std::unique_ptr<Snapshot>> look_again() = 0;
  // A look for comparing: exact like begin()'s, and leaves nothing behind over there. Waits for
  // transactions that are running, at most `wait` (then unavailable).
  virtual Result<std::unique_ptr<Snapshot>> look_exactly(std::chrono::milliseconds wait) = 0;
  // The changes behind a position that was confirmed or comes from begin(). Settings' tables that
  // the publication lacks are added.
  virtual Result<std::unique_ptr<Stream>> stream(const std::string& position) = 0;
  virtual Result<Lag> lag(const std::string& position) = 0;
  // Is everything up to `goal` included in `position`? Both are texts of this source.
  virtual bool reached(std::string_view position, std::string_view goal) const = 0;
  // Takes back what begin() made. Succeeds where there is nothing.
  virtual Result<void> forget() = 0;
};

// Opens nothing yet: the first call connects. invalid for an unknown kind or an address that the
// driver does not understand; the error names the keyword.
Result<std::unique_ptr<Source>> open(Settings settings);

}  // namespace citybrain::capture
