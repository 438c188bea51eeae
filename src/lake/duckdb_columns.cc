// DuckColumns: the column store in one DuckDB file. Tables: r_<resource>; lake_position (source →
// position); lake_meta ('store' → id of the rows' store, 'fed' → the feed's position). A resource's
// table has no key constraint: the feed deletes and inserts a batch at a time, which is many times
// faster than upserts by key. A table is made with the first rows of its resource, so that a
// catalogue of thousands of resources costs nothing until they arrive.
#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "base/crash.h"
#include "base/text.h"
#include "columns.h"
#include "copy_file.h"
#include "definition.h"
#include "duck.h"
#include "select.h"

namespace citybrain::lake {
namespace {

class DuckColumns final : public Columns {
 public:
  DuckColumns(std::string path, std::unique_ptr<DuckDatabase> database,
              std::unique_ptr<DuckConnection> writer)
      : path_(std::move(path)), database_(std::move(database)), writer_(std::move(writer)) {}

  Result<void> start(const std::string& store_id);
  Result<void> define(const Resource& resource) override;
  Result<void> append(const Resource& resource, const Landing& landing,
                      const Batch& batch) override;
  Result<std::string> position(std::string_view source) override;
  Result<std::vector<std::string>> sources(const Resource& resource) override;
  Result<void> apply(const std::vector<Delta>& deltas, std::int64_t seq) override;
  Result<std::int64_t> fed() override;
  Result<std::int64_t> scan(const Resource& resource, const ScanSpec& spec,
                            const std::function<Result<void>(const Batch&)>& fn) override;
  Result<Batch> aggregate(const Resource& resource, const AggregateSpec& spec) override;
  Result<std::int64_t> count(const Resource& resource) override;
  Result<void> backup(const std::string& path) override;

 private:
  // Runs `fn` in a transaction of the one writing connection.
  Result<void> write(const std::function<Result<void>(DuckConnection&)>& fn, const char* before,
                     const char* after);
  // Runs `fn` in a transaction of a connection of its own: one snapshot.
  Result<void> read(const std::function<Result<void>(DuckConnection&)>& fn);
  Result<void> apply_one(DuckConnection& to, const Delta& delta);
  // How many columns the table of a resource has; 0 = there is none yet.
  std::size_t columns_of(const std::string& code) const;
  // Makes the table, or adds the fields that are new at its end, in the running write.
  Result<void> make(DuckConnection& to, const Resource& resource);
  // How the resource is read, as the snapshot of `from` has it. `made`: its table was there before
  // the snapshot began.
  Result<const Dialect*> place_of(DuckConnection& from, const Resource& resource, bool made) const;

