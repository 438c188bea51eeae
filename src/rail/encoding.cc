// Detection of encodings: see encoding.h.
#include "encoding.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain::rail {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::string_view gb18030_mark = "\x84\x31\x95\x33";

std::size_t byte_order_mark(std::string_view head) {
  for (const std::string_view mark : {utf8_mark, gb18030_mark}) {
    if (head.starts_with(mark)) return mark.size();
  }
  return 0;
}

std::string refused_encoding(std::string_view head) {
  if (!head.starts_with("\xFF\xFE") && !head.starts_with("\xFE\xFF")) return "";
  return "the file is UTF-16 (\"Unicode text\" of Excel); save it as CSV UTF-8, or as .xlsx";
}

Encoding detect_encoding(std::string_view head) {
  if (head.starts_with(utf8_mark)) return Encoding::utf8;
  if (head.starts_with(gb18030_mark)) return Encoding::gb18030;
  std::size_t utf8 = 0;
  std::size_t other = 0;
  while (!head.empty()) {
    const std::size_t stop = head.find('\n');
    const std::string_view line = head.substr(0, stop);
    const bool ascii = std::all_of(line.begin(), line.end(),
                                   [](char c) { return static_cast<signed char>(c) >= 0; });
    if (!ascii) {
      if (is_utf8(line)) {
        ++utf8;
      } else if (stop != std::string_view::npos) {  // the last line may be cut inside a character
        ++other;
      }
    }
    if (stop == std::string_view::npos) break;
    head.remove_prefix(stop + 1);
  }
  return other > utf8 ? Encoding::gb18030 : Encoding::utf8;
}

const char* name_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::detect: return "detect";
    case Encoding::utf8: return "utf8";
    case Encoding::gb18030: return "gb18030";
  }
  return "detect";
}

Encoding encoding_from(std::string_view name) {
  if (name == "utf8") return Encoding::utf8;
  if (name == "gb18030") return Encoding::gb18030;
  return Encoding::detect;
}

}  // namespace citybrain::rail
