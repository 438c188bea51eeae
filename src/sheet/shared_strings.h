// SharedStrings: the workbook's table of texts that cells name by number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "zip_in.h"

namespace citybrain::sheet {

// Immutable after read. All texts lie in one stretch of memory, bounded by strings_bytes_max.
class SharedStrings {
 public:
  // A workbook without that part has none.
  static Result<SharedStrings> read(const ZipIn& zip, const std::string& part,
                                    const Limits& limits);
  std::size_t size() const { return ends_.size(); }
  std::string_view at(std::size_t index) const {
    const std::size_t from = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(bytes_).substr(from, ends_[index] - from);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

// _x000D_ stands for a character that XML cannot hold (ISO 29500-1 §22.9.2.19).
std::string unescaped(std::string_view text);

}  // namespace citybrain::sheet
