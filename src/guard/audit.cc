// The audit log's write side: entries of all threads wait in one queue; the first of them commits
// the whole queue, and every one returns when its entry is durable.
#include "guard/audit.h"

#include <sodium.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "audit_store.h"
#include "base/crash.h"
#include "base/ids.h"
#include "base/text.h"
#include "guard/note.h"
#include "sql/db.h"

namespace citybrain::guard {
namespace {

struct Salted {
  std::string lookup;  // keyed digest of the subject
  std::string salt;
};

struct Pending {
  AuditRow row;  // index, at and leaf are set at the commit
  std::vector<Salted> subjects;
  bool done = false;
  Result<void> result;
  std::condition_variable wake;  // each entry its own: a commit wakes only those it settled
};

Result<void> check_text(std::string_view name, std::string_view text) {
  if (text.size() <= 1000 && is_utf8(text) && text.find('\0') == std::string_view::npos)
    return ok();
  return invalid("audit: '" + std::string(name) + "' is no UTF-8 text of at most 1000 bytes");
}

}  // namespace

struct AuditLog::State {
  State(sql::Db& d, const Clock& c, Random& r) : db(d), clock(c), random(r) {}
  sql::Db& db;
  const Clock& clock;
  Random& random;

  mutable std::mutex mutex;
  std::deque<Pending*> queue;  // the first commits for all; entries leave when they are settled
  bool open = false;
  Frontier frontier;
  Timestamp last_at;
  std::string lookup_key;  // guard_secret 'audit_subject'

  Result<void> prepare(const AuditEntry& entry, Pending& pending);
  Result<void> commit(std::vector<Pending*>& batch);
};

AuditLog::AuditLog(sql::Db& db, const Clock& clock, Random& random)
    : state_(std::make_unique<State>(db, clock, random)) {
  CB_CHECK(sodium_init() >= 0);
}
AuditLog::~AuditLog() = default;

Result<void> AuditLog::open() {
  State& s = *state_;
  CB_TRY(s.lookup_key, secret_of(s.db, s.random, "audit_subject"));
  auto loaded =
      s.db.read([](sql::Session& session) -> Result<LoadedHead> { return load_head(session); });
  if (!loaded) return std::move(loaded).error();
  const std::lock_guard lock(s.mutex);
  s.frontier = loaded->frontier;
  s.last_at = loaded->head.at;
  s.open = true;
  return ok();
}

Result<void> AuditLog::State::prepare(const AuditEntry& entry, Pending& pending) {
  CB_DO(check_text("event", entry.event));
  CB_DO(check_text("actor", entry.actor));
  CB_DO(check_text("purpose", entry.purpose));
  CB_DO(check_text("object", entry.object));
  if (entry.event.empty()) return invalid("audit: 'event' is empty; name what was done");
  if (entry.subjects.size() > subjects_max) {
    return exhausted("audit: " + std::to_string(entry.subjects.size()) +
                     " subjects in one entry; at most " + std::to_string(subjects_max));
  }
  json::object details = entry.details;
  json::array digests;
  for (const std::string& subject : entry.subjects) {
    Salted salted{keyed_digest(lookup_key, subject), std::string(16, '\0')};
    random.fill({reinterpret_cast<unsigned char*>(salted.salt.data()), salted.salt.size()});
    digests.emplace_back(to_base64(sha256(salted.salt + subject)));
    pending.subjects.push_back(std::move(salted));
  }
  if (!digests.empty()) details["subjects"] = std::move(digests);
  pending.row = {.index = INT64_MAX,  // until the commit: no entry is longer than this one
                 .at = {INT64_MAX},
                 .event = entry.event,
                 .actor = entry.actor,
                 .purpose = entry.purpose,
                 .object = entry.object,
                 .status = entry.status,
                 .details = json::serialize(details),
                 .leaf = {}};
  if (const std::size_t bytes = entry_text(pending.row).size(); bytes > entry_bytes_max) {
    return exhausted("audit: an entry of " + std::to_string(bytes) + " bytes; at most " +
                     std::to_string(entry_bytes_max));
  }
  return ok();
}

Result<void> AuditLog::State::commit(std::vector<Pending*>& batch) {
  const Timestamp now = std::max(clock.now(), last_at);
  Frontier next = frontier;
  std::vector<NodeRow> nodes;
  const auto completed = [&](int height, std::uint64_t number, const Hash& hash) {
    if (is_stored(height)) nodes.push_back({height, number, hash});
  };
  for (Pending* pending : batch) {
    pending->row.index = next.size();
    pending->row.at = now;
    pending->row.leaf = leaf_hash(entry_text(pending->row));
    next.append(pending->row.leaf, completed);
  }
  const AuditHead head{next.size(), next.root(), now};
  CB_DO(db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const AuditHead stored, read_head(tx));
    if (stored.size != frontier.size()) {
      return conflict("the audit log has " + std::to_string(stored.size) +
                      " entries, this process " + "knows of " + std::to_string(frontier.size()) +
                      ": another process writes it; stop one of them");
    }
    std::vector<const AuditRow*> rows;
    for (const Pending* pending : batch) rows.push_back(&pending->row);
    CB_DO(insert_rows(tx, rows));
    CB_DO(insert_nodes(tx, nodes));
    for (const Pending* pending : batch) {
      if (pending->subjects.empty()) continue;
      CB_DO(
          tx.exec_rows("INSERT INTO guard_audit_subject (subject, entry, position, salt) "
                       "VALUES ($1, $2, $3, $4)",
                       pending->subjects.size(), [&](std::size_t i, sql::Binder& bind) {
                         bind.text(pending->subjects[i].lookup);
                         bind.integer(static_cast<std::int64_t>(pending->row.index));
                         bind.integer(static_cast<std::int64_t>(i));
                         bind.blob(pending->subjects[i].salt);
                       }));
    }
    return write_head(tx, head);
  }));
  crash_point("guard.after_append");
  const std::lock_guard lock(mutex);
  frontier = std::move(next);
  last_at = now;
  return ok();
}

