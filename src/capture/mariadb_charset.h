// Charsets: from bytes in a column's character set to UTF-8, by the numbers ("collation ids") that
// the binlog gives.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace citybrain::capture {

// One decoder's; not shared. Converters are opened when first needed and kept.
class Charsets {
 public:
  Charsets();
  ~Charsets();
  Charsets(Charsets&&) noexcept;
  Charsets& operator=(Charsets&&) noexcept;

  // What a collation's number means on this server ("utf8mb4", "gbk", "binary"), from
  // information_schema; numbers differ between MySQL, MariaDB and their versions.
  void learn(std::uint32_t collation, const std::string& charset);
  // 0 and numbers never learnt count as utf8mb4.
  bool is_binary(std::uint32_t collation) const;
  // Appends as UTF-8. Bytes that the character set does not know become "?", as they do in every
  // client that the server converts for.
  void append_utf8(std::uint32_t collation, std::string_view bytes, std::string& out);

 private:
  struct Converter;
  std::unordered_map<std::uint32_t, std::shared_ptr<Converter>> by_collation_;
  std::unordered_map<std::string, std::shared_ptr<Converter>> by_charset_;
};

}  // namespace citybrain::capture
