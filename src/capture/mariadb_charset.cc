// Charsets, by iconv. See mariadb_charset.h.
#include "mariadb_charset.h"

#include <iconv.h>

#include <array>
#include <utility>

#include "base/text.h"

namespace citybrain::capture {
namespace {

const auto no_iconv = reinterpret_cast<iconv_t>(-1);  // what iconv_open returns for "cannot"

// The servers' names beside iconv's. "latin1" is Windows-1252 there; gb2312 and gbk are read by the
// standard that contains them. swe7, dec8, keybcs2 and geostd8 have no full peer in iconv: their
// ASCII part is right, the rest "?".
constexpr std::array<std::pair<std::string_view, const char*>, 40> iconv_names{{
    {"armscii8", "ARMSCII-8"}, {"big5", "BIG5"},          {"cp1250", "CP1250"},
    {"cp1251", "CP1251"},      {"cp1256", "CP1256"},      {"cp1257", "CP1257"},
    {"cp850", "CP850"},        {"cp852", "CP852"},        {"cp866", "CP866"},
    {"cp932", "CP932"},        {"eucjpms", "EUC-JP-MS"},  {"euckr", "CP949"},
    {"gb18030", "GB18030"},    {"gb2312", "GB18030"},     {"gbk", "CP936"},
    {"geostd8", "ASCII"},      {"greek", "ISO-8859-7"},   {"hebrew", "ISO-8859-8"},
    {"hp8", "HP-ROMAN8"},      {"keybcs2", "ASCII"},      {"koi8r", "KOI8-R"},
    {"koi8u", "KOI8-U"},       {"latin1", "CP1252"},      {"latin2", "ISO-8859-2"},
    {"latin5", "ISO-8859-9"},  {"latin7", "ISO-8859-13"}, {"macce", "MAC-CENTRALEUROPE"},
    {"macroman", "MACINTOSH"}, {"sjis", "SHIFT_JIS"},     {"swe7", "ASCII"},
    {"tis620", "TIS-620"},     {"ucs2", "UTF-16BE"},      {"ujis", "EUC-JP"},
    {"utf16", "UTF-16BE"},     {"utf16le", "UTF-16LE"},   {"utf32", "UTF-32BE"},
    {"dec8", "ASCII"},         {"ascii", "ASCII"},        {"cp949", "CP949"},
    {"cp936", "CP936"},
}};

const char* iconv_name(std::string_view charset) {
  for (const auto& [name, iconv] : iconv_names) {
    if (name == charset) return iconv;
  }
  return "UTF-8";
}

// Bytes of a unit of the set: what is passed over where a unit means nothing.
std::size_t unit_bytes(std::string_view charset) {
  if (charset == "utf32") return 4;
  return charset == "ucs2" || charset == "utf16" || charset == "utf16le" ? 2 : 1;
}

}  // namespace

struct Charsets::Converter {
  explicit Converter(const std::string& name)
      : binary(name == "binary"),
        utf8(name.starts_with("utf8")),
        unit(unit_bytes(name)),
        latin1(name == "latin1") {
    if (!binary && !utf8) handle = ::iconv_open("UTF-8", iconv_name(name));
  }
  ~Converter() {
    if (handle != no_iconv) ::iconv_close(handle);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  void append(std::string_view bytes, std::string& out) const;

  bool binary;
  bool utf8;
  std::size_t unit;
  bool latin1;
  iconv_t handle = no_iconv;
};

void Charsets::Converter::append(std::string_view bytes, std::string& out) const {
  if (binary || (utf8 && is_utf8(bytes))) {
    out.append(bytes);
    return;
  }
  std::string in(bytes);
  char* from = in.data();
  std::size_t left = in.size();
  std::array<char, 4096> buffer{};
  iconv_t using_handle = handle;
  if (utf8) using_handle = ::iconv_open("UTF-8", "UTF-8");  // to find what is not UTF-8
  while (left > 0 && using_handle != no_iconv) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const std::size_t done = ::iconv(using_handle, &from, &left, &to, &room);
    out.append(buffer.data(), buffer.size() - room);
    if (done != static_cast<std::size_t>(-1) || room < 8) continue;
    // A byte that means nothing here. The servers' latin1 lets the five holes of Windows-1252 stand
    // for themselves.
    if (latin1) {
      const auto byte = static_cast<unsigned char>(*from);
      out += static_cast<char>(0xc0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3f));
    } else {
      out += '?';
    }
    const std::size_t skipped = std::min(unit, left);
    from += skipped;
    left -= skipped;
    ::iconv(using_handle, nullptr, nullptr, nullptr, nullptr);
  }
  if (utf8 && using_handle != no_iconv) ::iconv_close(using_handle);
}

Charsets::Charsets() { learn(0, "utf8mb4"); }
Charsets::~Charsets() = default;
Charsets::Charsets(Charsets&&) noexcept = default;
Charsets& Charsets::operator=(Charsets&&) noexcept = default;

void Charsets::learn(std::uint32_t collation, const std::string& charset) {
  std::shared_ptr<Converter>& converter = by_charset_[charset];
  if (!converter) converter = std::make_shared<Converter>(charset);
  by_collation_[collation] = converter;
  // The one number that has meant the same everywhere and always.
  if (collation == 0) by_collation_[63] = std::make_shared<Converter>("binary");
}

bool Charsets::is_binary(std::uint32_t collation) const {
  const auto found = by_collation_.find(collation);
  return found != by_collation_.end() && found->second->binary;
}

void Charsets::append_utf8(std::uint32_t collation, std::string_view bytes, std::string& out) {
  const auto found = by_collation_.find(collation);
  (found != by_collation_.end() ? found : by_collation_.find(0))->second->append(bytes, out);
}

}  // namespace citybrain::capture
