// The read door for many records: exports in parts and the feed of masked changes. Each part, and
// each answer of the feed, has its audit entry before it is handed over.
#include <sodium.h>

#include <algorithm>

#include "audit_store.h"
#include "base/crash.h"
#include "base/ids.h"
#include "guard_state.h"
#include "sql/db.h"

namespace citybrain::guard {
namespace {

// SHA-256 over a text that comes in pieces.
class Digest {
 public:
  Digest() { crypto_hash_sha256_init(&state_); }
  void add(std::string_view text) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(text.data()),
                              text.size());
  }
  std::string hex() {
    std::string out(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256_final(&state_, reinterpret_cast<unsigned char*>(out.data()));
    return to_hex(out);
  }

 private:
  crypto_hash_sha256_state state_{};
};

Result<void> remember(sql::Db& db, const std::string& grant, const std::vector<std::string>& keys) {
  if (keys.empty()) return ok();
  CB_DO(db.write([&](sql::Tx& tx) {
    return tx.exec_rows(
        "INSERT INTO guard_feed_key (grant_id, key) VALUES ($1, $2) "
        "ON CONFLICT (grant_id, key) DO NOTHING",
        keys.size(), [&](std::size_t i, sql::Binder& bind) {
          bind.text(grant);
          bind.text(keys[i]);
        });
  }));
  return ok();
}

Result<bool> was_given(sql::Db& db, const std::string& grant, const std::string& key) {
  return db.read([&](sql::Session& session) -> Result<bool> {
    CB_TRY(const auto row, session.query_one("SELECT 1 FROM guard_feed_key WHERE grant_id = $1 "
                                             "AND key = $2",
                                             {grant, key}));
    return row.has_value();
  });
}

bool is_filtered(const View& view) { return view.grant && !view.grant->rows.empty(); }

// A recipient must be able to tell the records apart, or a tombstone says nothing.
Result<void> check_feed(const View& view, ReadSpec& spec) {
  const Schema& schema = view.resource->grades.schema;
  if (schema.key.empty()) {
    return invalid("resource '" + spec.resource + "' has no key, so no feed of changes");
  }
  for (const std::string& item : schema.key) {
    const std::size_t at = view.resource->at(item);
    const Mask::Kind kind = view.mask_of(at).kind;
    const bool told = view.is_clear(at) ||
                      (view.is_granted(at) &&
                       (kind == Mask::Kind::pseudonym || kind == Mask::Kind::format_preserving));
    if (!told) {
      return denied("the key item '" + item + "' is masked for you; a feed of changes needs it " +
                    "clear, as pseudonym or as format_preserving");
    }
    if (!spec.columns.empty() &&
        std::find(spec.columns.begin(), spec.columns.end(), item) == spec.columns.end()) {
      spec.columns.insert(spec.columns.begin(), item);
    }
  }
  return ok();
}

// Only the key's items stay.
std::vector<Cell> tombstone(const Rows& rows, const Schema& schema) {
  std::vector<Cell> cells = rows.batch.row(0);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool key =
        std::find(schema.key.begin(), schema.key.end(), rows.columns[i].code) != schema.key.end();
    if (!key) cells[i] = Cell();
  }
  return cells;
}

}  // namespace

Principal public_caller() {
  Principal caller;
  caller.department = public_department;
  return caller;
}

Result<Exported> Guard::export_rows(const Access& access, const ReadSpec& asked,
                                    const ExportSink& sink) {
  CB_TRY(const Purpose purpose, state_->grades.purpose(access.purpose));
  AuditEntry entry = state_->entry_of("guard.export", access, purpose, asked.resource);
  const auto view = state_->view(*this, access, asked.resource);
  if (!view) {
    if (view.error().code == Code::denied) {
      entry.status = 403;
      CB_DO(audit_->append(entry));
    }
    return view.error();
  }
  ReadSpec spec = asked;
  spec.limit = INT64_MAX;
  if (!spec.key.empty() || !spec.keys.empty() || spec.offset != 0) {
    return invalid("an export takes a filter, neither keys nor offset");
  }
  Exported done;
  done.salt = state_->new_salt();
  Digest digest;
  digest.add(done.salt);
  std::vector<ReadColumn> columns;
  const bool filtered = is_filtered(*view);
  const bool has_key = !view->resource->grades.schema.key.empty();
  const auto part = [&](Rows&& rows) -> Result<void> {
    const auto count = static_cast<std::int64_t>(rows.batch.rows);
    if (view->grant) {
      CB_DO(grants_->still_stands(view->grant->id));
      CB_DO(grants_->count(*view->grant, count));
      if (filtered) CB_DO(remember(state_->db, view->grant->id, rows.keys));
    }
    AuditEntry of_part = state_->entry_of("guard.export_part", access, purpose, asked.resource);
    if (view->grant) of_part.details["grant"] = view->grant->id;
    of_part.details["first"] = done.rows;
    of_part.details["rows"] = count;
    const json::array answer = answer_rows(rows.batch);
    of_part.details["answer"] = answer_digest(answer, done.salt);
    of_part.subjects = rows.subjects;
    CB_TRY(const std::uint64_t index, audit_->append(of_part));
    crash_point("guard.export_part");
    for (const json::value& row : answer) digest.add(json::serialize(row) + "\n");
    columns = rows.columns;
    CB_DO(sink({std::move(rows.batch), done.rows, std::move(rows.disputed), index}, rows.columns));
    done.rows += count;
    return ok();
  };
  CB_TRY(const AsOf as_of, stream_rows(state_->lake, *disputes_, *view, spec, filtered && has_key,
                                       export_part_rows_max, part));
  State::describe(access, spec, *view, columns, entry.details);
  done.digest = digest.hex();
  entry.details["rows"] = done.rows;
  entry.details["columns_seq"] = as_of.columns_seq;
  entry.details["answer"] = done.digest;
  done.rows_seq = as_of.rows_seq;
  done.columns_seq = as_of.columns_seq;
  CB_TRY(done.audit_index, audit_->append(entry));
  return done;
}