Result<std::uint64_t> AuditLog::append(const AuditEntry& entry) {
  State& s = *state_;
  Pending mine;
  CB_DO(s.prepare(entry, mine));
  std::unique_lock lock(s.mutex);
  if (!s.open) return internal("the audit log is not open");
  s.queue.push_back(&mine);
  mine.wake.wait(lock, [&] { return mine.done || s.queue.front() == &mine; });
  if (!mine.done) {
    const auto n = static_cast<std::ptrdiff_t>(std::min(s.queue.size(), batch_entries_max));
    std::vector<Pending*> batch(s.queue.begin(), s.queue.begin() + n);
    lock.unlock();
    const Result<void> result = s.commit(batch);
    lock.lock();
    s.queue.erase(s.queue.begin(), s.queue.begin() + n);
    for (Pending* pending : batch) {
      pending->result = result;
      pending->done = true;
      if (pending != &mine) pending->wake.notify_one();
    }
    if (!s.queue.empty()) s.queue.front()->wake.notify_one();
  }
  lock.unlock();
  CB_DO(mine.result);
  return mine.row.index;
}

Result<AuditHead> AuditLog::head() const {
  const std::lock_guard lock(state_->mutex);
  return AuditHead{state_->frontier.size(), state_->frontier.root(), state_->last_at};
}

Result<AuditLog::Page> AuditLog::page(std::int64_t page, std::int64_t size) const {
  CB_DO(check_page(page, size));
  return state_->db.read([&](sql::Session& session) -> Result<Page> {
    CB_TRY(const AuditHead head, read_head(session));
    Page result;
    result.total = head.size;
    const auto skipped = static_cast<std::uint64_t>((page - 1) * size);
    if (skipped >= head.size) return result;
    const auto end = static_cast<std::int64_t>(head.size - skipped);
    CB_TRY(const auto rows, rows_between(session, std::max<std::int64_t>(0, end - size), end));
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      result.records.push_back(record_of(*row));
    }
    return result;
  });
}

