// Captures: foreign databases whose tables flow into resources: connect, look, propose, start,
// pause, resume, resync, remove; and where each stands.
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

#include "base/json.h"
#include "base/room.h"
#include "rail/rail.h"

namespace citybrain::rail {

struct CapturesState;

struct CaptureOptions {
  std::string
      dir;  // for the instance's key and large transactions; "" = a temporary folder, no key
  std::int64_t copy_rows = 20'000;           // a piece of a snapshot
  std::int64_t batch_rows_max = 20'000;      // landed in one transaction, where more waits
  std::int64_t batch_bytes_max = 32 << 20;   // likewise
  std::int64_t memory_bytes_max = 64 << 20;  // of one transaction; beyond it goes to disk
  std::int64_t retry_ms = 500;               // first wait after a failure; doubles
  std::int64_t retry_ms_max = 60'000;
  std::int64_t compare_every_s = 600;  // each resource, one after another
};

// Where to connect. The password is given, or read from a file whenever it is needed.
struct Connection {
  std::string kind;  // postgres | mariadb | odbc
  std::string address;
  std::string password;
  std::string password_file;
  std::string watermark;  // odbc
};

// A table to capture into a resource. `columns`: item → column.
struct TableChoice {
  std::string table;
  std::string resource;
  std::map<std::string, std::string> columns;
};

// What a person sees of a captured table.
struct CapturedTable {
  std::string table;
  std::string resource;
  std::string state;  // waiting | copying | sweeping | ready | stale (to be copied once more)
  std::int64_t rows_copied = 0;
  std::int64_t rows_estimate = 0;
  std::int64_t upserts = 0;
  std::int64_t removes = 0;
  std::int64_t refused = 0;  // to quarantine
};

// What a person sees of a captured source. Never a secret.
struct Captured {
  std::string name;
  std::string kind;
  std::string address;
  bool has_password = false;
  std::string password_file;
  std::string department;
  std::string system;
  std::string state;   // see README
  std::string reason;  // why it stands, and the remedy
  std::string position;
  std::vector<CapturedTable> tables;
  std::int64_t lag_bytes = -1;      // of the foreign log, -1 = not known
  std::int64_t lag_bytes_max = -1;  // beyond it the server drops our place
  std::int64_t lag_seconds = 0;     // age of the oldest change that has not landed; 0 = none waits
  std::int64_t rows_waiting = 0;    // read, not landed
  std::int64_t changes_per_second = 0;
  std::int64_t transactions = 0;
  std::string alert;
  std::optional<Timestamp> commit_at;  // of the newest transaction that has landed, by its clock
  Timestamp created_at;
  std::string created_by;
  Timestamp updated_at;
};

// Owned by cli; thread-safe. Sources run in threads of their own once supervise() was called, which
// the job rail.capture does; a program without jobs leaves them be.
class Captures {
 public:
  // None is owned.
  static Result<std::unique_ptr<Captures>> open(Rail& rail, CaptureOptions options);
  ~Captures();

  // --- looking around; nothing is kept, nothing is changed over there
  // Is the server reached and fit? The findings with remedies.
  Result<json::object> look(const Connection& at) const;
  // Its tables with columns, keys, sizes and obstacles.
  Result<json::array> tables(const Connection& at) const;
  // Proposed catalogue entries for some of them, with reasons.
  Result<json::array> propose(const Connection& at, const std::vector<std::string>& tables,
                              const std::string& department, const std::string& system) const;

  // Puts the proposed entry of a table into the catalogue, with the code, names and grades that a
  // person chose in `entry` (as propose() gave it). `columns`: item → column.
  Result<void> enter(const Connection& at, const std::string& table, const json::object& entry,
                     const std::map<std::string, std::string>& columns,
                     const std::string& department, const std::string& system,
                     const std::string& by);

  // --- the registry
  // Registers a source and its tables, whose resources are in the catalogue; it starts by itself.
  // conflict: the name, or a resource, is taken. invalid: a column or an item that is not there, or
  // cannot hold the column's values.
  Result<void> add(const std::string& name, const Connection& at, const std::string& department,
                   const std::string& system, const std::vector<TableChoice>& tables,
                   const std::string& by);
  Result<std::vector<Captured>> list() const;
  Result<Captured> find(const std::string& name) const;
  Result<void> pause(const std::string& name, const std::string& reason);
  // Goes on from where it was. `accept`: without columns that are gone. A password replaces the
  // old.
  Result<void> resume(const std::string& name, bool accept, const std::string& password);
  // Copies all tables anew, under a new slot; rows stay meanwhile, and those that are not at the
  // source go at the end.
  Result<void> resync(const std::string& name);
  // Takes back what was made over there and forgets the source; the rows stay. `force`: also where
  // the server is not reached (its slot then stays there, and keeps its log: the reply says so).
  Result<std::string> remove(const std::string& name, bool force);

  // One bounded step: starts and stops feeders as the registry says, measures lags.
  Result<bool> supervise(std::stop_token stop);
  // Stops all feeders; they go on at the next supervise().
  void stop_all();

  // --- comparing and looking for a row
  // Compares a resource with its source now, at one position of both; states the outcome, signed.
  // conflict: it is not streaming. unavailable: try again.
  Result<json::object> reconcile(const std::string& resource);
  // Compares the resource whose turn it is; true where more waits.
  Result<bool> reconcile_step(std::stop_token stop);
  // The newest statements, of one resource or of all.
  Result<json::array> statements(const std::string& resource, std::int64_t limit) const;
  // Ed25519, hex: what statements are checked with.
  std::string public_key() const;
  // Where a row is, by its key's cells in the items' order: source, lake, quarantine, and what lies
  // between. For any resource; the source only where it is captured.
  Result<json::object> whereabouts(const std::string& resource,
                                   const std::vector<std::string>& key) const;

 private:
  explicit Captures(std::unique_ptr<CapturesState> state);
  std::unique_ptr<CapturesState> state_;
};

// Adds routes, jobs and metrics of captured sources to the rail's room.
void add_captures(Room& room, Captures& captures);

}  // namespace citybrain::rail
