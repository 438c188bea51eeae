// Reads and writes the audit log's tables, and verifies them whole.
#include "audit_store.h"

#include <sodium.h>

#include <bit>

#include "base/ids.h"

namespace citybrain::guard {
namespace {

constexpr const char* row_columns =
    "entry, at, event, actor, purpose, object, status, details, leaf";

std::string_view bytes_of(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

Result<Hash> hash_of(const std::string& bytes) {
  Hash hash{};
  if (bytes.size() != hash.size()) {
    return corrupt("a stored hash has " + std::to_string(bytes.size()) + " bytes instead of 32");
  }
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

Result<AuditRow> read_row(const sql::Row& row) {
  CB_TRY(const Hash leaf, hash_of(row.bytes(8)));
  return AuditRow{.index = static_cast<std::uint64_t>(row.integer(0)),
                  .at = {row.integer(1)},
                  .event = row.text(2),
                  .actor = row.text(3),
                  .purpose = row.text(4),
                  .object = row.text(5),
                  .status = static_cast<int>(row.integer(6)),
                  .details = row.text(7),
                  .leaf = leaf};
}

}  // namespace

std::string entry_text(const AuditRow& row) {
  const auto quoted = [](const std::string& text) { return json::serialize(json::string(text)); };
  return R"({"suite":"rfc6962-sha256","index":)" + std::to_string(row.index) + R"(,"at_us":)" +
         std::to_string(row.at.us) + R"(,"event":)" + quoted(row.event) + R"(,"actor":)" +
         quoted(row.actor) + R"(,"purpose":)" + quoted(row.purpose) + R"(,"object":)" +
         quoted(row.object) + R"(,"status":)" + std::to_string(row.status) + R"(,"details":)" +
         row.details + "}";
}

AuditRecord record_of(const AuditRow& row) {
  AuditRecord record{row.index,  row.at,     row.event, row.actor, row.purpose,
                     row.object, row.status, {},        row.leaf};
  if (const auto details = parse_json(row.details); details && details->is_object()) {
    record.details = details->as_object();
  }
  return record;
}

std::string keyed_bytes(std::string_view key, std::string_view text) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()),
                              key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                                text.size());
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

std::string keyed_digest(std::string_view key, std::string_view subject) {
  return to_hex(keyed_bytes(key, subject));
}

Result<std::string> secret_of(sql::Db& db, Random& random, std::string_view name) {
  std::string fresh(32, '\0');
  random.fill({reinterpret_cast<unsigned char*>(fresh.data()), fresh.size()});
  return db.write([&](sql::Tx& tx) -> Result<std::string> {
    CB_DO(
        tx.exec("INSERT INTO guard_secret (name, value) VALUES ($1, $2) "
                "ON CONFLICT (name) DO NOTHING",
                {name, sql::Blob{fresh}}));
    CB_TRY(const auto row, tx.query_one("SELECT value FROM guard_secret WHERE name = $1", {name}));
    return row->bytes(0);
  });
}

Result<void> check_page(std::int64_t page, std::int64_t size) {
  if (page < 1 || page > 1'000'000'000) {
    return invalid("'page' is " + std::to_string(page) + "; send 1..1000000000");
  }
  if (size < 1 || size > 200) return invalid("'size' is " + std::to_string(size) + "; send 1..200");
  return ok();
}

Result<AuditHead> read_head(sql::Session& session) {
  CB_TRY(const auto row,
         session.query_one("SELECT size, root, at FROM guard_audit_head WHERE id = 1"));
  if (!row) return AuditHead{0, empty_root(), {}};
  CB_TRY(const Hash root, hash_of(row->bytes(1)));
  return AuditHead{static_cast<std::uint64_t>(row->integer(0)), root, {row->integer(2)}};
}

Result<void> write_head(sql::Tx& tx, const AuditHead& head) {
  CB_DO(
      tx.exec("INSERT INTO guard_audit_head (id, size, root, at) VALUES (1, $1, $2, $3) "
              "ON CONFLICT (id) DO UPDATE SET size = excluded.size, root = excluded.root, "
              "at = excluded.at",
              {head.size, sql::Blob{std::string(bytes_of(head.root))}, head.at.us}));
  return ok();
}

Result<void> insert_rows(sql::Tx& tx, const std::vector<const AuditRow*>& rows) {
  CB_DO(
      tx.exec_rows("INSERT INTO guard_audit (entry, at, event, actor, purpose, object, status, "
                   "details, leaf) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                   rows.size(), [&](std::size_t i, sql::Binder& bind) {
                     const AuditRow& row = *rows[i];
                     bind.integer(static_cast<std::int64_t>(row.index));
                     bind.integer(row.at.us);
                     bind.text(row.event);
                     bind.text(row.actor);
                     bind.text(row.purpose);
                     bind.text(row.object);
                     bind.integer(row.status);
                     bind.text(row.details);
                     bind.blob(bytes_of(row.leaf));
                   }));
  return ok();
}

