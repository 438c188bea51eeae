// Cookies (RFC 6265): read one from a request, write one into a reply.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/room.h"

namespace citybrain::http {

// The value of the request's cookie, or "".
std::string cookie_of(const Request& request, std::string_view name);

// A Set-Cookie value: HttpOnly, SameSite=Strict, Path=/, and Secure where asked. A max_age of 0
// deletes it. Name and value must be of cookie octets (CB_CHECK).
std::string set_cookie(std::string_view name, std::string_view value, std::chrono::seconds max_age,
                       bool secure);

}  // namespace citybrain::http
