// Lake: the city's records in two forms. Rows: the current row of each keyed resource, found
// through an ordered change log, in the transactional store. Columns: the same resources fed from
// that log, and append-only resources landed straight, in a column store for scans. Only rail,
// guard and cli may name this room; everyone else reads through guard.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/room.h"
#include "base/schema.h"
#include "lake/query.h"
#include "sql/db.h"

namespace citybrain::lake {

enum class Keeping : std::uint8_t {
  keyed,   // one current row a key: rows, change log, and columns that follow
  append,  // rows are only ever added: columns alone
};

// A table of the lake, as plain data. `code` is [a-z][a-z0-9_]{0,59}.
struct Resource {
  std::string code;
  Schema schema;  // keyed: with a key; append: a key is description only
  Keeping keeping = Keeping::keyed;
};

enum class Op : std::uint8_t { upsert, remove };

// Rows that arrive together, with how far their source has been read once they are in.
struct Landing {
  std::string resource;
  std::string source;    // whose position this is; a source lands in one resource only
  std::string position;  // opaque to the lake
  // Where set, the stored position must be this one ("" = none yet), else conflict: a batch that
  // comes a second time is refused before it can double anything.
  std::optional<std::string> from;
  std::vector<Op> ops;  // one a row; empty = all upsert. Of a remove only the key is read, and one
                        // of a key that is not there changes nothing
};

struct Landed {
  std::int64_t rows = 0;
  std::int64_t last_seq = 0;  // keyed: sequence of the last change
};

// A change of a keyed resource, in commit order.
struct Change {
  std::int64_t seq = 0;
  std::string resource;
  Op op = Op::upsert;
  std::vector<Cell> key;
  std::vector<Cell> row;  // the new row; of a remove the last row there was
};

// Current rows inside one snapshot, or inside a landing in progress, which sees what its earlier
// parts wrote. Lent to a closure for its run.
class RowsView {
 public:
  virtual ~RowsView() = default;
  // As Lake::get_many and Lake::get_prefix.
  virtual Result<std::vector<std::optional<std::vector<Cell>>>> get_many(
      std::string_view resource, const std::vector<std::vector<Cell>>& keys) = 0;
  virtual Result<Batch> get_prefix(std::string_view resource, const std::vector<Cell>& leading,
                                   std::int64_t limit, const std::vector<Cell>& after = {}) = 0;
  // For the caller's own tables, in the same snapshot.
  virtual sql::Session& session() = 0;
};

// One part of a landing in several: rows of one keyed resource.
struct Part {
  Landing landing;
  Batch batch;
};

struct FeedStep {
  std::int64_t seq = 0;      // columns now hold everything up to here
  std::int64_t changes = 0;  // taken in this step
  std::int64_t lag = 0;      // changes still waiting
};

struct LakeOptions {
  // The DuckDB file, or the shards of a ClickHouse cluster:
  // clickhouse://[user:password@]host:port,host:port/database?cluster=name
  std::string columns_path;
  std::int64_t columns_memory_mb = 2048;
  int columns_threads = 2;
};

// The lake's own tables in the store; Lake::open runs them.
std::vector<Migration> migrations();

// Thread-safe; owned by cli. Always holds: a landing's rows, its changes and its position are there
// together or not at all, whatever kills the process, and are durable when land() returns; columns
// hold exactly the log up to as_of(), neither less nor twice (those of a cluster may for some rows
// be newer while a step of the feed that broke off is not done again; never less, never twice).
class Lake {
 public:
  // Migrates lake's own tables. Refuses a library of another version than the pinned one, a column
  // file that belongs to another store, and a column file that another process holds.
  static Result<std::unique_ptr<Lake>> open(sql::Db& db, LakeOptions options);
  virtual ~Lake() = default;

