// Rows as ClickHouse's RowBinary: numbers little-endian, text with its length as varint before it,
// a byte before each value that may be null (1 = null). Private to the ClickHouse column store.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/schema.h"

namespace citybrain::lake {

// How a value goes over the wire.
struct Wire {
  enum class As : std::uint8_t { u8, i32, i64, i128, text };
  As as = As::i64;
  bool nullable = false;
};

// A field of a resource as its table holds it: boolean u8, date i32 (days), other numbers i64, text
// as it is. Key fields hold no null.
Wire wire_of(const Field& field, bool nullable);
// The type that a table declares for it.
std::string clickhouse_type(const Field& field, bool nullable);

void put_number(std::string& out, Wire::As as, std::int64_t value);
void put_text(std::string& out, std::string_view text);
void put_cell(std::string& out, const Column& column, std::size_t row, const Wire& wire);

// Turns an answer's bytes, as they come, into batches. One thread.
class WireReader {
 public:
  using OnBatch = std::function<Result<void>(const Batch&)>;
  // `wires` stand beside the schema's fields.
  WireReader(Schema schema, std::vector<Wire> wires, OnBatch on_batch);

  // Corrupt where the bytes are no rows; exhausted where a sum is beyond 64 bits or a text is
  // longer than 64 MiB; or what the receiver of a batch returned.
  Result<void> add(std::string_view bytes);
  // Hands over the last rows. Corrupt where half a row is left.
  Result<void> end();

 private:
  static constexpr std::size_t batch_rows = 8'192;
  // False where the row is not whole yet.
  Result<bool> next_row(std::string_view& rest);
  Result<void> give();

  const std::vector<Wire> wires_;
  const OnBatch on_batch_;
  Batch batch_;
  std::string kept_;
};

}  // namespace citybrain::lake
