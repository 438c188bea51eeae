// Head: see head.h.
#include "head.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "base/text.h"

namespace citybrain::http {
namespace {

// Pages: our own scripts only; inline styles for Element Plus and ECharts, embedded fonts and
// images for dmn-js. What is no page shows nothing at all.
constexpr std::string_view page_policy =
    "Content-Security-Policy: default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(self), geolocation=(), microphone=()\r\n";
constexpr std::string_view data_policy =
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
constexpr std::string_view every_reply =
    "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
    "Referrer-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\n";

void line(std::string& out, std::string_view name, std::string_view value) {
  const auto add = [&out](std::string_view text) {
    for (const char c : text) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  };
  add(name);
  out += ": ";
  add(value);
  out += "\r\n";
}

void write_file(std::string& out, const Outgoing& outgoing) {
  const StaticFile& file = *outgoing.file;
  line(out, "ETag", outgoing.gzip ? file.gzip_etag : file.etag);
  line(out, "Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  line(out, "Vary", "Accept-Encoding");
  if (outgoing.gzip && outgoing.reply.status != 304) line(out, "Content-Encoding", "gzip");
}

std::size_t length_of(const Reply& reply) {
  return reply.pull_bytes >= 0 ? static_cast<std::size_t>(reply.pull_bytes) : reply.body.size();
}

void write_route(std::string& out, const Reply& reply) {
  bool cached = false;
  for (const auto& [name, value] : reply.headers) {
    line(out, name, value);
    cached = cached || lower_ascii(name) == "cache-control";
  }
  if (!cached) out += "Cache-Control: no-store\r\n";
}

}  // namespace

void write_head(std::string& out, const Outgoing& outgoing, const HeadFacts& facts) {
  const Reply& reply = outgoing.reply;
  const StaticFile* file = outgoing.file;
  out += "HTTP/1.1 ";
  out += std::to_string(reply.status);
  out += ' ';
  out += reason_of(reply.status);
  out += "\r\nDate: ";
  out += facts.date;
  out += "\r\nX-Request-Id: ";
  out += facts.request_id;
  out += "\r\n";
  if (!facts.keep_alive) {
    out += "Connection: close\r\n";
  } else if (facts.old_version) {
    out += "Connection: keep-alive\r\n";
  }
  const bool bodiless = reply.status == 204 || reply.status == 304;
  const std::string& type = file != nullptr ? file->type : reply.content_type;
  if (!bodiless) {
    line(out, "Content-Type", type);
    if (facts.chunked) out += "Transfer-Encoding: chunked\r\n";
    if (!facts.stream && !facts.chunked) {
      const std::size_t length = file == nullptr ? length_of(reply)
                                 : outgoing.gzip ? file->gzip.size()
                                                 : file->content.size();
      out += "Content-Length: ";
      out += std::to_string(length);
      out += "\r\n";
    }
  }
  if (file != nullptr) {
    write_file(out, outgoing);
  } else {
    write_route(out, reply);
  }
  if (facts.open_api)
    out += "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: *\r\n";
  out += every_reply;
  out += type.starts_with("text/html") ? page_policy : data_policy;
  out += "\r\n";
}

std::string http_date(std::int64_t unix_seconds) {
  static constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t at = unix_seconds;
  std::tm utc = {};
  gmtime_r(&at, &utc);
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  return text.data();
}

std::string stream_text(const std::vector<StreamEvent>& events, std::uint64_t cursor) {
  std::string out;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i + 1 == events.size()) out += "id: " + std::to_string(cursor) + "\n";
    if (!events[i].event.empty()) {
      out += "event: ";
      for (const char c : events[i].event) out += c == '\r' || c == '\n' ? ' ' : c;
      out += '\n';
    }
    out += "data: ";
    for (const char c : events[i].data) {
      if (c == '\n') {
        out += "\ndata: ";
      } else if (c != '\r') {
        out += c;
      }
    }
    out += "\n\n";
  }
  return out;
}

}  // namespace citybrain::http
