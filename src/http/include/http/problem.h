// Problem replies (RFC 9457): the one form of every HTTP error, and the one place where an Error's
// code becomes a status.
#pragma once

#include <string>
#include <string_view>

#include "base/room.h"

namespace citybrain::http {

enum class Language : std::uint8_t { zh, en };

// The language to answer in, by Accept-Language (RFC 9110 §12.5.4); Chinese where nothing fits.
Language language_of(std::string_view accept_language);

// 400, 403, 404, 409, 429, 503, 500, 500. A Code::denied to somebody anonymous is a 401; the server
// knows who asks and decides that.
int status_of(Code code);
// The reason phrase of a status (RFC 9110 §15), "Not Found".
std::string_view reason_of(int status);

// {"type":"urn:citybrain:problem:invalid","title":…,"status":400,"detail":…,"code":"invalid",
//  "request_id":…} as application/problem+json. The title is in the caller's language; the detail
//  is
// the error's message, but of a Code::internal or Code::corrupt only the request id is told, as the
// message may show what the inside looks like (it is in the log).
Reply problem(const Error& error, int status, Language language, std::string_view request_id);
inline Reply problem(const Error& error, Language language, std::string_view request_id) {
  return problem(error, status_of(error.code), language, request_id);
}

}  // namespace citybrain::http
