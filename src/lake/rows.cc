// Keyed rows and their change log in SQL. See rows.h.
#include "rows.h"

#include <algorithm>
#include <numeric>

#include "base/clock.h"
#include "base/crash.h"
#include "base/ids.h"
#include "base/json.h"
#include "codec.h"
#include "definition.h"
#include "sql/sequence.h"

namespace citybrain::lake {
namespace {

// A batch made ready once, outside the transaction, since the closure may run again.
struct Encoded {
  std::string bytes;                  // keys and bodies, one after another
  std::vector<std::size_t> key_from;  // of row i in `bytes`; its body follows the key
  std::vector<std::size_t> body_from;
  std::vector<std::size_t> body_to;

  std::string_view key(std::size_t row) const { return part(key_from[row], body_from[row]); }
  std::string_view body(std::size_t row) const { return part(body_from[row], body_to[row]); }

 private:
  std::string_view part(std::size_t from, std::size_t to) const {
    return std::string_view(bytes).substr(from, to - from);
  }
};

Result<Encoded> encode(const Schema& schema, const Batch& batch) {
  Encoded encoded;
  encoded.bytes.reserve(batch.rows * 32 * (schema.fields.size() / 2 + 1));
  encoded.key_from.reserve(batch.rows);
  encoded.body_from.reserve(batch.rows);
  encoded.body_to.reserve(batch.rows);
  const std::vector<std::size_t> fields = key_fields(schema);
  for (std::size_t row = 0; row < batch.rows; ++row) {
    encoded.key_from.push_back(encoded.bytes.size());
    CB_DO(encode_key(batch, fields, row, encoded.bytes));
    encoded.body_from.push_back(encoded.bytes.size());
    encode_row(batch, row, encoded.bytes);
    encoded.body_to.push_back(encoded.bytes.size());
  }
  return encoded;
}

// Rows [from, to) of the batch get the numbers seq, seq+1 …: the log grows at its end, then the
// index is set in key order, which touches each of its pages once.
Result<void> upsert_run(sql::Tx& tx, std::int64_t resource, const Encoded& encoded,
                        std::size_t from, std::size_t to, std::int64_t seq) {
  CB_DO(tx.exec_rows("INSERT INTO lake_change (seq, resource, op, body) VALUES ($1, $2, 0, $3)",
                     to - from, [&](std::size_t i, sql::Binder& bind) {
                       bind.integer(seq + static_cast<std::int64_t>(i));
                       bind.integer(resource);
                       bind.blob(encoded.body(from + i));
                     }));
  std::vector<std::size_t> order(to - from);
  std::iota(order.begin(), order.end(), from);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return encoded.key(a) < encoded.key(b); });
  CB_DO(
      tx.exec_rows("INSERT INTO lake_row (resource, key, seq) VALUES ($1, $2, $3) "
                   "ON CONFLICT (resource, key) DO UPDATE SET seq = excluded.seq",
                   order.size(), [&](std::size_t i, sql::Binder& bind) {
                     bind.integer(resource);
                     bind.blob(encoded.key(order[i]));
                     bind.integer(seq + static_cast<std::int64_t>(order[i] - from));
                   }));
  return ok();
}

// Takes a key away; the log entry holds the row that went. Returns the entry's number, or 0 where
// there was no such row.
Result<std::int64_t> remove_one(sql::Tx& tx, std::int64_t resource, std::string_view key) {
  const sql::Blob bytes{std::string(key)};
  CB_TRY(const sql::Rows gone, tx.query("DELETE FROM lake_row WHERE resource = $1 AND key = $2 "
                                        "RETURNING seq",
                                        {resource, bytes}));
  if (gone.empty()) return std::int64_t{0};
  CB_TRY(const std::int64_t seq, sql::next_sequence(tx, "lake_change"));
  CB_DO(
      tx.exec("INSERT INTO lake_change (seq, resource, op, body) "
              "SELECT $1, resource, 1, body FROM lake_change WHERE seq = $2",
              {seq, gone[0].integer(0)}));
  return seq;
}

Result<std::int64_t> write_rows(sql::Tx& tx, std::int64_t resource, const Landing& landing,
                                const Encoded& encoded) {
  const std::size_t rows = encoded.key_from.size();
  const auto removes = [&](std::size_t row) {
    return !landing.ops.empty() && landing.ops[row] == Op::remove;
  };
  std::int64_t last = 0;
  for (std::size_t row = 0; row < rows;) {
    if (removes(row)) {
      CB_TRY(const std::int64_t seq, remove_one(tx, resource, encoded.key(row)));
      last = std::max(last, seq);
      ++row;
      continue;
    }
    std::size_t to = row + 1;
    while (to < rows && !removes(to)) ++to;
    const auto n = static_cast<std::int64_t>(to - row);
    CB_TRY(const std::int64_t seq, sql::next_sequence(tx, "lake_change", n));
    CB_DO(upsert_run(tx, resource, encoded, row, to, seq));
    last = seq + n - 1;
    row = to;
  }
  return last;
}

