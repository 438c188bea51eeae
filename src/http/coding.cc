// Coding: see coding.h.
#include "coding.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace citybrain::http {
namespace {

// A reply that bears one of these says something of its exact bytes.
constexpr std::array bound_to_bytes = {"content-encoding", "content-digest", "content-range",
                                       "etag", "signature"};

bool is_bound(const Reply& reply) {
  return std::any_of(reply.headers.begin(), reply.headers.end(), [](const auto& header) {
    const std::string name = lower_ascii(header.first);
    return std::find(bound_to_bytes.begin(), bound_to_bytes.end(), name) != bound_to_bytes.end();
  });
}

bool is_for_anybody(const Request& request) {
  return request.method == Method::get && request.principal.anonymous() &&
         !request.headers.contains("cookie") && !request.headers.contains("authorization");
}

}  // namespace

bool compresses(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.starts_with("application/json") ||
         content_type.starts_with("application/xml") ||
         content_type.find("+json") != std::string_view::npos ||
         content_type.find("+xml") != std::string_view::npos || content_type == "application/wasm";
}

bool accepts_gzip(std::string_view accept_encoding) {
  constexpr std::size_t codings_max = 16;
  std::size_t codings = 0;
  bool any = false;
  for (const auto part : split(accept_encoding, ',')) {
    if (++codings > codings_max) break;
    const auto semicolon = part.find(';');
    const std::string coding = lower_ascii(trim(part.substr(0, semicolon)));
    if (coding != "gzip" && coding != "*") continue;
    bool wanted = semicolon == std::string_view::npos;
    if (!wanted) {
      const std::string_view weight = trim(part.substr(semicolon + 1));
      const auto q = weight.starts_with("q=") ? parse_scaled(weight.substr(2), 3) : std::nullopt;
      wanted = q && *q > 0;
    }
    if (coding == "gzip") return wanted;  // what is named outweighs '*'
    any = wanted;
  }
  return any;
}

std::string gzip_of(std::string_view bytes, int level) {
  z_stream stream = {};
  constexpr int gzip_window = 15 + 16;
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return "";
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  std::string in(bytes);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int rc = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return rc == Z_STREAM_END && out.size() < bytes.size() ? out : "";
}

void encode(const Request& request, Reply& reply) {
  constexpr int level = 4;
  if (reply.status != 200 || reply.stream || reply.pull || !is_for_anybody(request)) return;
  if (reply.body.size() < gzip_bytes_min || reply.body.size() > gzip_reply_bytes_max) return;
  if (!compresses(reply.content_type) || is_bound(reply)) return;
  reply.headers.emplace_back("Vary", "Accept-Encoding");
  if (!accepts_gzip(request.header("accept-encoding"))) return;
  std::string packed = gzip_of(reply.body, level);
  if (packed.empty()) return;
  reply.body = std::move(packed);
  reply.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace citybrain::http