Result<void> insert_nodes(sql::Tx& tx, const std::vector<NodeRow>& nodes) {
  if (nodes.empty()) return ok();
  CB_DO(tx.exec_rows("INSERT INTO guard_audit_node (height, number, hash) VALUES ($1, $2, $3)",
                     nodes.size(), [&](std::size_t i, sql::Binder& bind) {
                       bind.integer(nodes[i].height);
                       bind.integer(static_cast<std::int64_t>(nodes[i].number));
                       bind.blob(bytes_of(nodes[i].hash));
                     }));
  return ok();
}

Result<std::vector<AuditRow>> rows_between(sql::Session& session, std::int64_t begin,
                                           std::int64_t end) {
  std::vector<AuditRow> rows;
  CB_DO(session.each("SELECT " + std::string(row_columns) +
                         " FROM guard_audit WHERE entry >= $1 AND entry < $2 ORDER BY entry",
                     {begin, end}, [&](const sql::Row& row) -> Result<void> {
                       CB_TRY(AuditRow read, read_row(row));
                       rows.push_back(std::move(read));
                       return ok();
                     }));
  return rows;
}

Result<AuditRow> row_at(sql::Session& session, std::uint64_t index) {
  CB_TRY(const AuditHead head, read_head(session));
  if (index >= head.size) {
    return not_found("no audit entry " + std::to_string(index) + "; the log has " +
                     std::to_string(head.size));
  }
  const auto entry = static_cast<std::int64_t>(index);
  CB_TRY(auto rows, rows_between(session, entry, entry + 1));
  if (rows.empty()) return corrupt("audit entry " + std::to_string(index) + " is gone");
  return std::move(rows.front());
}

Result<void> each_hash(sql::Session& session, int height, std::uint64_t first, std::uint64_t count,
                       const std::function<void(const Hash&)>& fn) {
  const auto begin = static_cast<std::int64_t>(first);
  const auto end = static_cast<std::int64_t>(first + count);
  std::uint64_t seen = 0;
  const auto take = [&](const sql::Row& row) -> Result<void> {
    CB_TRY(const Hash hash, hash_of(row.bytes(0)));
    fn(hash);
    ++seen;
    return ok();
  };
  if (height == 0) {
    CB_DO(
        session.each("SELECT leaf FROM guard_audit WHERE entry >= $1 AND entry < $2 "
                     "ORDER BY entry",
                     {begin, end}, take));
  } else if (is_stored(height)) {
    CB_DO(
        session.each("SELECT hash FROM guard_audit_node WHERE height = $1 AND number >= $2 "
                     "AND number < $3 ORDER BY number",
                     {height, begin, end}, take));
  } else {
    const NodeSource nodes = stored_nodes(session);
    for (std::uint64_t i = 0; i < count; ++i) {
      CB_TRY(const Hash hash, nodes(height, first + i));
      fn(hash);
      ++seen;
    }
  }
  if (seen == count) return ok();
  return corrupt("the audit log lacks a hash of height " + std::to_string(height) + " in " +
                 std::to_string(begin) + ".." + std::to_string(end - 1));
}

