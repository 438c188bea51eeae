// ByteSource: where a window's bytes come from: a plain file, gzip, zstd, memory, or the CSV text
// of a workbook or of a Parquet file. What a file is, its first bytes say, never its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace citybrain::rail {

// What a file is, seen from outside.
struct FileFacts {
  std::int64_t bytes = 0;
  std::int64_t modified_us = 0;
};
Result<FileFacts> file_facts(const std::string& path);

enum class Container : std::uint8_t { plain, gzip, zstd, workbook, parquet };

const char* name_of(Container container);
// By a file's first bytes: 1F 8B gzip, 28 B5 2F FD zstd, PK 03 04 workbook, PAR1 Parquet.
Container container_of(std::string_view head);
Result<Container> container_of_file(const std::string& path);
// A plain file that grew may be read on; of the others only gzip and zstd, from their beginning.
inline bool may_grow(Container container) {
  return container != Container::workbook && container != Container::parquet;
}

// One reader's; not shared. Bytes come in order, once.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // At most `bytes_max` (> 0) into `into`; 0 at the end.
  virtual Result<std::size_t> read(char* into, std::size_t bytes_max) = 0;
  // Passes over the first bytes; before the first read. Reads and drops them where it cannot jump.
  virtual Result<void> skip(std::int64_t bytes);
};

// What a file's reader needs to know of the resource: which header names are its items'.
struct SourceHints {
  std::function<bool(std::string_view name)> knows;
  std::string sheet = {};  // of a workbook; "" = the first in which a header is found
};

// Errors: not_found, unavailable, corrupt, invalid (what is in it is no table).
Result<std::unique_ptr<ByteSource>> open_bytes(const std::string& path, const SourceHints& hints);
// `bytes` is borrowed.
std::unique_ptr<ByteSource> bytes_of(std::string_view bytes);

Result<std::unique_ptr<ByteSource>> open_zstd(const std::string& path);
Result<std::unique_ptr<ByteSource>> open_workbook(const std::string& path,
                                                  const SourceHints& hints);
Result<std::unique_ptr<ByteSource>> open_parquet(const std::string& path);

// Rows of texts as CSV, handed out piece by piece: for what is no text in its file. `next` appends
// one or more lines to its argument, false at the end.
using NextLines = std::function<Result<bool>(std::string& out)>;
std::unique_ptr<ByteSource> lines_of(NextLines next);

}  // namespace citybrain::rail
