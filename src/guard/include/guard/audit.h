// AuditLog: what was done with the city's records, by whom and why, in an append-only RFC 6962
// Merkle tree kept in the transactional store. Entries hold ids of accounts and salted digests of
// personal values, never the values: what must be destroyed can be, and the tree still verifies.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/date.h"
#include "base/json.h"
#include "base/result.h"
#include "guard/merkle.h"

namespace citybrain::sql {
class Db;
}

namespace citybrain::guard {

// What the caller wants on record.
struct AuditEntry {
  std::string event;  // "guard.read", "benefit.publish": the route's or the room's own name for it
  std::string actor;  // id of the account; "" = anonymous; "system:NAME" for the engine's own work
  std::string purpose;  // why, as the caller named it
  std::string object;  // on what: "resource:ent_registry", "policy:NB-001"; never a person's number
  int status = 200;    // as the HTTP status would be
  json::object details = {};  // counts, columns, versions, as-of; no personal values
  std::vector<std::string>
      subjects;  // numbers of persons or firms concerned; kept as salted digests
};

// As it stands in the log.
struct AuditRecord {
  std::uint64_t index = 0;
  Timestamp at;
  std::string event, actor, purpose, object;
  int status = 0;
  json::object details;
  Hash leaf{};
};

struct AuditHead {
  std::uint64_t size = 0;
  Hash root{};
  Timestamp at;  // of the last entry
};

struct InclusionProof {
  std::uint64_t index = 0;
  std::uint64_t size = 0;
  Hash leaf{};
  Hash root{};
  std::vector<Hash> path;
  std::string entry;  // the leaf's canonical bytes: leaf = SHA-256(0x00 || entry)
};

struct ConsistencyProof {
  std::uint64_t size1 = 0, size2 = 0;
  Hash root1{}, root2{};
  std::vector<Hash> path;
};

// Owner: Guard (or a test). Thread-safe. One process writes a log at a time (the instance lock).
// Always true:
//  1. an index that append() returned is durable and part of the tree that head() names;
//  2. an append costs O(log n) hashes, and a proof reads at most 256 rows on each of three levels;
//  3. no row is ever updated, but for the one that holds the head.
class AuditLog {
 public:
  static constexpr std::size_t subjects_max = 1000;       // of one entry
  static constexpr std::size_t batch_entries_max = 4096;  // of one commit
  static constexpr std::size_t entry_bytes_max = 65535;   // a tile tells its length in two bytes

  AuditLog(sql::Db& db, const Clock& clock, Random& random);
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // Reads the head and its frontier; the tables must be there (migrations). Refuses a log whose
  // head does not follow from its nodes (corrupt).
  Result<void> open();
  // Appends and returns the index once it is durable; entries of several threads share one commit.
  // Crash window: guard.after_append (durable, not yet acknowledged).
  Result<std::uint64_t> append(const AuditEntry& entry);

  Result<AuditHead> head() const;
  // Newest first: page 1.. of `size` 1..200 entries, and how many there are.
  struct Page {
    std::vector<AuditRecord> records;
    std::uint64_t total = 0;
  };
  Result<Page> page(std::int64_t page, std::int64_t size) const;
  // The entries that concern a subject, newest first (who read my record, when, why).
  Result<Page> of_subject(std::string_view subject, std::int64_t page, std::int64_t size) const;
  // Does the entry concern the subject?
  Result<bool> concerns(std::uint64_t index, std::string_view subject) const;
  Result<AuditRecord> at(std::uint64_t index) const;
  // In the tree of `size` leaves (0 = as it is now).
  Result<InclusionProof> inclusion(std::uint64_t index, std::uint64_t size = 0) const;
  Result<ConsistencyProof> consistency(std::uint64_t size1, std::uint64_t size2 = 0) const;

  // Reads every entry, recomputes every hash and compares with what is stored; the error names the
  // first entry or node that is not what was appended. `known` is a head somebody kept: the log
  // must still contain it.
  Result<AuditHead> verify_all(const std::optional<AuditHead>& known = std::nullopt) const;
  // Forgets the salts and the look-up of a subject: his digests in the entries say nothing from
  // then on, and the tree verifies as before. Returns how many entries named him.
  Result<std::int64_t> forget_subject(std::string_view subject);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace citybrain::guard
