// Head: the status line and header of a reply, and the text of stream messages. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service.h"

namespace citybrain::http {

struct HeadFacts {
  bool keep_alive = true;
  bool old_version = false;  // the request was HTTP/1.0
  bool stream = false;       // no length: the body ends with the connection
  bool chunked = false;      // no length: the body comes in chunks (RFC 9112 §7.1)
  bool open_api = false;     // pages of other origins may read the reply
  std::string_view date;
  std::string_view request_id;
};

// Appends status line, headers and the empty line. A line break in a handler's header becomes a
// space.
void write_head(std::string& out, const Outgoing& outgoing, const HeadFacts& facts);

// IMF-fixdate (RFC 9110 §5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::int64_t unix_seconds);

// The events as text/event-stream; the last one carries `id: cursor`.
std::string stream_text(const std::vector<StreamEvent>& events, std::uint64_t cursor);

}  // namespace citybrain::http
