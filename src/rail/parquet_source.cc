// A Parquet file as CSV text, read by DuckDB: in memory, one thread, allowed to open that one file
// and nothing else.
#include <duckdb.h>

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/text.h"
#include "byte_source.h"

namespace citybrain::rail {
namespace {

constexpr const char* memory_max = "512MB";
constexpr std::size_t columns_max = 2'000;

// In quotes, those inside doubled.
std::string in_quotes(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

// Database, connection and the answer being read; freed in order.
struct Reading {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  duckdb_result answer{};
  bool answered = false;
  std::vector<std::string> header;
  bool headed = false;
  std::string path;

  Reading() = default;
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() {
    if (answered) duckdb_destroy_result(&answer);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
  }

  Error damaged() {
    return corrupt("'" + path + "' is damaged Parquet, or of a kind DuckDB does not read");
  }

  Result<void> open() {
    duckdb_config config = nullptr;
    CB_CHECK(duckdb_create_config(&config) == DuckDBSuccess);
    const std::pair<const char*, const char*> settings[] = {
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"memory_limit", memory_max},
        {"threads", "1"}};
    for (const auto& [name, value] : settings) {
      CB_CHECK(duckdb_set_config(config, name, value) == DuckDBSuccess);
    }
    char* error = nullptr;
    const auto opened = duckdb_open_ext(nullptr, &database, config, &error);
    duckdb_destroy_config(&config);
    const std::string why = error != nullptr ? error : "";
    duckdb_free(error);
    if (opened != DuckDBSuccess) return unavailable("DuckDB does not open: " + why);
    if (duckdb_connect(database, &connection) != DuckDBSuccess)
      return unavailable("DuckDB does not connect");
    CB_DO(run("SET TimeZone = 'UTC'", false));
    // A list is no setting of the start; access is closed behind it, and so is the way back.
    CB_DO(run("SET allowed_paths = [" + in_quotes(path, '\'') + "]", false));
    CB_DO(run("SET enable_external_access = false", false));
    return run("SET lock_configuration = true", false);
  }

  // Runs a statement; the answer is kept where `keep`.
  Result<void> run(const std::string& sql, bool keep) {
    duckdb_prepared_statement statement = nullptr;
    duckdb_result result{};
    const bool done = duckdb_prepare(connection, sql.c_str(), &statement) == DuckDBSuccess &&
                      duckdb_execute_prepared_streaming(statement, &result) == DuckDBSuccess;
    duckdb_destroy_prepare(&statement);
    if (!done || !keep) duckdb_destroy_result(&result);
    if (!done) return damaged();
    if (keep) {
      answer = result;
      answered = true;
    }
    return ok();
  }

  // Each column as text: times with a zone in UTC, the rest as DuckDB writes them.
  Result<void> select() {
    const std::string from = " FROM read_parquet(" + in_quotes(path, '\'') + ")";
    CB_DO(run("SELECT *" + from + " LIMIT 0", true));
    const idx_t columns = duckdb_column_count(&answer);
    if (columns == 0 || columns > columns_max) {
      return invalid("'" + path + "' has " + std::to_string(columns) + " columns; 1.." +
                     std::to_string(columns_max) + " are read");
    }
    std::vector<std::string> texts;
    for (idx_t i = 0; i < columns; ++i) {
      header.emplace_back(duckdb_column_name(&answer, i));
      const std::string name = in_quotes(header.back(), '"');
      texts.push_back(duckdb_column_type(&answer, i) == DUCKDB_TYPE_TIMESTAMP_TZ
                          ? "strftime(" + name + "::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%fZ')"
                          : "CAST(" + name + " AS VARCHAR)");
    }
    duckdb_destroy_result(&answer);
    answered = false;
    return run("SELECT " + join(texts, ", ") + from, true);
  }

  Result<bool> next(std::string& out) {
    if (!headed) {
      headed = true;
      for (std::size_t i = 0; i < header.size(); ++i)
        out += (i > 0 ? "," : "") + csv_cell(header[i]);
      out += '\n';
      return true;
    }
    duckdb_data_chunk chunk = duckdb_fetch_chunk(answer);
    if (chunk == nullptr) {
      const char* message = duckdb_result_error(&answer);
      if (message != nullptr && *message != '\0') return damaged();
      return false;
    }
    const idx_t rows = duckdb_data_chunk_get_size(chunk);
    for (idx_t row = 0; row < rows; ++row) append_row(chunk, row, out);
    duckdb_destroy_data_chunk(&chunk);
    return rows > 0;
  }

  void append_row(duckdb_data_chunk chunk, idx_t row, std::string& out) const {
    const std::size_t begin = out.size();
    for (idx_t c = 0; c < header.size(); ++c) {
      if (c > 0) out += ',';
      duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, c);
      std::uint64_t* mask = duckdb_vector_get_validity(vector);
      if (mask != nullptr && !duckdb_validity_row_is_valid(mask, row)) continue;
      duckdb_string_t text = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector))[row];
      out += csv_cell({duckdb_string_t_data(&text), duckdb_string_t_length(text)});
    }
    if (out.size() == begin) out += "\"\"";  // one column that is null: no blank line
    out += '\n';
  }
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_parquet(const std::string& path) {
  auto reading = std::make_shared<Reading>();
  std::error_code trouble;
  reading->path = std::filesystem::absolute(path, trouble).string();
  CB_DO(reading->open());
  CB_DO(reading->select());
  return lines_of([reading](std::string& out) { return reading->next(out); });
}

}  // namespace citybrain::rail
