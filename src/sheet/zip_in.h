// ZipIn: the parts of a workbook's zip, inflated piece by piece within limits. Over minizip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sheet/reader.h"

namespace citybrain::sheet {

// One part being read, with its own handle on the zip; one thread.
class PartReader {
 public:
  static constexpr std::size_t piece_bytes = 16 << 10;

  PartReader(PartReader&&) noexcept;
  PartReader& operator=(PartReader&&) noexcept;
  ~PartReader();

  // The next piece, at most piece_bytes; empty at the end. It lives until the next call. Errors:
  // corrupt (damaged, checksum), exhausted (part_bytes_max, ratio_max).
  Result<std::string_view> next();

 private:
  friend class ZipIn;
  struct Open;
  PartReader();
  std::unique_ptr<Open> open_;
};

// A zip on disk or in memory. Copies share the bytes; threads may share it, each with its own
// PartReader. Always holds: nothing is taken on trust from its directory but names.
class ZipIn {
 public:
  static Result<ZipIn> open(const std::string& path, const Limits& limits);
  static Result<ZipIn> open_bytes(std::string bytes, const Limits& limits);

  bool has(std::string_view part) const { return parts_.contains(part); }
  // corrupt where there is no such part.
  Result<PartReader> read(const std::string& part) const;

 private:
  ZipIn() = default;
  Result<void> learn_parts();
  std::unique_ptr<PartReader::Open> handle() const;

  std::string path_;
  std::shared_ptr<const std::string> bytes_;  // null: on disk
  std::int64_t size_ = 0;
  Limits limits_;
  std::set<std::string, std::less<>> parts_;
};

}  // namespace citybrain::sheet