Result<void> move_position(sql::Tx& tx, std::int64_t resource, const Landing& landing) {
  CB_TRY(
      const sql::Rows now,
      tx.query("SELECT position, resource FROM lake_position WHERE source = $1", {landing.source}));
  CB_DO(check_from(landing, now.empty() ? "" : now[0].text(0)));
  if (!now.empty() && now[0].integer(1) != resource) return other_resource(landing);
  CB_DO(
      tx.exec("INSERT INTO lake_position (source, resource, position) VALUES ($1, $2, $3) "
              "ON CONFLICT (source) DO UPDATE SET position = excluded.position",
              {landing.source, resource, landing.position}));
  return ok();
}

using Found = std::vector<std::optional<std::vector<Cell>>>;

Result<Found> rows_of(sql::Session& session, const Known& known,
                      const std::vector<std::vector<Cell>>& keys) {
  const Schema& schema = known.resource.schema;
  Found found;
  found.reserve(keys.size());
  for (const std::vector<Cell>& key : keys) {
    if (key.size() != schema.key.size()) {
      return invalid("a key of " + std::to_string(key.size()) + " cells; '" + known.resource.code +
                     "' has " + std::to_string(schema.key.size()));
    }
    CB_TRY(std::string bytes, encode_key(schema, key));
    CB_TRY(const sql::Rows rows,
           session.query("SELECT c.body FROM lake_row r JOIN lake_change c ON c.seq = r.seq "
                         "WHERE r.resource = $1 AND r.key = $2",
                         {known.id, sql::Blob{std::move(bytes)}}));
    if (rows.empty()) {
      found.emplace_back();
      continue;
    }
    CB_TRY(found.emplace_back(), decode_row(schema, rows[0].bytes(0)));
  }
  return found;
}

Result<Batch> rows_after(sql::Session& session, const Known& known,
                         const std::vector<Cell>& leading, std::int64_t limit,
                         const std::vector<Cell>& after) {
  CB_TRY(const std::string prefix, encode_key(known.resource.schema, leading));
  CB_TRY(const std::string past, encode_key(known.resource.schema, after));
  // The key to go on after is itself the first that is not wanted; nothing lies between it and
  // itself with one more byte.
  const sql::Blob from{past.empty() ? prefix : std::max(prefix, past + '\0')};
  Batch batch(known.resource.schema);
  CB_DO(
      session.each("SELECT c.body FROM lake_row r JOIN lake_change c ON c.seq = r.seq "
                   "WHERE r.resource = $1 AND r.key >= $2 AND r.key < $3 ORDER BY r.key LIMIT $4",
                   {known.id, from, sql::Blob{after_prefix(prefix)}, limit},
                   [&](const sql::Row& row) { return decode_row_into(row.bytes(0), batch); }));
  return batch;
}

class View final : public RowsView {
 public:
  View(const RowStore::Find& find, sql::Session& session) : find_(find), session_(session) {}
  Result<Found> get_many(std::string_view resource,
                         const std::vector<std::vector<Cell>>& keys) override {
    CB_TRY(const Known known, find_(resource));
    return rows_of(session_, known, keys);
  }
  Result<Batch> get_prefix(std::string_view resource, const std::vector<Cell>& leading,
                           std::int64_t limit, const std::vector<Cell>& after) override {
    CB_TRY(const Known known, find_(resource));
    return rows_after(session_, known, leading, limit, after);
  }
  sql::Session& session() override { return session_; }

 private:
  const RowStore::Find& find_;
  sql::Session& session_;
};

}  // namespace

Result<std::string> RowStore::store_id() {
  SystemClock clock;
  SystemRandom random;
  const std::string fresh = new_id(clock, random);
  return db_.write([&](sql::Tx& tx) -> Result<std::string> {
    CB_TRY(const sql::Rows rows, tx.query("SELECT id FROM lake_store"));
    if (!rows.empty()) return rows[0].text(0);
    CB_DO(tx.exec("INSERT INTO lake_store (id) VALUES ($1)", {fresh}));
    return fresh;
  });
}

Result<std::vector<Known>> RowStore::load() {
  return db_.read([](sql::Session& s) -> Result<std::vector<Known>> {
    CB_TRY(const sql::Rows rows,
           s.query("SELECT id, code, keeping, definition FROM lake_resource ORDER BY id"));
    std::vector<Known> known;
    for (const sql::Row& row : rows) {
      CB_TRY(Schema schema, schema_from_text(row.text(3)));
      const Keeping keeping = row.integer(2) == 0 ? Keeping::keyed : Keeping::append;
      known.push_back({row.integer(0), {row.text(1), std::move(schema), keeping}});
    }
    return known;
  });
}