namespace {

// One feed call in progress.
struct Feed {
  lake::Lake& lake;
  sql::Db& db;
  const Disputes& disputes;
  const View& view;
  const ReadSpec& spec;
  MaskedChanges out = {};
  std::vector<std::string> given = {}, subjects = {};

  Result<void> add(const lake::Change& change) {
    CB_TRY(OneRow one, show_row(lake, disputes, view, spec, change.row));
    out.columns = one.rows.columns;
    bool removed = change.op == lake::Op::remove;
    if (!one.visible) {
      if (removed || !is_filtered(view)) return ok();
      CB_TRY(const bool known, was_given(db, view.grant->id, one.rows.keys.front()));
      const bool just_now =
          std::find(given.begin(), given.end(), one.rows.keys.front()) != given.end();
      if (!known && !just_now) return ok();
      removed = true;
    } else if (!removed && is_filtered(view)) {
      given.push_back(one.rows.keys.front());
    }
    MaskedChange shown{change.seq, removed, {}, {}};
    shown.cells =
        removed ? tombstone(one.rows, view.resource->grades.schema) : one.rows.batch.row(0);
    if (!one.rows.disputed.empty()) shown.dispute = one.rows.disputed.front().second;
    for (std::string& subject : one.rows.subjects) subjects.push_back(std::move(subject));
    out.changes.push_back(std::move(shown));
    return ok();
  }

  Result<void> run(std::int64_t after, std::int64_t limit) {
    out.next = after;
    std::int64_t looked_at = 0;
    while (looked_at < Guard::changes_looked_at_max) {
      CB_TRY(const auto landed, lake.changes(out.next, 1000));
      if (landed.empty()) return ok();
      for (const lake::Change& change : landed) {
        if (static_cast<std::int64_t>(out.changes.size()) >= limit) {
          out.more = true;
          return ok();
        }
        ++looked_at;
        out.next = change.seq;
        if (change.resource == spec.resource) CB_DO(add(change));
      }
    }
    out.more = true;
    return ok();
  }
};

}  // namespace

Result<MaskedChanges> Guard::changes(const Access& access, std::string_view resource,
                                     const std::vector<std::string>& columns, std::int64_t after,
                                     std::int64_t limit) {
  if (limit < 1 || limit > changes_max) {
    return invalid("'limit' is " + std::to_string(limit) + "; send 1.." +
                   std::to_string(changes_max));
  }
  if (after < 0) return invalid("the cursor is negative; begin with 0");
  CB_TRY(const Purpose purpose, state_->grades.purpose(access.purpose));
  AuditEntry entry = state_->entry_of("guard.changes", access, purpose, resource);
  const auto view = state_->view(*this, access, resource);
  ReadSpec spec{.resource = std::string(resource), .columns = columns};
  const Result<void> allowed = view ? check_feed(*view, spec) : Result<void>(view.error());
  if (!allowed) {
    if (allowed.error().code == Code::denied) {
      entry.status = 403;
      CB_DO(audit_->append(entry));
    }
    return allowed.error();
  }
  Feed feed{state_->lake, state_->db, *disputes_, *view, spec};
  CB_DO(feed.run(after, limit));
  MaskedChanges& out = feed.out;
  if (view->grant) {
    CB_DO(grants_->count(*view->grant, static_cast<std::int64_t>(out.changes.size())));
    CB_DO(remember(state_->db, view->grant->id, feed.given));
  }
  State::describe(access, spec, *view, out.columns, entry.details);
  entry.details["by"] = "changes";
  entry.details["after"] = after;
  entry.details["next"] = out.next;
  entry.details["rows"] = out.changes.size();
  json::array answer;
  for (const MaskedChange& change : out.changes) {
    json::array row;
    for (const Cell& cell : change.cells) row.push_back(to_json(cell));
    answer.push_back(std::move(row));
  }
  out.answer_salt = state_->new_salt();
  entry.details["answer"] = answer_digest(answer, out.answer_salt);
  std::sort(feed.subjects.begin(), feed.subjects.end());
  feed.subjects.erase(std::unique(feed.subjects.begin(), feed.subjects.end()), feed.subjects.end());
  entry.subjects = std::move(feed.subjects);
  CB_TRY(out.audit_index, audit_->append(entry));
  return std::move(out);
}

}  // namespace citybrain::guard