NodeSource stored_nodes(sql::Session& session) {
  return [&session](int height, std::uint64_t number) -> Result<Hash> {
    const int base = std::min(height / node_step * node_step, node_height_max);
    const auto count = std::uint64_t{1} << (height - base);
    Frontier frontier;
    CB_DO(each_hash(session, base, number * count, count,
                    [&](const Hash& hash) { frontier.append(hash); }));
    return frontier.root();
  };
}

Result<LoadedHead> load_head(sql::Session& session) {
  CB_TRY(const AuditHead head, read_head(session));
  LoadedHead loaded{head, {}};
  const NodeSource nodes = stored_nodes(session);
  for (int height = 63; height >= 0; --height) {
    if (((head.size >> height) & 1) == 0) continue;
    CB_TRY(const Hash hash, nodes(height, loaded.frontier.size() >> height));
    loaded.frontier.append_subtree(height, hash);
  }
  if (loaded.frontier.root() != head.root) {
    return corrupt("the audit log's head says root " + hex_of(head.root) + ", its nodes give " +
                   hex_of(loaded.frontier.root()) + "; run the verification and keep the store");
  }
  return loaded;
}

Result<AuditHead> verify_log(sql::Session& session, const std::optional<AuditHead>& known) {
  CB_TRY(const AuditHead head, read_head(session));
  if (known && known->size > head.size) {
    return corrupt("the log has " + std::to_string(head.size) + " entries, but a head of " +
                   std::to_string(known->size) + " was seen: entries were cut off");
  }
  Frontier frontier;
  std::vector<NodeRow> nodes;
  const auto known_fits = [&] {
    return !known || known->size != frontier.size() || known->root == frontier.root();
  };
  const auto forked = [&] {
    return corrupt("the first " + std::to_string(known->size) +
                   " entries are not those of the head that was kept: the log was forked");
  };
  if (!known_fits()) return forked();
  CB_DO(session.each(
      "SELECT " + std::string(row_columns) + " FROM guard_audit ORDER BY entry", {},
      [&](const sql::Row& stored) -> Result<void> {
        CB_TRY(const AuditRow row, read_row(stored));
        if (row.index != frontier.size()) {
          return corrupt("audit entry " + std::to_string(frontier.size()) + " is gone");
        }
        if (leaf_hash(entry_text(row)) != row.leaf) {
          return corrupt("audit entry " + std::to_string(row.index) + " is not what was appended");
        }
        frontier.append(row.leaf, [&](int height, std::uint64_t number, const Hash& hash) {
          if (is_stored(height)) nodes.push_back({height, number, hash});
        });
        return known_fits() ? ok() : Result<void>(forked());
      }));
  if (frontier.size() != head.size || frontier.root() != head.root) {
    return corrupt("the log's " + std::to_string(frontier.size()) +
                   " entries do not give the head of " + std::to_string(head.size) + " with root " +
                   hex_of(head.root));
  }
  std::size_t seen = 0;
  for (const NodeRow& node : nodes) {
    CB_TRY(const auto row,
           session.query_one("SELECT hash FROM guard_audit_node WHERE height = $1 AND number = $2",
                             {node.height, node.number}));
    if (!row || row->bytes(0) != bytes_of(node.hash)) {
      return corrupt("node " + std::to_string(node.number) + " of height " +
                     std::to_string(node.height) + " is not what the entries give");
    }
    ++seen;
  }
  CB_TRY(const auto stored, session.query_one("SELECT COUNT(*) FROM guard_audit_node"));
  if (static_cast<std::size_t>(stored->integer(0)) != seen) {
    return corrupt("the log has nodes that its entries do not give");
  }
  return head;
}

}  // namespace citybrain::guard