Result<Known> RowStore::define(const Resource& resource) {
  return db_.write([&](sql::Tx& tx) -> Result<Known> {
    CB_TRY(const sql::Rows old,
           tx.query("SELECT id FROM lake_resource WHERE code = $1", {resource.code}));
    std::int64_t id = 0;
    if (old.empty()) {
      CB_TRY(id, sql::next_sequence(tx, "lake_resource"));
    } else {
      id = old[0].integer(0);
    }
    CB_DO(
        tx.exec("INSERT INTO lake_resource (id, code, keeping, definition) "
                "VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (id) DO UPDATE SET definition = excluded.definition",
                {id, resource.code, resource.keeping == Keeping::keyed ? 0 : 1,
                 schema_to_text(resource.schema)}));
    return Known{id, resource};
  });
}

Result<Landed> RowStore::land(const Known& known, const Landing& landing, const Batch& batch,
                              const Lake::Also& also) {
  CB_TRY(const Encoded encoded, encode(known.resource.schema, batch));
  CB_TRY(const Landed landed, db_.write([&](sql::Tx& tx) -> Result<Landed> {
    CB_DO(move_position(tx, known.id, landing));
    CB_TRY(const std::int64_t last, write_rows(tx, known.id, landing, encoded));
    if (also) CB_DO(also(tx));
    crash_point("lake.before_commit");
    return Landed{static_cast<std::int64_t>(batch.rows), last};
  }));
  crash_point("lake.after_commit");
  return landed;
}

Result<std::optional<std::string>> RowStore::position(std::string_view source) {
  return db_.read([&](sql::Session& s) -> Result<std::optional<std::string>> {
    CB_TRY(const sql::Rows rows,
           s.query("SELECT position FROM lake_position WHERE source = $1", {source}));
    if (rows.empty()) return std::optional<std::string>();
    return std::optional(rows[0].text(0));
  });
}

Result<Landed> RowStore::land_all(const Find& find, const Lake::NextPart& next,
                                  const Lake::Also& also) {
  CB_TRY(const Landed landed, db_.write([&](sql::Tx& tx) -> Result<Landed> {
    View view(find, tx);
    Landed total;
    Part part;
    for (std::size_t index = 0;; ++index) {
      CB_TRY(const bool more, next(index, view, tx, part));
      if (!more) break;
      CB_TRY(const Known known, find(part.landing.resource));
      CB_DO(check_batch(known.resource, part.landing, part.batch));
      CB_TRY(const Encoded encoded, encode(known.resource.schema, part.batch));
      CB_DO(move_position(tx, known.id, part.landing));
      CB_TRY(const std::int64_t last, write_rows(tx, known.id, part.landing, encoded));
      total.rows += static_cast<std::int64_t>(part.batch.rows);
      total.last_seq = std::max(total.last_seq, last);
    }
    if (also) CB_DO(also(tx));
    crash_point("lake.before_commit");
    return total;
  }));
  crash_point("lake.after_commit");
  return landed;
}

Result<void> RowStore::look(const Find& find, const std::function<Result<void>(RowsView&)>& fn) {
  return db_.read([&](sql::Session& session) -> Result<void> {
    View view(find, session);
    return fn(view);
  });
}

Result<Found> RowStore::get_many(const Known& known, const std::vector<std::vector<Cell>>& keys) {
  return db_.read([&](sql::Session& s) { return rows_of(s, known, keys); });
}

Result<Batch> RowStore::get_prefix(const Known& known, const std::vector<Cell>& leading,
                                   std::int64_t limit, const std::vector<Cell>& after) {
  return db_.read([&](sql::Session& s) { return rows_after(s, known, leading, limit, after); });
}

Result<std::vector<LogEntry>> RowStore::log_after(std::int64_t seq, std::int64_t limit) {
  return db_.read([&](sql::Session& s) -> Result<std::vector<LogEntry>> {
    std::vector<LogEntry> entries;
    CB_DO(
        s.each("SELECT seq, resource, op, body FROM lake_change WHERE seq > $1 ORDER BY seq "
               "LIMIT $2",
               {seq, limit}, [&](const sql::Row& row) -> Result<void> {
                 entries.push_back({row.integer(0), row.integer(1),
                                    row.integer(2) == 0 ? Op::upsert : Op::remove, row.bytes(3)});
                 return ok();
               }));
    return entries;
  });
}

Result<std::int64_t> RowStore::last_seq() {
  return db_.read([](sql::Session& s) -> Result<std::int64_t> {
    CB_TRY(const sql::Rows rows, s.query("SELECT COALESCE(MAX(seq), 0) FROM lake_change"));
    return rows.at(0).integer(0);
  });
}

}  // namespace citybrain::lake
