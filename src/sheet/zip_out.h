// ZipOut: a workbook's zip being written, one part after the other. Over minizip.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace citybrain::sheet {

// One zip; one thread. Always holds: the file at `path` appears whole, by finish(), or not at all.
class ZipOut {
 public:
  // "" = in memory.
  static Result<std::unique_ptr<ZipOut>> create(const std::string& path);
  ~ZipOut();
  ZipOut(const ZipOut&) = delete;
  ZipOut& operator=(const ZipOut&) = delete;

  // Ends the part before it. Every zip of the same parts has the same bytes: times are fixed.
  Result<void> begin(const std::string& part);
  Result<void> write(std::string_view bytes);
  // Ends the zip, makes the file durable and gives it its name; in memory: the bytes.
  Result<std::string> finish();

 private:
  struct Open;
  ZipOut();
  Result<void> end_part();
  std::unique_ptr<Open> open_;
};

}  // namespace citybrain::sheet
