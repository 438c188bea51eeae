// Batches to DuckDB's vectors and back, a column at a time. Our numbers have the layout of its own
// (DECIMAL(18,s), BIGINT and TIMESTAMP are int64), and its strings may point into our bytes while
// it copies a chunk, so nothing is copied twice.
#include <algorithm>
#include <cstring>

#include "duck.h"

namespace citybrain::lake {
namespace {

constexpr std::int64_t decimal_max = 999'999'999'999'999'999;  // DECIMAL(18)

struct LogicalTypes {
  std::vector<duckdb_logical_type> types;
  ~LogicalTypes() {
    for (auto& type : types) duckdb_destroy_logical_type(&type);
  }
  void add(const Field& field) {
    switch (field.type) {
      case Type::boolean: return add(DUCKDB_TYPE_BOOLEAN);
      case Type::integer: return add(DUCKDB_TYPE_BIGINT);
      case Type::decimal:
        types.push_back(duckdb_create_decimal_type(18, static_cast<std::uint8_t>(field.scale)));
        return;
      case Type::text: return add(DUCKDB_TYPE_VARCHAR);
      case Type::date: return add(DUCKDB_TYPE_DATE);
      case Type::timestamp: return add(DUCKDB_TYPE_TIMESTAMP);
    }
  }
  void add(duckdb_type type) { types.push_back(duckdb_create_logical_type(type)); }
};

struct Chunk {
  duckdb_data_chunk raw = nullptr;
  ~Chunk() {
    if (raw) duckdb_destroy_data_chunk(&raw);
  }
};

struct Appender {
  duckdb_appender raw = nullptr;
  ~Appender() {
    if (raw) duckdb_appender_destroy(&raw);
  }
  Error error() const {
    duckdb_error_data data = duckdb_appender_error_data(raw);
    const duckdb_error_type type = duckdb_error_data_error_type(data);
    duckdb_destroy_error_data(&data);
    const std::string text = "DuckDB refuses the rows, error " + std::to_string(type);
    return type == DUCKDB_ERROR_OUT_OF_MEMORY ? exhausted(text)
           : type == DUCKDB_ERROR_IO          ? unavailable(text)
           : type == DUCKDB_ERROR_TRANSACTION ? unavailable(text)
                                              : invalid(text);
  }
};

duckdb_string_t string_of(std::string_view text) {
  duckdb_string_t out;
  if (text.size() <= sizeof(out.value.inlined.inlined)) {
    std::memset(&out, 0, sizeof(out));
    out.value.inlined.length = static_cast<std::uint32_t>(text.size());
    std::memcpy(out.value.inlined.inlined, text.data(), text.size());
  } else {
    out.value.pointer.length = static_cast<std::uint32_t>(text.size());
    std::memcpy(out.value.pointer.prefix, text.data(), sizeof(out.value.pointer.prefix));
    out.value.pointer.ptr = const_cast<char*>(text.data());  // only read, while it is copied
  }
  return out;
}

// Marks nulls; validity masks of a fresh chunk are all valid.
void write_nulls(duckdb_vector vector, const Column& column, std::size_t from, std::size_t rows) {
  const std::uint8_t* valid = column.valid().data() + from;
  if (std::memchr(valid, 0, rows) == nullptr) return;
  duckdb_vector_ensure_validity_writable(vector);
  std::uint64_t* mask = duckdb_vector_get_validity(vector);
  for (std::size_t i = 0; i < rows; ++i) {
    if (valid[i] == 0) mask[i / 64] &= ~(std::uint64_t{1} << (i % 64));
  }
}

void write_vector(duckdb_vector vector, const Column& column, std::size_t from, std::size_t rows) {
  void* data = duckdb_vector_get_data(vector);
  const std::int64_t* ints = column.ints().data() + from;
  switch (column.type()) {
    case Type::integer:
    case Type::decimal:
    case Type::timestamp: std::memcpy(data, ints, rows * sizeof(std::int64_t)); break;
    case Type::date: {
      auto* out = static_cast<std::int32_t*>(data);
      for (std::size_t i = 0; i < rows; ++i) out[i] = static_cast<std::int32_t>(ints[i]);
      break;
    }
    case Type::boolean: {
      auto* out = static_cast<std::uint8_t*>(data);
      for (std::size_t i = 0; i < rows; ++i) out[i] = ints[i] != 0 ? 1 : 0;
      break;
    }
    case Type::text: {
      auto* out = static_cast<duckdb_string_t*>(data);
      for (std::size_t i = 0; i < rows; ++i) out[i] = string_of(column.text_at(from + i));
      break;
    }
  }
  write_nulls(vector, column, from, rows);
}

void read_vector(duckdb_vector vector, std::size_t rows, Column& column) {
  const void* data = duckdb_vector_get_data(vector);
  std::uint64_t* mask = duckdb_vector_get_validity(vector);
  const auto valid = [mask](std::size_t i) {
    return mask == nullptr || (mask[i / 64] >> (i % 64) & 1) != 0;
  };
  const auto numbers = [&](const auto* values) {
    for (std::size_t i = 0; i < rows; ++i) {
      if (valid(i)) {
        column.append_int(static_cast<std::int64_t>(values[i]));
      } else {
        column.append_null();
      }
    }
  };
  switch (column.type()) {
    case Type::integer:
    case Type::decimal:
    case Type::timestamp: return numbers(static_cast<const std::int64_t*>(data));
    case Type::date: return numbers(static_cast<const std::int32_t*>(data));
    case Type::boolean: return numbers(static_cast<const std::uint8_t*>(data));
    case Type::text: break;
  }
  const auto* strings = static_cast<const duckdb_string_t*>(data);
  for (std::size_t i = 0; i < rows; ++i) {
    if (!valid(i)) {
      column.append_null();
      continue;
    }
    duckdb_string_t text = strings[i];
    column.append_text({duckdb_string_t_data(&text), duckdb_string_t_length(text)});
  }
}

Result<void> check_decimals(const Batch& batch) {
  for (const Column& column : batch.columns) {
    if (column.type() != Type::decimal) continue;
    for (const std::int64_t value : column.ints()) {
      if (value > decimal_max || value < -decimal_max) {
        return invalid("a value of '" + column.field().name + "' has more than 18 digits");
      }
    }
  }
  return ok();
}

}  // namespace

Result<void> DuckConnection::append(const std::string& catalog, const std::string& table,
                                    const Batch& batch, const Column* extra) {
  CB_DO(check_decimals(batch));
  std::vector<const Column*> columns;
  for (const Column& column : batch.columns) columns.push_back(&column);
  if (extra) columns.push_back(extra);
  LogicalTypes types;
  for (const Column* column : columns) types.add(column->field());
  Appender appender;
  if (duckdb_appender_create_ext(raw_, catalog.empty() ? nullptr : catalog.c_str(), nullptr,
                                 table.c_str(), &appender.raw) != DuckDBSuccess) {
    return appender.error();
  }
  Chunk chunk{duckdb_create_data_chunk(types.types.data(), types.types.size())};
  const std::size_t chunk_rows = duckdb_vector_size();
  for (std::size_t from = 0; from < batch.rows; from += chunk_rows) {
    const std::size_t rows = std::min(chunk_rows, batch.rows - from);
    duckdb_data_chunk_reset(chunk.raw);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      write_vector(duckdb_data_chunk_get_vector(chunk.raw, i), *columns[i], from, rows);
    }
    duckdb_data_chunk_set_size(chunk.raw, rows);
    if (duckdb_append_data_chunk(appender.raw, chunk.raw) != DuckDBSuccess) return appender.error();
  }
  if (duckdb_appender_close(appender.raw) != DuckDBSuccess) return appender.error();
  return ok();
}

ChunkReader::ChunkReader(DuckAnswer answer, Schema schema)
    : answer_(std::move(answer)), batch_(std::move(schema)) {}

Result<bool> ChunkReader::next() {
  batch_.clear();
  const Chunk chunk{duckdb_fetch_chunk(answer_.raw)};
  if (!chunk.raw) {
    const char* message = duckdb_result_error(&answer_.raw);
    if (message && *message) {
      return duckdb_result_error_type(&answer_.raw) == DUCKDB_ERROR_OUT_OF_MEMORY
                 ? exhausted("DuckDB has no more memory for the answer")
                 : unavailable("DuckDB broke off the answer");
    }
    return false;
  }
  const std::size_t rows = duckdb_data_chunk_get_size(chunk.raw);
  if (rows == 0) return false;
  CB_CHECK(duckdb_data_chunk_get_column_count(chunk.raw) == batch_.columns.size());
  for (std::size_t i = 0; i < batch_.columns.size(); ++i) {
    read_vector(duckdb_data_chunk_get_vector(chunk.raw, i), rows, batch_.columns[i]);
  }
  batch_.rows = rows;
  return true;
}

}  // namespace citybrain::lake
