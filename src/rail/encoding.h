// Which encoding a file is in, told from its beginning.
#pragma once

#include <string>
#include <string_view>

#include "rail/rail.h"

namespace citybrain::rail {

// utf8 or gb18030, never detect: the lines of `head` that are not ASCII vote. GB18030 text is
// practically never valid UTF-8; a few damaged lines do not turn a UTF-8 file into GB18030.
Encoding detect_encoding(std::string_view head);

// Bytes of the byte order mark at the beginning: of UTF-8, of GB18030, or 0.
std::size_t byte_order_mark(std::string_view head);
// Why text in this encoding cannot be read at all (UTF-16, UTF-32), or "".
std::string refused_encoding(std::string_view head);

const char* name_of(Encoding encoding);
Encoding encoding_from(std::string_view name);

}  // namespace citybrain::rail
