// Duck: DuckDB's C API with owners and Results. Private to the DuckDB column store.
#pragma once

#include <duckdb.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/schema.h"

namespace citybrain::lake {

// The one version whose file format and behaviour were tested; another is refused at open.
inline constexpr std::string_view duckdb_version = "v1.5.6";

// A statement's answer, freed at the end.
class DuckAnswer {
 public:
  DuckAnswer() = default;
  DuckAnswer(DuckAnswer&& other) noexcept
      : raw(std::exchange(other.raw, duckdb_result{})), valid(std::exchange(other.valid, false)) {}
  DuckAnswer& operator=(DuckAnswer&&) = delete;
  ~DuckAnswer() {
    if (valid) duckdb_destroy_result(&raw);
  }
  duckdb_result raw{};
  bool valid = false;
};

// A connection; one thread at a time. Its transactions are explicit: "BEGIN", "COMMIT".
class DuckConnection {
 public:
  explicit DuckConnection(duckdb_connection raw) : raw_(raw) {}
  DuckConnection(const DuckConnection&) = delete;
  DuckConnection& operator=(const DuckConnection&) = delete;
  ~DuckConnection() { duckdb_disconnect(&raw_); }

  // Cells bind to $1, $2 … by their type; a decimal binds as its text, so cast it in the statement.
  // `streaming`: chunks are computed as they are fetched.
  Result<DuckAnswer> run(const std::string& sql, const std::vector<Cell>& params = {},
                         bool streaming = false);
  Result<void> exec(const std::string& sql, const std::vector<Cell>& params = {});
  // The first cell of the first row as number or text; 0 and "" where there is no row.
  Result<std::int64_t> number(const std::string& sql, const std::vector<Cell>& params = {});
  Result<std::string> text(const std::string& sql, const std::vector<Cell>& params = {});
  // Appends columns to `table` of `catalog` ("" = the file, "temp"), in its column order, in the
  // running transaction. `extra` is one more column after the batch's, or none.
  Result<void> append(const std::string& catalog, const std::string& table, const Batch& batch,
                      const Column* extra = nullptr);

 private:
  duckdb_connection raw_;
};

// A database file, open for this process alone.
class DuckDatabase {
 public:
  // `settings` are name and value of DuckDB's own configuration.
  static Result<std::unique_ptr<DuckDatabase>> open(
      const std::string& path, const std::vector<std::pair<std::string, std::string>>& settings);
  DuckDatabase(const DuckDatabase&) = delete;
  DuckDatabase& operator=(const DuckDatabase&) = delete;
  ~DuckDatabase() { duckdb_close(&raw_); }
  Result<std::unique_ptr<DuckConnection>> connect();

 private:
  explicit DuckDatabase(duckdb_database raw) : raw_(raw) {}
  duckdb_database raw_;
};

// The SQL type that holds a field.
std::string duck_type(const Field& field);
// A name as SQL writes it, in double quotes.
std::string quoted(std::string_view name);

// Reads the chunks of `answer` as batches of `schema`, whose fields name its columns in order.
class ChunkReader {
 public:
  ChunkReader(DuckAnswer answer, Schema schema);
  // Fills the next chunk into batch(); false at the end.
  Result<bool> next();
  const Batch& batch() const { return batch_; }

 private:
  DuckAnswer answer_;
  Batch batch_;
};

}  // namespace citybrain::lake