  const std::string path_;
  std::unique_ptr<DuckDatabase> database_;  // goes last
  std::mutex writing_;
  std::unique_ptr<DuckConnection> writer_;
  std::map<std::string, std::size_t> making_;  // in the running write
  mutable std::shared_mutex made_mutex_;
  std::map<std::string, std::size_t> made_;  // tables that are committed, with their columns
  std::mutex idle_mutex_;
  std::vector<std::unique_ptr<DuckConnection>> idle_;
  // The feed's position as last committed, so that asking for it costs no query; unknown_seq until
  // the next commit where a commit failed.
  static constexpr std::int64_t unknown_seq = -1;
  std::atomic<std::int64_t> fed_{unknown_seq};
};

Result<std::int64_t> fed_of(DuckConnection& from) {
  return from.number("SELECT CAST(value AS BIGINT) FROM lake_meta WHERE name = 'fed'");
}

Result<void> DuckColumns::start(const std::string& store_id) {
  CB_DO(write(
      [&](DuckConnection& to) -> Result<void> {
        CB_DO(to.exec("CREATE TABLE IF NOT EXISTS lake_meta (name VARCHAR, value VARCHAR)"));
        CB_DO(
            to.exec("CREATE TABLE IF NOT EXISTS lake_position (source VARCHAR, resource VARCHAR, "
                    "position VARCHAR)"));
        CB_TRY(const std::string owner,
               to.text("SELECT value FROM lake_meta WHERE name = 'store'"));
        if (owner == store_id) return ok();
        if (!owner.empty()) {
          return conflict("the column file " + path_ +
                          " belongs to another store; give this store "
                          "its own, or move that file away");
        }
        CB_DO(to.exec("INSERT INTO lake_meta VALUES ('store', $1)", {store_id}));
        return to.exec("INSERT INTO lake_meta VALUES ('fed', '0')");
      },
      nullptr, nullptr));
  CB_TRY(fed_, fed());
  return read([&](DuckConnection& from) -> Result<void> {
    CB_TRY(DuckAnswer answer,
           from.run("SELECT table_name, count(*) FROM duckdb_columns() WHERE NOT internal AND"
                    " starts_with(table_name, 'r_') GROUP BY table_name"));
    ChunkReader reader(std::move(answer), {{{"t", Type::text, 0}, {"n", Type::integer, 0}}, {}});
    while (true) {
      CB_TRY(const bool some, reader.next());
      if (!some) return ok();
      for (std::size_t i = 0; i < reader.batch().rows; ++i) {
        made_[std::string(reader.batch().columns[0].text_at(i).substr(2))] =
            static_cast<std::size_t>(reader.batch().columns[1].int_at(i));
      }
    }
  });
}

Result<void> DuckColumns::write(const std::function<Result<void>(DuckConnection&)>& fn,
                                const char* before, const char* after) {
  const std::lock_guard lock(writing_);
  CB_DO(writer_->exec("BEGIN TRANSACTION"));
  making_.clear();
  Result<void> done = fn(*writer_);
  if (done) {
    if (before) crash_point(before);
    done = writer_->exec("COMMIT");
  }
  if (!done) {
    (void)writer_->exec("ROLLBACK");
    return done;
  }
  if (!making_.empty()) {
    const std::unique_lock made(made_mutex_);
    for (const auto& [code, columns] : making_) made_[code] = columns;
  }
  if (after) crash_point(after);
  return ok();
}

Result<void> DuckColumns::read(const std::function<Result<void>(DuckConnection&)>& fn) {
  std::unique_ptr<DuckConnection> connection;
  {
    const std::lock_guard lock(idle_mutex_);
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!connection) {
    CB_TRY(connection, database_->connect());
  }
  CB_DO(connection->exec("BEGIN TRANSACTION READ ONLY"));
  const Result<void> done = fn(*connection);
  const Result<void> ended = connection->exec(done ? "COMMIT" : "ROLLBACK");
  if (ended) {
    const std::lock_guard lock(idle_mutex_);
    idle_.push_back(std::move(connection));
  }
  return done ? ended : done;
}

std::size_t DuckColumns::columns_of(const std::string& code) const {
  const std::shared_lock lock(made_mutex_);
  const auto found = made_.find(code);
  return found == made_.end() ? 0 : found->second;
}

Result<void> DuckColumns::make(DuckConnection& to, const Resource& resource) {
  const std::size_t there = columns_of(resource.code);
  std::vector<std::string> columns;
  if (there >= resource.schema.fields.size()) return ok();
  for (const Field& field : resource.schema.fields) {
    columns.push_back(quoted(field.name) + " " + duck_type(field));
  }
  if (there == 0) {
    CB_DO(to.exec("CREATE TABLE " + table_of(resource) + " (" + join(columns, ", ") + ")"));
  }
  for (std::size_t i = there; there > 0 && i < columns.size(); ++i) {
    CB_DO(to.exec("ALTER TABLE " + table_of(resource) + " ADD COLUMN " + columns[i]));
  }
  making_[resource.code] = columns.size();
  return ok();
}

Result<void> DuckColumns::define(const Resource& resource) {
  const std::size_t there = columns_of(resource.code);
  if (there == 0 || there >= resource.schema.fields.size()) return ok();
  return write([&](DuckConnection& to) { return make(to, resource); }, nullptr, nullptr);
}

Result<const Dialect*> DuckColumns::place_of(DuckConnection& from, const Resource& resource,
                                             bool made) const {
  if (made) return &duckdb_dialect();
  // It may have been made before the snapshot all the same.
  CB_TRY(const std::int64_t there,
         from.number("SELECT count(*) FROM duckdb_tables() WHERE NOT internal AND table_name = $1",
                     {"r_" + resource.code}));
  return there > 0 ? &duckdb_dialect() : &duckdb_nothing();
}

Result<void> DuckColumns::append(const Resource& resource, const Landing& landing,
                                 const Batch& batch) {
  return write(
      [&](DuckConnection& to) -> Result<void> {
        CB_TRY(const std::string stored,
               to.text("SELECT position FROM lake_position WHERE source = $1", {landing.source}));
        CB_TRY(const std::string other,
               to.text("SELECT resource FROM lake_position WHERE source = $1", {landing.source}));
        CB_DO(check_from(landing, stored));
        if (!other.empty() && other != resource.code) return other_resource(landing);
        CB_DO(make(to, resource));
        CB_DO(to.append("", "r_" + resource.code, batch));
        CB_DO(to.exec("DELETE FROM lake_position WHERE source = $1", {landing.source}));
        return to.exec("INSERT INTO lake_position VALUES ($1, $2, $3)",
                       {landing.source, resource.code, landing.position});
      },
      "lake.before_commit", "lake.after_commit");
}

Result<std::string> DuckColumns::position(std::string_view source) {
  std::string position;
  CB_DO(read([&](DuckConnection& from) -> Result<void> {
    CB_TRY(position, from.text("SELECT position FROM lake_position WHERE source = $1",
                               {std::string(source)}));
    return ok();
  }));
  return position;
}

Result<std::vector<std::string>> DuckColumns::sources(const Resource& resource) {
  std::vector<std::string> names;
  CB_DO(read([&](DuckConnection& from) -> Result<void> {
    CB_TRY(const std::string all,
           from.text("SELECT COALESCE(string_agg(source, chr(10) ORDER BY source), '') FROM "
                     "lake_position WHERE resource = $1",
                     {resource.code}));
    for (const std::string_view name : split(all, '\n')) {
      if (!name.empty()) names.emplace_back(name);
    }
    return ok();
  }));
  return names;
}

Result<void> DuckColumns::apply(const std::vector<Delta>& deltas, std::int64_t seq) {
  Result<void> applied = write(
      [&](DuckConnection& to) -> Result<void> {
        for (const Delta& delta : deltas) CB_DO(apply_one(to, delta));
        return to.exec("UPDATE lake_meta SET value = $1 WHERE name = 'fed'", {std::to_string(seq)});
      },
      "lake.feed_before_commit", "lake.feed_after_commit");
  fed_ = applied ? seq : unknown_seq;
  return applied;
}

Result<void> DuckColumns::apply_one(DuckConnection& to, const Delta& delta) {
  const std::string table = table_of(delta.resource);
  std::vector<std::string> columns;
  std::vector<std::string> same_key;
  for (const Field& field : delta.resource.schema.fields) {
    columns.push_back("s." + quoted(field.name));
  }
  for (const std::string& name : delta.resource.schema.key) {
    same_key.push_back("t." + quoted(name) + " = s." + quoted(name));
  }
  CB_DO(make(to, delta.resource));
  // A temporary table is not logged, so a row is written to disk once.
  CB_DO(to.exec("CREATE OR REPLACE TEMP TABLE feed AS SELECT *, FALSE AS citybrain_removed FROM " +
                table + " LIMIT 0"));
  Column removed(Field{"citybrain_removed", Type::boolean, 0});
  for (const Op op : delta.ops) removed.append_int(op == Op::remove ? 1 : 0);
  CB_DO(to.append("temp", "feed", delta.batch, &removed));
  CB_DO(to.exec("DELETE FROM " + table + " AS t USING feed AS s WHERE " + join(same_key, " AND ")));
  return to.exec("INSERT INTO " + table + " SELECT " + join(columns, ", ") +
                 " FROM feed AS s WHERE NOT s.citybrain_removed");
}

Result<std::int64_t> DuckColumns::fed() {
  std::int64_t seq = fed_;
  if (seq != unknown_seq) return seq;
  CB_DO(read([&](DuckConnection& from) -> Result<void> {
    CB_TRY(seq, fed_of(from));
    return ok();
  }));
  return seq;
}

Result<std::int64_t> DuckColumns::scan(const Resource& resource, const ScanSpec& spec,
                                       const std::function<Result<void>(const Batch&)>& fn) {
  std::int64_t seq = 0;
  const bool made = columns_of(resource.code) > 0;
  CB_DO(read([&](DuckConnection& from) -> Result<void> {
    CB_TRY(seq, fed_of(from));
    CB_TRY(const Dialect* place, place_of(from, resource, made));
    CB_TRY(const Select select, select_of(*place, resource, spec));
    CB_TRY(DuckAnswer answer, from.run(select.sql, select.params, true));
    ChunkReader reader(std::move(answer), select.schema);
    while (true) {
      CB_TRY(const bool some, reader.next());
      if (!some) return ok();
      CB_DO(fn(reader.batch()));
    }
  }));
  return seq;
}

Result<Batch> DuckColumns::aggregate(const Resource& resource, const AggregateSpec& spec) {
  Batch all;
  const bool made = columns_of(resource.code) > 0;
  CB_DO(read([&](DuckConnection& from) -> Result<void> {
    CB_TRY(const Dialect* place, place_of(from, resource, made));
    CB_TRY(const Select select, select_of(*place, resource, spec));
    all = Batch(select.schema);
    CB_TRY(DuckAnswer answer, from.run(select.sql, select.params));
    ChunkReader reader(std::move(answer), select.schema);
    while (true) {
      CB_TRY(const bool some, reader.next());
      if (!some) return ok();
      for (std::size_t row = 0; row < reader.batch().rows; ++row) {
        all.append_row(reader.batch().row(row));
      }
    }
  }));
  return all;
}

Result<std::int64_t> DuckColumns::count(const Resource& resource) {
  std::int64_t rows = 0;
  const bool made = columns_of(resource.code) > 0;
  CB_DO(read([&](DuckConnection& from) -> Result<void> {
    CB_TRY(const Dialect* place, place_of(from, resource, made));
    CB_TRY(rows, from.number("SELECT count(*) FROM " + place->rows_of(resource)));
    return ok();
  }));
  return rows;
}

Result<void> DuckColumns::backup(const std::string& path) {
  // After a checkpoint the file holds everything, and nobody writes while we hold the lock.
  const std::lock_guard lock(writing_);
  CB_DO(writer_->exec("FORCE CHECKPOINT"));
  return copy_file(path_, path);
}

}  // namespace

Result<std::unique_ptr<Columns>> open_duckdb(const LakeOptions& options,
                                             const std::string& store_id) {
  CB_TRY(auto database,
         DuckDatabase::open(options.columns_path,
                            {{"enable_external_access", "false"},
                             {"autoinstall_known_extensions", "false"},
                             {"autoload_known_extensions", "false"},
                             {"memory_limit", std::to_string(options.columns_memory_mb) + "MB"},
                             {"threads", std::to_string(options.columns_threads)},
                             {"checkpoint_threshold", "256MB"}}));
  CB_TRY(auto writer, database->connect());
  CB_DO(writer->exec("SET lock_configuration = true"));
  auto columns =
      std::make_unique<DuckColumns>(options.columns_path, std::move(database), std::move(writer));
  CB_DO(columns->start(store_id));
  return std::unique_ptr<Columns>(std::move(columns));
}

}  // namespace citybrain::lake
