// Coding: when a reply goes out as gzip (RFC 9110 §8.4), and the compressing. Pure.
//
// A compressed reply's length tells what it repeats. Where it holds a secret of the caller beside
// text that another site chose (in the query, say), that site can have the caller's browser ask
// again and again and guess the secret letter by letter (BREACH). So a route's reply is compressed
// only where whoever asks could have had it as a stranger: a GET without cookie or Authorization
// by nobody known. What is told to somebody is never compressed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/room.h"

namespace citybrain::http {

constexpr std::size_t gzip_bytes_min = 1'024;          // less is one packet either way
constexpr std::size_t gzip_reply_bytes_max = 4 << 20;  // more would hold a worker too long

// Whether bytes of this Content-Type are text that shrinks.
bool compresses(std::string_view content_type);
// Whether Accept-Encoding allows gzip (RFC 9110 §12.5.3).
bool accepts_gzip(std::string_view accept_encoding);
// gzip of the bytes (RFC 1952), or "" where it is not smaller; level 1 (fast) .. 9 (small).
std::string gzip_of(std::string_view bytes, int level);

// Compresses the reply where the request allows it and the rule above does; says in Vary that it
// might have.
void encode(const Request& request, Reply& reply);

}  // namespace citybrain::http
