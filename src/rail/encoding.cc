// Detection of encodings: see encoding.h.
#include "encoding.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain::rail {

Encoding detect_encoding(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) return Encoding::utf8;
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
