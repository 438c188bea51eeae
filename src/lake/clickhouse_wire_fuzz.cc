// Fuzzer of the reader of ClickHouse's answers: whatever the bytes and however they are cut, the
// batches are the same, and reading ends.
#include <string>

#include "base/check.h"
#include "clickhouse_wire.h"

namespace {

using namespace citybrain;
using namespace citybrain::lake;

const std::vector<Field> fields{{"flag", Type::boolean, 0}, {"day", Type::date, 0},
                                {"fen", Type::decimal, 2},  {"name", Type::text, 0},
                                {"sum", Type::integer, 0},  {"note", Type::text, 0}};
const std::vector<Wire> wires{{Wire::As::u8, true},    {Wire::As::i32, true},
                              {Wire::As::i64, true},   {Wire::As::text, false},
                              {Wire::As::i128, false}, {Wire::As::text, true}};

// The rows as text, and how reading ended.
std::string read(std::string_view bytes, std::size_t piece) {
  std::string out;
  WireReader reader({fields, {}}, wires, [&](const Batch& batch) -> Result<void> {
    for (std::size_t i = 0; i < batch.rows; ++i) {
      for (const Cell& cell : batch.row(i)) out += is_null(cell) ? "-|" : to_text(cell) + "|";
      out += '\n';
    }
    return ok();
  });
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    const auto added = reader.add(bytes.substr(0, piece));
    if (!added) return out + added.error().message;
  }
  const auto ended = reader.end();
  return ended ? out : out + ended.error().message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 1 || size > 4'096) return 0;
  const std::string bytes(data + 1, data + size);
  const std::string whole = read(bytes, bytes.size() + 1);
  const std::string in_pieces = read(bytes, 1U + data[0] % 16U);
  // Where the bytes are wrong, rows before the mistake may or may not have been given yet.
  CB_CHECK(whole == in_pieces || whole.find("ClickHouse") != std::string::npos ||
           whole.find("64 bits") != std::string::npos);
  return 0;
}
