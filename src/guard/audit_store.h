// How the audit log lies in the store: its rows, the canonical text of an entry, the nodes of the
// tree. Private to guard.
#pragma once

#include "guard/audit.h"
#include "sql/db.h"

namespace citybrain::guard {

// A row of guard_audit.
struct AuditRow {
  std::uint64_t index = 0;
  Timestamp at;
  std::string event, actor, purpose, object;
  int status = 0;
  std::string details;  // JSON as it was first written; never reformatted
  Hash leaf{};
};

struct NodeRow {
  int height = 0;
  std::uint64_t number = 0;
  Hash hash{};
};

// Heights whose complete subtrees are stored: 4, 8, … 24. A proof reads at most 15 hashes a step.
constexpr int node_step = 4;
constexpr int node_height_max = 24;
constexpr bool is_stored(int height) {
  return height > 0 && height % node_step == 0 && height <= node_height_max;
}

struct LoadedHead {
  AuditHead head;
  Frontier frontier;
};

// The root to which a path leads; invalid where its length does not fit index and size. In
// merkle.cc.
Result<Hash> root_from_path(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                            std::span<const Hash> path);
// The bytes that are hashed: one JSON object, its members in this order, the suite named first.
std::string entry_text(const AuditRow& row);
AuditRecord record_of(const AuditRow& row);
// HMAC-SHA-256, 32 bytes; and of a subject's number, in hex.
std::string keyed_bytes(std::string_view key, std::string_view text);
// 32 secret bytes of the store under a name, made when first asked for.
Result<std::string> secret_of(sql::Db& db, Random& random, std::string_view name);
std::string keyed_digest(std::string_view key, std::string_view subject);
Result<void> check_page(std::int64_t page, std::int64_t size);

Result<AuditHead> read_head(sql::Session& session);
Result<void> write_head(sql::Tx& tx, const AuditHead& head);
Result<void> insert_rows(sql::Tx& tx, const std::vector<const AuditRow*>& rows);
Result<void> insert_nodes(sql::Tx& tx, const std::vector<NodeRow>& nodes);
// Entries [begin, end) in order.
Result<std::vector<AuditRow>> rows_between(sql::Session& session, std::int64_t begin,
                                           std::int64_t end);
// not_found where the log is shorter; corrupt where the row is gone.
Result<AuditRow> row_at(sql::Session& session, std::uint64_t index);
// The hashes of `count` complete subtrees of 2^height leaves in order from the `first`.
Result<void> each_hash(sql::Session& session, int height, std::uint64_t first, std::uint64_t count,
                       const std::function<void(const Hash&)>& fn);
// Complete subtrees from what is stored, each from at most 2^(node_step-1) hashes up to height 24.
NodeSource stored_nodes(sql::Session& session);
// The head and its frontier; corrupt where the frontier's root is not the head's.
Result<LoadedHead> load_head(sql::Session& session);
Result<AuditHead> verify_log(sql::Session& session, const std::optional<AuditHead>& known);

}  // namespace citybrain::guard
