// Fuzzer of the reader: bytes as a whole workbook, and as the parts of one (which gets past the
// zip's checksums). Whatever they are, reading ends, and what a row holds is UTF-8.
#include "base/check.h"
#include "base/text.h"
#include "sheet/reader.h"
#include "testing.h"

namespace {

using namespace citybrain::sheet;

void read(const std::string& bytes) {
  Limits limits;
  limits.part_bytes_max = 1 << 20;
  limits.strings_bytes_max = 1 << 20;
  const auto book = Workbook::open_bytes(bytes, limits);
  if (!book) return;
  for (std::size_t i = 0; i < (*book)->sheets().size(); ++i) {
    const auto rows = (*book)->read_all(i, 1'000);
    if (rows) {
      std::int64_t last = 0;
      for (const Row& row : *rows) {
        CB_CHECK(row.number > last && !row.cells.empty());
        last = row.number;
        for (const Cell& cell : row.cells) CB_CHECK(citybrain::is_utf8(cell.text));
      }
    }
    const auto header = (*book)->header(i, [](std::string_view) { return true; });
    CB_CHECK(!header || header->row > 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 1 || size > 64 << 10) return 0;
  const std::string bytes(data + 1, data + size);
  auto parts = parts_of("<sheetData/>");
  switch (data[0] % 4) {
    case 0: read(bytes); break;
    case 1: parts.back().second = "<worksheet><sheetData>" + bytes; break;
    case 2: parts[3].second = bytes; break;
    default: parts[2].second = bytes; break;
  }
  if (data[0] % 4 != 0) read(zip_of(parts));
  return 0;
}
