// ClickhouseColumns: the column store on the shards of a ClickHouse cluster. It has no
// transactions, so exactly once rests on what follows.
//  1. One insert is one block of one table on one shard: it is there whole, or not at all.
//  2. A keyed row's shard follows from its key, its version is the feed's sequence: to put it there
//     again changes nothing. A shard's lake_fed is written after its rows, and the feed stands
//     where the shard that is furthest behind stands. So after a death a step is done again, over
//     what is there of it; until then some rows may be newer than fed(), never older.
//  3. An appended landing goes whole to one shard, under an id that follows from its source and its
//     number. It is announced in lake_position first; it counts as landed if its rows are there, so
//     that the position is always what the shards hold. Its insert bears the id as query id: while
//     one runs, a second is refused.
//  4. Reads go through a Distributed table, which answers with every shard's rows or not at all.
// ClickHouse 18.16 does not sync files at an insert: what it acknowledged survives the death of the
// process, not that of the machine's power. docs/operate/cluster.md says what follows from that.
#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "base/crash.h"
#include "base/text.h"
#include "clickhouse_tables.h"
#include "codec.h"
#include "columns.h"
#include "definition.h"
#include "place.h"

namespace citybrain::lake {
namespace {

// A landing as lake_position knows it.
struct Begun {
  std::int64_t number = 0;
  std::string batch;
  std::string resource;
  std::string position;
  std::int64_t rows = 0;
};

class ClickhouseColumns final : public Columns {
 public:
  ClickhouseColumns(ClickhouseAddress address, std::string store_id)
      : address_(std::move(address)), dialect_(address_), store_id_(std::move(store_id)) {
    for (std::size_t i = 0; i < address_.shards.size(); ++i) shards_.emplace_back(address_, i);
    ready_.resize(shards_.size(), false);
  }

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
  Result<void> make_ready(std::size_t shard);
  Result<void> make_all_ready();
  Result<void> make_table(const Resource& resource);
  Result<void> apply_to(std::size_t shard, const std::vector<Delta>& deltas, std::int64_t seq);
  Result<std::optional<Begun>> last_begun(std::string_view source, std::int64_t before);
  Result<std::optional<Begun>> last_landed(std::string_view source);
  Result<bool> is_there(const Begun& begun);
  Result<void> ask(const std::string& sql, const Schema& schema, const std::vector<Wire>& wires,
                   const WireReader::OnBatch& fn);
  std::size_t home_of(std::string_view name) const { return place_of(name, shards_.size()); }

