// Client: one blocking HTTP/1.1 call, for talking to the treasury, to the admin socket of a running
// server and to the shards of a column store. No TLS, no redirects, no cookies, no connection kept.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace citybrain::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Call {
  std::string method = "GET";
  // "http://host:port/path?query", or "unix:/path/of.sock:/path?query".
  std::string url;
  Headers headers = {};  // Content-Type: application/json is added to a body that names none
  std::string body = {};
  std::chrono::milliseconds timeout{5'000};  // for the whole call but the look-up of a host name
  std::chrono::milliseconds connect_timeout{0};  // 0 = as the whole call's
  std::size_t reply_bytes_max = 64 << 20;
  // Where set, the body of a reply of status 200 comes here piece by piece as it arrives, of any
  // size, and the reply's own body stays empty; an Error from it ends the call.
  std::function<Result<void>(std::string_view piece)> on_body = {};
};

struct ClientReply {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;

  // The first header of that (lower-case) name, or "".
  std::string header(std::string_view name) const;
};

// Any status the server sends is a value. Errors: Code::invalid for a URL that cannot be read,
// Code::unavailable where there was no connection, no whole reply in time, or the peer closed early
// (the message says which; whether the server did what was asked is then not known),
// Code::exhausted for a reply above reply_bytes_max, Code::corrupt for one that is not HTTP.
Result<ClientReply> call(const Call& call);

}  // namespace citybrain::http
