// Fuzzer of PgOutput: any bytes as a stream of messages, each behind two bytes of length. What is
// read must hold together: rows as wide as their table, changes inside transactions alone.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "pgoutput.h"

namespace {

using citybrain::capture::Change;

void check(const Change& change, bool& open) {
  switch (change.kind) {
    case Change::Kind::begin:
      CB_CHECK(!open && change.position.size() == 16);
      open = true;
      break;
    case Change::Kind::commit:
      CB_CHECK(open && change.position.size() == 16);
      open = false;
      break;
    case Change::Kind::insert:
    case Change::Kind::update:
      CB_CHECK(open && change.row.size() == change.table->columns.size());
      break;
    case Change::Kind::remove:
      CB_CHECK(open && change.old.size() == change.table->columns.size());
      break;
    case Change::Kind::truncate: CB_CHECK(open); break;
    case Change::Kind::shape: CB_CHECK(change.table != nullptr); break;
    case Change::Kind::idle: CB_CHECK(false);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using citybrain::Result;
  using citybrain::capture::PgOutput;
  using citybrain::capture::PgType;
  PgOutput reader({}, [](PgType type) -> Result<PgType> { return type; });
  bool open = false;
  std::vector<Change> changes;
  std::size_t at = 0;
  while (at + 2 <= size) {
    const std::size_t length = static_cast<std::size_t>(data[at]) << 8 | data[at + 1];
    at += 2;
    const std::size_t taken = std::min(length, size - at);
    changes.clear();
    const auto done = reader.read({reinterpret_cast<const char*>(data) + at, taken}, changes);
    for (const Change& change : changes) check(change, open);
    if (!done) return 0;
    at += taken;
  }
  return 0;
}