  const ClickhouseAddress address_;
  const ClickhouseDialect dialect_;
  const std::string store_id_;
  std::vector<ClickhouseShard> shards_;
  std::mutex making_;
  std::vector<bool> ready_;                  // shards whose lake_meta was seen to be ours
  std::map<std::string, std::size_t> made_;  // resources whose tables are there, with their fields
  std::mutex appending_;
  std::shared_mutex applying_;  // a step of the feed is seen whole, in this process
};

Result<void> ClickhouseColumns::make_ready(std::size_t at) {
  const std::lock_guard lock(making_);
  if (ready_[at]) return ok();
  const ClickhouseShard& shard = shards_[at];
  CB_DO(shard.exec("CREATE DATABASE IF NOT EXISTS " + clickhouse_name(address_.database)));
  CB_DO(shard.exec("CREATE TABLE IF NOT EXISTS " + dialect_.table("lake_meta") +
                   " (name String, value String, at DateTime DEFAULT now()) "
                   "ENGINE = MergeTree ORDER BY name"));
  CB_DO(shard.exec("CREATE TABLE IF NOT EXISTS " + dialect_.table("lake_fed") +
                   " (feed UInt8, seq Int64) ENGINE = ReplacingMergeTree(seq) ORDER BY feed"));
  CB_DO(shard.exec("CREATE TABLE IF NOT EXISTS " + dialect_.table("lake_position") +
                   " (source String, number Int64, batch String, resource String, "
                   "position String, rows Int64, at DateTime DEFAULT now()) "
                   "ENGINE = ReplacingMergeTree(at) ORDER BY (source, number)"));
  CB_TRY(const auto owner, shard.lines("SELECT value FROM " + dialect_.table("lake_meta") +
                                       " WHERE name = 'store' ORDER BY at LIMIT 1"));
  if (owner.empty()) {
    CB_DO(shard.exec("INSERT INTO " + dialect_.table("lake_meta") +
                     " (name, value) VALUES ('store', " + clickhouse_text(store_id_) + ")"));
  } else if (owner[0] != store_id_) {
    return conflict("the columns at " + shard.name() + "/" + address_.database +
                    " belong to another store; give this store a database of its own");
  }
  ready_[at] = true;
  return ok();
}

Result<void> ClickhouseColumns::make_all_ready() {
  for (std::size_t i = 0; i < shards_.size(); ++i) CB_DO(make_ready(i));
  return ok();
}

// Thousands of resources are defined and few have rows, so tables are made when they are wanted.
Result<void> ClickhouseColumns::define(const Resource& /*resource*/) { return ok(); }

Result<void> ClickhouseColumns::make_table(const Resource& resource) {
  CB_DO(make_all_ready());
  const std::lock_guard lock(making_);
  const std::size_t fields = resource.schema.fields.size();
  const auto made = made_.find(resource.code);
  if (made != made_.end() && made->second >= fields) return ok();
  for (const ClickhouseShard& shard : shards_) {
    for (const std::string& sql : dialect_.make_tables(resource)) CB_DO(shard.exec(sql));
    for (const bool distributed : {false, true}) {
      if (distributed && shards_.size() == 1) continue;
      CB_TRY(const std::int64_t there, shard.number(dialect_.columns_there(resource, distributed)));
      for (auto i = static_cast<std::size_t>(there); i < fields; ++i) {
        CB_DO(shard.exec(dialect_.add_column(resource, i, distributed)));
      }
    }
  }
  made_[resource.code] = fields;
  return ok();
}

Result<std::optional<Begun>> ClickhouseColumns::last_begun(std::string_view source,
                                                           std::int64_t before) {
  const std::size_t home = home_of(source);
  CB_DO(make_ready(home));
  const std::string name = clickhouse_text(source);
  std::optional<Begun> begun;
  const Schema schema{{{"number", Type::integer},
                       {"batch", Type::text},
                       {"resource", Type::text},
                       {"position", Type::text},
                       {"rows", Type::integer}},
                      {}};
  const std::vector<Wire> wires{{Wire::As::i64, false},
                                {Wire::As::text, false},
                                {Wire::As::text, false},
                                {Wire::As::text, false},
                                {Wire::As::i64, false}};
  WireReader reader(schema, wires, [&](const Batch& batch) {
    begun = Begun{batch.columns[0].int_at(0), std::string(batch.columns[1].text_at(0)),
                  std::string(batch.columns[2].text_at(0)),
                  std::string(batch.columns[3].text_at(0)), batch.columns[4].int_at(0)};
    return ok();
  });
  CB_DO(shards_[home].read("SELECT number, batch, resource, position, rows FROM " +
                               dialect_.table("lake_position") + " FINAL WHERE source = " + name +
                               " AND number < " + std::to_string(before) +
                               " ORDER BY number DESC LIMIT 1 FORMAT RowBinary",
                           [&](std::string_view bytes) { return reader.add(bytes); }));
  CB_DO(reader.end());
  return begun;
}

Result<bool> ClickhouseColumns::is_there(const Begun& begun) {
  if (begun.rows == 0) return true;
  const ClickhouseShard& shard = shards_[home_of(begun.batch)];
  // An insert that is still running may yet come to an end.
  CB_TRY(const std::int64_t running,
         shard.number("SELECT count() FROM system.processes WHERE query_id = " +
                      clickhouse_text(begun.batch)));
  if (running > 0) {
    return unavailable("ClickHouse at " + shard.name() +
                       " is still at an earlier insert of this source; try again");
  }
  Resource resource;
  resource.code = begun.resource;
  const std::string id = std::to_string(number_of_name(begun.batch));
  CB_TRY(const std::int64_t exists,
         shard.number("SELECT count() FROM system.tables WHERE database = " +
                      clickhouse_text(address_.database) +
                      " AND name = " + clickhouse_text("r_" + begun.resource)));
  if (exists == 0) return false;
  CB_TRY(const std::int64_t rows,
         shard.number("SELECT count() FROM " + dialect_.own_table(resource) + " WHERE " + ch_batch +
                      " = " + id));
  if (rows != 0 && rows != begun.rows) {
    return corrupt("landing " + begun.batch + " has " + std::to_string(rows) + " rows at " +
                   shard.name() + ", not " + std::to_string(begun.rows));
  }
  return rows > 0;
}

Result<std::optional<Begun>> ClickhouseColumns::last_landed(std::string_view source) {
  CB_TRY(std::optional<Begun> begun, last_begun(source, INT64_MAX));
  if (!begun) return begun;
  CB_TRY(const bool there, is_there(*begun));
  if (there) return begun;
  // Landings follow one another, so the one before was there when this began.
  return last_begun(source, begun->number);
}

Result<std::string> ClickhouseColumns::position(std::string_view source) {
  CB_TRY(const std::optional<Begun> landed, last_landed(source));
  return landed ? landed->position : std::string();
}

Result<std::vector<std::string>> ClickhouseColumns::sources(const Resource& resource) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    CB_DO(make_ready(i));
    CB_TRY(std::vector<std::string> here,
           shards_[i].lines("SELECT DISTINCT source FROM " + dialect_.table("lake_position") +
                            " WHERE resource = " + clickhouse_text(resource.code)));
    names.insert(here.begin(), here.end());
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Result<void> ClickhouseColumns::append(const Resource& resource, const Landing& landing,
                                       const Batch& batch) {
  const std::lock_guard lock(appending_);
  CB_DO(make_table(resource));
  CB_TRY(const std::optional<Begun> landed, last_landed(landing.source));
  CB_DO(check_from(landing, landed ? landed->position : ""));
  if (landed && landed->resource != resource.code) return other_resource(landing);
  const std::int64_t number = landed ? landed->number + 1 : 1;
  const std::string id = "citybrain-" + address_.database + "-" + std::to_string(number) + "-" +
                         std::to_string(number_of_name(landing.source));
  const ClickhouseShard& home = shards_[home_of(landing.source)];
  CB_DO(home.exec("INSERT INTO " + dialect_.table("lake_position") +
                  " (source, number, batch, resource, position, rows) VALUES (" +
                  clickhouse_text(landing.source) + ", " + std::to_string(number) + ", " +
                  clickhouse_text(id) + ", " + clickhouse_text(resource.code) + ", " +
                  clickhouse_text(landing.position) + ", " + std::to_string(batch.rows) + ")"));
  crash_point("lake.before_commit");
  if (batch.rows > 0) {
    std::string rows;
    const auto batch_id = static_cast<std::int64_t>(number_of_name(id));
    for (std::size_t row = 0; row < batch.rows; ++row) {
      for (const Column& column : batch.columns) {
        put_cell(rows, column, row, wire_of(column.field(), true));
      }
      put_number(rows, Wire::As::i64, batch_id);
    }
    CB_DO(shards_[home_of(id)].insert(dialect_.insert_into(resource), rows, id));
  }
  crash_point("lake.after_commit");
  return ok();
}

Result<void> ClickhouseColumns::apply_to(std::size_t at, const std::vector<Delta>& deltas,
                                         std::int64_t seq) {
  std::string key;
  for (const Delta& delta : deltas) {
    const std::vector<std::size_t> fields = key_fields(delta.resource.schema);
    std::vector<Wire> wires;
    for (const Field& field : delta.resource.schema.fields) {
      wires.push_back(wire_of(field, holds_null(delta.resource, field.name)));
    }
    std::string rows;
    for (std::size_t row = 0; row < delta.batch.rows; ++row) {
      key.clear();
      CB_DO(encode_key(delta.batch, fields, row, key));
      if (home_of(key) != at) continue;
      for (std::size_t i = 0; i < wires.size(); ++i) {
        put_cell(rows, delta.batch.columns[i], row, wires[i]);
      }
      put_number(rows, Wire::As::i64, seq);
      put_number(rows, Wire::As::u8, delta.ops[row] == Op::remove ? 1 : 0);
    }
    if (!rows.empty()) CB_DO(shards_[at].insert(dialect_.insert_into(delta.resource), rows));
  }
  crash_point("lake.feed_before_commit");
  return shards_[at].exec("INSERT INTO " + dialect_.table("lake_fed") + " (feed, seq) VALUES (0, " +
                          std::to_string(seq) + ")");
}

Result<void> ClickhouseColumns::apply(const std::vector<Delta>& deltas, std::int64_t seq) {
  for (const Delta& delta : deltas) CB_DO(make_table(delta.resource));
  CB_DO(make_all_ready());
  const std::unique_lock lock(applying_);
  std::vector<std::future<Result<void>>> others;
  for (std::size_t i = 1; i < shards_.size(); ++i) {
    others.push_back(std::async(std::launch::async, [&, i] { return apply_to(i, deltas, seq); }));
  }
  Result<void> done = apply_to(0, deltas, seq);
  for (auto& other : others) {
    const Result<void> one = other.get();
    if (done && !one) done = one;
  }
  crash_point("lake.feed_after_commit");
  return done;
}

Result<std::int64_t> ClickhouseColumns::fed() {
  CB_DO(make_all_ready());
  std::int64_t least = INT64_MAX;
  for (const ClickhouseShard& shard : shards_) {
    CB_TRY(const std::int64_t seq,
           shard.number("SELECT max(seq) FROM " + dialect_.table("lake_fed")));
    least = std::min(least, seq);
  }
  return least;
}

Result<void> ClickhouseColumns::ask(const std::string& sql, const Schema& schema,
                                    const std::vector<Wire>& wires, const WireReader::OnBatch& fn) {
  // Any shard can gather the others' answers; the first that can be reached does.
  Result<void> asked = ok();
  for (const ClickhouseShard& shard : shards_) {
    bool begun = false;
    WireReader reader(schema, wires, fn);
    asked = shard.read(sql + " FORMAT RowBinary", [&](std::string_view bytes) {
      begun = true;
      return reader.add(bytes);
    });
    if (asked) return reader.end();
    if (begun || asked.error().code != Code::unavailable) return asked;
  }
  return asked;
}

Result<std::int64_t> ClickhouseColumns::scan(const Resource& resource, const ScanSpec& spec,
                                             const std::function<Result<void>(const Batch&)>& fn) {
  CB_TRY(const Select select, select_of(dialect_, resource, spec));
  CB_DO(make_table(resource));
  const std::shared_lock lock(applying_);
  CB_TRY(const std::int64_t seq, fed());
  CB_DO(ask(select.sql, select.schema, dialect_.wires_of(resource, spec), fn));
  return seq;
}

Result<Batch> ClickhouseColumns::aggregate(const Resource& resource, const AggregateSpec& spec) {
  CB_TRY(const Select select, select_of(dialect_, resource, spec));
  CB_DO(make_table(resource));
  Batch all(select.schema);
  const std::shared_lock lock(applying_);
  CB_DO(ask(select.sql, select.schema, dialect_.wires_of(resource, spec, select.schema),
            [&](const Batch& batch) -> Result<void> {
              for (std::size_t row = 0; row < batch.rows; ++row) all.append_row(batch.row(row));
              return ok();
            }));
  return all;
}

Result<std::int64_t> ClickhouseColumns::count(const Resource& resource) {
  CB_TRY(const Batch answer,
         aggregate(resource, {.resource = resource.code, .measures = {{Measure::Kind::count}}}));
  return answer.rows == 0 ? std::int64_t{0} : answer.columns[0].int_at(0);
}

Result<void> ClickhouseColumns::backup(const std::string& /*path*/) {
  return invalid(
      "columns of a cluster are not copied into a file; freeze its tables, or move the city to one "
      "machine with 'citybrain migrate' and take the backup there");
}

}  // namespace

Result<std::unique_ptr<Columns>> open_clickhouse(const std::string& address,
                                                 const std::string& store_id) {
  CB_TRY(ClickhouseAddress parsed, ClickhouseAddress::parse(address));
  return std::unique_ptr<Columns>(std::make_unique<ClickhouseColumns>(std::move(parsed), store_id));
}

}  // namespace citybrain::lake
