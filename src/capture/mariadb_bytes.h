// MariadbBytes: a bounded cursor over bytes of the binlog. Numbers are little-endian unless said.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace citybrain::capture {

// Reads forward and never outside: reading past the end gives zeros and `failed()` stays true, so
// that a decoder checks once where it is done. A value; views live as long as the bytes.
class MariadbBytes {
 public:
  explicit MariadbBytes(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  bool failed() const { return failed_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  std::string_view rest() const { return {at_, left()}; }

  std::string_view take(std::size_t size) {
    if (size > left()) {
      failed_ = true;
      at_ = end_;
      return {};
    }
    const std::string_view taken(at_, size);
    at_ += size;
    return taken;
  }
  void skip(std::size_t size) { take(size); }

  // An unsigned number of `size` bytes, 1..8.
  std::uint64_t little(std::size_t size) {
    const std::string_view bytes = take(size);
    std::uint64_t value = 0;
    // The house builds for little-endian machines.
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }
  std::uint64_t big(std::size_t size) {
    std::uint64_t value = 0;
    for (const char byte : take(size)) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(little(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(little(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(little(4)); }
  std::uint64_t u64() { return little(8); }

  // A "length-encoded integer" of the client protocol.
  std::uint64_t packed() {
    const std::uint8_t first = u8();
    if (first < 251) return first;
    if (first == 252) return little(2);
    if (first == 253) return little(3);
    if (first == 254) return little(8);
    failed_ = true;  // 251 is null and 255 an error: neither is a number
    return 0;
  }
  std::string_view packed_text() { return take(packed()); }
  // Text behind one byte of length.
  std::string_view short_text() { return take(u8()); }

 private:
  const char* at_;
  const char* end_;
  bool failed_ = false;
};

// Sign-extends a number of `size` bytes.
inline std::int64_t signed_of(std::uint64_t value, std::size_t size) {
  const int shift = static_cast<int>(8 * (8 - size));
  return static_cast<std::int64_t>(value << shift) >> shift;
}

// Bit `index` of a bitmap, lowest bit first.
inline bool bit_at(std::string_view bitmap, std::size_t index) {
  return (static_cast<std::uint8_t>(bitmap[index / 8]) >> (index % 8) & 1) != 0;
}

}  // namespace citybrain::capture
