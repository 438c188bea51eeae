// Marks of disputed records: in the store, and in memory for the read door.
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "audit_store.h"
#include "base/text.h"
#include "guard/dispute.h"
#include "sql/db.h"

namespace citybrain::guard {
namespace {

constexpr const char* columns = "id, resource, items, since, settled";

Dispute dispute_of(const sql::Row& row) {
  Dispute dispute{row.text(0), row.text(1), {}, {row.integer(3)}, {row.integer(4)}};
  if (const std::string items = row.text(2); !items.empty()) {
    for (const std::string_view item : split(items, ',')) dispute.items.emplace_back(item);
  }
  return dispute;
}

}  // namespace

struct Disputes::State {
  State(sql::Db& d, const Clock& c, Random& r) : db(d), clock(c), random(r) {}
  sql::Db& db;
  const Clock& clock;
  Random& random;
  std::string secret;
  mutable std::shared_mutex mutex;
  std::map<std::string, int, std::less<>> resources;          // how many marks
  std::map<std::string, std::string, std::less<>> by_digest;  // the oldest open one

  // Called with the mutex held.
  Result<void> reload() {
    resources.clear();
    by_digest.clear();
    return db.read([&](sql::Session& session) {
      return session.each(
          "SELECT id, resource, key FROM guard_dispute WHERE settled = 0 "
          "ORDER BY since, id",
          {}, [&](const sql::Row& row) -> Result<void> {
            ++resources[row.text(1)];
            by_digest.emplace(row.text(2), row.text(0));
            return ok();
          });
    });
  }
};

Disputes::Disputes(sql::Db& db, const Clock& clock, Random& random)
    : state_(std::make_unique<State>(db, clock, random)) {}
Disputes::~Disputes() = default;

Result<void> Disputes::load() {
  CB_TRY(state_->secret, secret_of(state_->db, state_->random, "disputes"));
  const std::unique_lock lock(state_->mutex);
  return state_->reload();
}

Result<void> Disputes::open(const Dispute& dispute, const std::vector<Cell>& key) {
  if (dispute.id.empty() || key.empty()) return invalid("a dispute has an id and a record's key");
  const std::string digested = digest(dispute.resource, key);
  const Timestamp since = dispute.since.us == 0 ? state_->clock.now() : dispute.since;
  CB_DO(state_->db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const auto there,
           tx.query_one("SELECT key FROM guard_dispute WHERE id = $1", {dispute.id}));
    if (there) {
      if (there->text(0) == digested) return ok();
      return conflict("the dispute '" + dispute.id + "' is about another record");
    }
    CB_DO(
        tx.exec("INSERT INTO guard_dispute (id, resource, key, items, since, settled) "
                "VALUES ($1, $2, $3, $4, $5, 0)",
                {dispute.id, dispute.resource, digested, join(dispute.items, ","), since.us}));
    return ok();
  }));
  const std::unique_lock lock(state_->mutex);
  return state_->reload();
}

Result<void> Disputes::settle(std::string_view id) {
  CB_TRY(const std::int64_t rows, state_->db.write([&](sql::Tx& tx) {
    return tx.exec("UPDATE guard_dispute SET settled = $2 WHERE id = $1 AND settled = 0",
                   {id, state_->clock.now().us});
  }));
  if (rows == 0) return not_found("no open dispute '" + std::string(id) + "'");
  const std::unique_lock lock(state_->mutex);
  return state_->reload();
}

Result<Dispute> Disputes::of(std::string_view id) const {
  CB_TRY(const auto row, state_->db.read([&](sql::Session& session) {
    return session.query_one(std::string("SELECT ") + columns + " FROM guard_dispute WHERE id = $1",
                             {id});
  }));
  if (!row) return not_found("no dispute '" + std::string(id) + "'");
  return dispute_of(*row);
}

Result<std::vector<Dispute>> Disputes::of_record(std::string_view resource,
                                                 const std::vector<Cell>& key) const {
  std::vector<Dispute> found;
  CB_DO(state_->db.read([&](sql::Session& session) {
    return session.each(std::string("SELECT ") + columns +
                            " FROM guard_dispute WHERE key = $1 AND settled = 0 ORDER BY since, id",
                        {digest(resource, key)}, [&](const sql::Row& row) -> Result<void> {
                          found.push_back(dispute_of(row));
                          return ok();
                        });
  }));
  return found;
}

bool Disputes::any(std::string_view resource) const {
  const std::shared_lock lock(state_->mutex);
  return state_->resources.contains(resource);
}

std::string Disputes::digest(std::string_view resource, const std::vector<Cell>& key) const {
  std::string text(resource);
  for (const Cell& cell : key) text += '\x1f' + to_text(cell);
  return keyed_digest(state_->secret, text);
}

std::string Disputes::id_of(std::string_view digest) const {
  const std::shared_lock lock(state_->mutex);
  const auto found = state_->by_digest.find(digest);
  return found == state_->by_digest.end() ? "" : found->second;
}

}  // namespace citybrain::guard
