// Window: the bytes of a source as a moving stretch in memory. Offsets count bytes of text:
// inflated where the file is deflated, of the CSV where it is a workbook.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "byte_source.h"

namespace citybrain::rail {

// One reader's; not shared. Always holds: begin() stands at offset() of the file, and
// CsvCutter::padding bytes behind end() may be read.
class Window {
 public:
  // Goes to `offset` of the source. Errors: unavailable, corrupt (damaged gzip, …), invalid (the
  // source is shorter than `offset`).
  static Result<Window> over(std::unique_ptr<ByteSource> source, std::int64_t offset,
                             std::size_t bytes_max);
  Window(Window&&) noexcept;
  Window& operator=(Window&&) noexcept;
  ~Window();

  const char* begin() const { return data_.data() + from_; }
  const char* end() const { return data_.data() + to_; }
  std::size_t size() const { return to_ - from_; }
  std::int64_t offset() const { return offset_; }
  bool last() const { return last_; }  // nothing comes behind end()
  bool full() const { return size() == bytes_max_; }

  // Passes over bytes at the beginning.
  void advance(std::size_t bytes) {
    from_ += bytes;
    offset_ += static_cast<std::int64_t>(bytes);
  }
  // Reads more behind end(), moving what is left to the front. Views into the window die.
  Result<void> refill();

 private:
  Window() = default;

  std::unique_ptr<ByteSource> input_;
  std::vector<char> data_;
  std::size_t bytes_max_ = 0;
  std::size_t from_ = 0;
  std::size_t to_ = 0;
  std::int64_t offset_ = 0;
  bool last_ = false;
};

}  // namespace citybrain::rail
