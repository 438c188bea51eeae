// Columns: the port to a column store. DuckDB stands behind it (duckdb_columns.cc), or the shards
// of a ClickHouse cluster (clickhouse_columns.cc); nothing here assumes one engine, one file or
// SQL.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/lake.h"

namespace citybrain::lake {

// What one step of the feed brings to one resource: each key at most once.
struct Delta {
  Resource resource;
  Batch batch;
  std::vector<Op> ops;  // one a row of the batch
};

// Thread-safe; owned by the lake. Always holds: a position (of a source, of the feed) is stored
// together with the rows it speaks of, or neither is; stored means durable.
class Columns {
 public:
  virtual ~Columns() = default;

  // Of a resource that has rows here: adds the fields that are new at its end. Its place is made
  // with its first rows; until then it reads as empty.
  virtual Result<void> define(const Resource& resource) = 0;
  // Adds the batch and sets the source's position. Conflict where `landing.from` is set and
  // differs.
  virtual Result<void> append(const Resource& resource, const Landing& landing,
                              const Batch& batch) = 0;
  virtual Result<std::string> position(std::string_view source) = 0;
  // Those that have landed in a resource, in order.
  virtual Result<std::vector<std::string>> sources(const Resource& resource) = 0;

  // Removes and upserts by key, and sets the feed's position to `seq`.
  virtual Result<void> apply(const std::vector<Delta>& deltas, std::int64_t seq) = 0;
  // The feed's position.
  virtual Result<std::int64_t> fed() = 0;

  // Streams; returns the feed's position that the rows are of.
  virtual Result<std::int64_t> scan(const Resource& resource, const ScanSpec& spec,
                                    const std::function<Result<void>(const Batch&)>& fn) = 0;
  virtual Result<Batch> aggregate(const Resource& resource, const AggregateSpec& spec) = 0;
  virtual Result<std::int64_t> count(const Resource& resource) = 0;
  virtual Result<void> backup(const std::string& path) = 0;
};

// Opens the file; `store_id` names the rows it belongs to: a file of another store is refused.
Result<std::unique_ptr<Columns>> open_duckdb(const LakeOptions& options,
                                             const std::string& store_id);
// The shards of a cluster, by the address clickhouse.h describes. Nothing is asked of them yet, so
// that a city opens while one is away.
Result<std::unique_ptr<Columns>> open_clickhouse(const std::string& address,
                                                 const std::string& store_id);

}  // namespace citybrain::lake
