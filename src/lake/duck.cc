// DuckDB's C API with owners and Results. See duck.h.
#include "duck.h"

#include <cstdlib>

namespace citybrain::lake {
namespace {

struct Prepared {
  duckdb_prepared_statement raw = nullptr;
  ~Prepared() { duckdb_destroy_prepare(&raw); }
};

// Messages of these kinds may quote values of records.
bool quotes_values(duckdb_error_type type) {
  switch (type) {
    case DUCKDB_ERROR_OUT_OF_RANGE:
    case DUCKDB_ERROR_CONVERSION:
    case DUCKDB_ERROR_DECIMAL:
    case DUCKDB_ERROR_MISMATCH_TYPE:
    case DUCKDB_ERROR_CONSTRAINT:
    case DUCKDB_ERROR_INVALID_INPUT: return true;
    default: return false;
  }
}

Error duck_error(duckdb_error_type type, const char* message, std::string_view sql) {
  std::string text = "DuckDB error " + std::to_string(static_cast<int>(type));
  if (message && !quotes_values(type)) {
    const std::string_view all(message);
    text = std::string(all.substr(0, all.find('\n')));
  }
  text += " in: " + std::string(sql.substr(0, 120));
  switch (type) {
    case DUCKDB_ERROR_OUT_OF_RANGE:
    case DUCKDB_ERROR_CONVERSION:
    case DUCKDB_ERROR_DECIMAL:
    case DUCKDB_ERROR_MISMATCH_TYPE:
    case DUCKDB_ERROR_INVALID_INPUT: return invalid(text);
    case DUCKDB_ERROR_CONSTRAINT: return conflict(text);
    case DUCKDB_ERROR_TRANSACTION:
    case DUCKDB_ERROR_IO:
    case DUCKDB_ERROR_CONNECTION:
    case DUCKDB_ERROR_INTERRUPT: return unavailable(text);
    case DUCKDB_ERROR_OUT_OF_MEMORY: return exhausted(text);
    case DUCKDB_ERROR_FATAL:
    case DUCKDB_ERROR_SERIALIZATION: return corrupt(text);
    default: return internal(text);
  }
}

duckdb_state bind_cell(duckdb_prepared_statement statement, idx_t at, const Cell& cell) {
  struct Visit {
    duckdb_prepared_statement statement;
    idx_t at;
    duckdb_state operator()(std::monostate) const { return duckdb_bind_null(statement, at); }
    duckdb_state operator()(bool v) const { return duckdb_bind_boolean(statement, at, v); }
    duckdb_state operator()(std::int64_t v) const { return duckdb_bind_int64(statement, at, v); }
    duckdb_state operator()(const Decimal64& v) const { return (*this)(to_text(v)); }
    duckdb_state operator()(const std::string& v) const {
      return duckdb_bind_varchar_length(statement, at, v.data(), v.size());
    }
    duckdb_state operator()(Date v) const { return duckdb_bind_date(statement, at, {v.days}); }
    duckdb_state operator()(Timestamp v) const {
      return duckdb_bind_timestamp(statement, at, {v.us});
    }
  };
  return std::visit(Visit{statement, at}, cell);
}

}  // namespace

Result<DuckAnswer> DuckConnection::run(const std::string& sql, const std::vector<Cell>& params,
                                       bool streaming) {
  Prepared prepared;
  if (duckdb_prepare(raw_, sql.c_str(), &prepared.raw) != DuckDBSuccess) {
    return duck_error(DUCKDB_ERROR_BINDER, duckdb_prepare_error(prepared.raw), sql);
  }
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (bind_cell(prepared.raw, i + 1, params[i]) != DuckDBSuccess) {
      return internal("parameter " + std::to_string(i + 1) + " does not bind in: " + sql);
    }
  }
  DuckAnswer answer;
  answer.valid = true;
  const duckdb_state state = streaming
                                 ? duckdb_execute_prepared_streaming(prepared.raw, &answer.raw)
                                 : duckdb_execute_prepared(prepared.raw, &answer.raw);
  if (state != DuckDBSuccess) {
    return duck_error(duckdb_result_error_type(&answer.raw), duckdb_result_error(&answer.raw), sql);
  }
  return answer;
}

Result<void> DuckConnection::exec(const std::string& sql, const std::vector<Cell>& params) {
  CB_DO(run(sql, params));
  return ok();
}

Result<std::int64_t> DuckConnection::number(const std::string& sql,
                                            const std::vector<Cell>& params) {
  CB_TRY(DuckAnswer answer, run(sql, params));
  ChunkReader reader(std::move(answer), Schema{{{"n", Type::integer}}, {}});
  CB_TRY(const bool some, reader.next());
  const Batch& batch = reader.batch();
  return some && !batch.columns[0].is_null(0) ? batch.columns[0].int_at(0) : std::int64_t{0};
}

Result<std::string> DuckConnection::text(const std::string& sql, const std::vector<Cell>& params) {
  CB_TRY(DuckAnswer answer, run(sql, params));
  ChunkReader reader(std::move(answer), Schema{{{"t", Type::text}}, {}});
  CB_TRY(const bool some, reader.next());
  const Batch& batch = reader.batch();
  return some && !batch.columns[0].is_null(0) ? std::string(batch.columns[0].text_at(0))
                                              : std::string();
}

Result<std::unique_ptr<DuckDatabase>> DuckDatabase::open(
    const std::string& path, const std::vector<std::pair<std::string, std::string>>& settings) {
  const std::string_view version = duckdb_library_version();
  if (version != duckdb_version) {
    return conflict("libduckdb is " + std::string(version) + "; this program wants " +
                    std::string(duckdb_version) + " (run 'make setup')");
  }
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) != DuckDBSuccess) return internal("no DuckDB configuration");
  for (const auto& [name, value] : settings) {
    if (duckdb_set_config(config, name.c_str(), value.c_str()) != DuckDBSuccess) {
      duckdb_destroy_config(&config);
      return internal("DuckDB does not know the setting " + name + " = " + value);
    }
  }
  duckdb_database raw = nullptr;
  char* message = nullptr;
  const duckdb_state state = duckdb_open_ext(path.c_str(), &raw, config, &message);
  duckdb_destroy_config(&config);
  if (state == DuckDBSuccess) return std::unique_ptr<DuckDatabase>(new DuckDatabase(raw));
  std::string text = message ? message : "no reason given";
  duckdb_free(message);
  duckdb_close(&raw);
  return unavailable("cannot open the column file " + path + ": " +
                     text.substr(0, text.find('\n')));
}

Result<std::unique_ptr<DuckConnection>> DuckDatabase::connect() {
  duckdb_connection raw = nullptr;
  if (duckdb_connect(raw_, &raw) != DuckDBSuccess) return unavailable("DuckDB gives no connection");
  return std::make_unique<DuckConnection>(raw);
}

std::string duck_type(const Field& field) {
  switch (field.type) {
    case Type::boolean: return "BOOLEAN";
    case Type::integer: return "BIGINT";
    case Type::decimal: return "DECIMAL(18," + std::to_string(field.scale) + ")";
    case Type::text: return "VARCHAR";
    case Type::date: return "DATE";
    case Type::timestamp: return "TIMESTAMP";
  }
  CB_CHECK(false);
}

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text.push_back('"');
    text.push_back(c);
  }
  return text + "\"";
}

}  // namespace citybrain::lake