  // Makes a resource known; again with the same schema does nothing. Fields may be added at the end
  // (old rows read as null there); any other change is a conflict.
  virtual Result<void> define(const Resource& resource) = 0;
  // The definition; not_found where there is none.
  virtual Result<Resource> resource(std::string_view code) = 0;

  // All that are known, by code.
  virtual Result<std::vector<Resource>> resources() = 0;

  using Also = std::function<Result<void>(sql::Tx&)>;
  // Lands a batch whose schema is the resource's. Keyed: rows, change log, position and whatever
  // `also` writes commit in ONE transaction of the store; a key twice in a batch: the later row
  // wins. Append: rows and position commit in one transaction of the column store; `also` commits
  // before them on its own and runs again when the landing is repeated after a crash, so it must be
  // idempotent. Best in batches of 10,000 rows by key and of 50,000 to 250,000 to append, since
  // each is one durable commit. Errors: not_found (resource), invalid (schema, null key), conflict
  // (`from`).
  virtual Result<Landed> land(const Landing& landing, const Batch& batch,
                              const Also& also = {}) = 0;
  // Gives part `index`, counted from 0, or false at the end; what it writes to tables of its own
  // belongs to the landing. Asked for 0 again, it begins anew: a transaction that lost a race runs
  // once more.
  using NextPart =
      std::function<Result<bool>(std::size_t index, RowsView& rows, sql::Tx& tx, Part& part)>;
  // Lands parts of several keyed resources in ONE transaction, one part after another in memory, so
  // that a transaction of a foreign database becomes visible whole, however large it is. Other
  // writers wait meanwhile.
  virtual Result<Landed> land_all(const NextPart& next, const Also& also = {}) = 0;
  // Runs `fn` over one snapshot of the rows.
  virtual Result<void> look(const std::function<Result<void>(RowsView&)>& fn) = 0;
  // How far a source has landed; "" where it never did.
  virtual Result<std::string> position(std::string_view source) = 0;
  // The sources that have landed in an append resource, in order of their names.
  virtual Result<std::vector<std::string>> sources(std::string_view resource) = 0;

  // Current row of a keyed resource by whole key, as landed last (not lagging); none where there is
  // none.
  virtual Result<std::optional<std::vector<Cell>>> get(std::string_view resource,
                                                       const std::vector<Cell>& key) = 0;
  // The same for many keys in one snapshot, in the order of the keys.
  virtual Result<std::vector<std::optional<std::vector<Cell>>>> get_many(
      std::string_view resource, const std::vector<std::vector<Cell>>& keys) = 0;
  // Current rows whose key starts with these cells, in key order, at most `limit`; `after` is the
  // whole key to go on after.
  virtual Result<Batch> get_prefix(std::string_view resource, const std::vector<Cell>& leading,
                                   std::int64_t limit, const std::vector<Cell>& after = {}) = 0;
  // Changes after a sequence in order, at most `limit` (1..10000).
  virtual Result<std::vector<Change>> changes(std::int64_t after_seq, std::int64_t limit) = 0;

  // Takes at most `limit` changes from the log into columns, with the position in the same
  // transaction of the column store. Call until `lag` is 0.
  virtual Result<FeedStep> feed(std::int64_t limit = 50'000) = 0;

  // Streams rows of columns in batches of some thousand; an Error from `fn` stops. Returns as of
  // when.
  virtual Result<AsOf> scan(const ScanSpec& spec,
                            const std::function<Result<void>(const Batch&)>& fn) = 0;
  // Groups and measures over columns; columns of the batch are the group's, then the measures'.
  virtual Result<Batch> aggregate(const AggregateSpec& spec) = 0;
  // Rows in columns.
  virtual Result<std::int64_t> count(std::string_view resource) = 0;
  virtual Result<AsOf> as_of() = 0;

  // Copies the column store to a new file while it serves (landing waits meanwhile). Take it before
  // the backup of the store: the log then goes on from where the columns are.
  virtual Result<void> backup_columns(const std::string& path) = 0;
};

}  // namespace citybrain::lake