Result<AuditLog::Page> AuditLog::of_subject(std::string_view subject, std::int64_t page,
                                            std::int64_t size) const {
  CB_DO(check_page(page, size));
  const std::string lookup = keyed_digest(state_->lookup_key, subject);
  return state_->db.read([&](sql::Session& session) -> Result<Page> {
    Page result;
    CB_TRY(const auto count, session.query_one("SELECT COUNT(DISTINCT entry) FROM "
                                               "guard_audit_subject WHERE subject = $1",
                                               {lookup}));
    result.total = static_cast<std::uint64_t>(count->integer(0));
    CB_TRY(const auto entries,
           session.query("SELECT DISTINCT entry FROM guard_audit_subject WHERE subject = $1 "
                         "ORDER BY entry DESC LIMIT $2 OFFSET $3",
                         {lookup, size, (page - 1) * size}));
    for (const sql::Row& row : entries) {
      CB_TRY(const auto rows, rows_between(session, row.integer(0), row.integer(0) + 1));
      if (rows.empty())
        return corrupt("audit entry " + std::to_string(row.integer(0)) + " is gone");
      result.records.push_back(record_of(rows.front()));
    }
    return result;
  });
}

Result<bool> AuditLog::concerns(std::uint64_t index, std::string_view subject) const {
  const std::string lookup = keyed_digest(state_->lookup_key, subject);
  return state_->db.read([&](sql::Session& session) -> Result<bool> {
    CB_TRY(const auto row, session.query_one("SELECT 1 FROM guard_audit_subject WHERE "
                                             "subject = $1 AND entry = $2 LIMIT 1",
                                             {lookup, static_cast<std::int64_t>(index)}));
    return row.has_value();
  });
}

Result<std::int64_t> AuditLog::forget_subject(std::string_view subject) {
  const std::string lookup = keyed_digest(state_->lookup_key, subject);
  return state_->db.write([&](sql::Tx& tx) {
    return tx.exec("DELETE FROM guard_audit_subject WHERE subject = $1", {lookup});
  });
}

// --- proofs read a snapshot of their own; what was appended meanwhile is not in it.

Result<AuditRecord> AuditLog::at(std::uint64_t index) const {
  return state_->db.read([&](sql::Session& session) -> Result<AuditRecord> {
    CB_TRY(const AuditRow row, row_at(session, index));
    return record_of(row);
  });
}

Result<InclusionProof> AuditLog::inclusion(std::uint64_t index, std::uint64_t size) const {
  return state_->db.read([&](sql::Session& session) -> Result<InclusionProof> {
    CB_TRY(const AuditHead head, read_head(session));
    const std::uint64_t n = size == 0 ? head.size : size;
    if (n > head.size) {
      return invalid("'size' is " + std::to_string(n) + "; the log has " +
                     std::to_string(head.size));
    }
    const NodeSource nodes = stored_nodes(session);
    CB_TRY(auto path, inclusion_proof(index, n, nodes));
    CB_TRY(const AuditRow row, row_at(session, index));
    CB_TRY(const Hash root, root_from_path(row.leaf, index, n, path));
    if (n == head.size && root != head.root) {
      return corrupt("entry " + std::to_string(index) +
                     " is not in the tree of the head; run the verification and keep the store");
    }
    return InclusionProof{index, n, row.leaf, root, std::move(path), entry_text(row)};
  });
}

Result<ConsistencyProof> AuditLog::consistency(std::uint64_t size1, std::uint64_t size2) const {
  return state_->db.read([&](sql::Session& session) -> Result<ConsistencyProof> {
    CB_TRY(const AuditHead head, read_head(session));
    const std::uint64_t n = size2 == 0 ? head.size : size2;
    if (n > head.size) {
      return invalid("'size2' is " + std::to_string(n) + "; the log has " +
                     std::to_string(head.size));
    }
    const NodeSource nodes = stored_nodes(session);
    CB_TRY(auto path, consistency_proof(size1, n, nodes));
    CB_TRY(const Hash root1, root_of(size1, nodes));
    CB_TRY(const Hash root2, root_of(n, nodes));
    return ConsistencyProof{size1, n, root1, root2, std::move(path)};
  });
}

Result<AuditHead> AuditLog::verify_all(const std::optional<AuditHead>& known) const {
  return state_->db.read([&](sql::Session& session) { return verify_log(session, known); });
}

}  // namespace citybrain::guard
