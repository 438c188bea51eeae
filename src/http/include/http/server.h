// Server: serves the rooms' routes, the web pages and the server's own addresses over TCP and,
// where asked, over a Unix socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/room.h"
#include "http/authorizer.h"

namespace citybrain::http {

// What one caller, or all of them, can take from the server at most.
struct Limits {
  std::size_t header_bytes_max = 16 << 10;          // 431 above
  std::size_t body_bytes_max = 8 << 20;             // 413 above
  std::size_t target_bytes_max = 8 << 10;           // 414 above
  std::size_t connections_max = 10'000;             // more are closed at once
  std::size_t streams_max = 5'000;                  // 503 above
  std::size_t in_flight_max = 1'024;                // requests waiting or in handlers; 503 above
  std::size_t static_bytes_max = 128 << 20;         // all web files together; start refuses more
  std::chrono::milliseconds header_ms_max{10'000};  // from the first byte to the end of the header
  std::chrono::milliseconds body_ms_max{30'000};    // the body, after the header
  std::chrono::milliseconds idle_ms_max{60'000};    // between two requests
  std::chrono::milliseconds write_ms_max{30'000};   // one reply, or one message of a stream
  std::chrono::milliseconds drain_ms_max{10'000};   // stop() waits so long for what is in hand
};

// A web page: `path` alone or, with `below`, everything under it too, shows `file` of the web root.
struct Page {
  std::string path;
  bool below = false;
  std::string file;
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // "" = no TCP
  std::uint16_t port = 8080;          // 0 = any free one, see Server::port()
  int listening = -1;  // a listening TCP socket to take over instead; the server closes it
  // Proxies in front, by address or network: what they say of a caller (X-Forwarded-For, or a PROXY
  // line of version 1 as a connection's first) is taken as Request::remote.
  std::vector<std::string> proxies = {};
  std::string unix_socket = "";  // path of the admin socket, mode 0600; "" = none
  std::string web_root = "";     // folder of the built pages; "" = none
  std::string docs_root = "";    // folder of swagger-ui-dist, served at /docs/; "" = none
  std::vector<Page> pages = {{"/", false, "index.html"},
                             {"/console", true, "console.html"},
                             {"/m", true, "m.html"},
                             {"/cockpit", true, "cockpit.html"}};
  std::string title = "citybrain";  // of the OpenAPI document
  std::string version = "0.1.0";
  int io_threads = 1;  // a thread does some 10^5 small requests a second
  int workers = 8;     // threads of handlers, which may block on a store
  int stream_workers = 1;
  std::chrono::milliseconds stream_poll_ms{500};          // how often a stream's source is asked
  std::chrono::milliseconds stream_heartbeat_ms{15'000};  // a comment when nothing else was sent
  std::chrono::milliseconds stream_recheck_ms{60'000};    // authorize again: a logout ends a stream
  bool metrics_for_all = false;  // /metrics answers loopback and the Unix socket only
  Limits limits = {};
};

// Owned by cli; start and stop from one thread, the rest is thread-safe. Rooms and authorizer must
// outlive it. What always holds: a handler runs only after Authorizer::authorize; every error is a
// problem reply; files outside the roots cannot be named, as only those read at start are served.
//
// Its own addresses: /healthz (the process runs), /readyz (every room's health checks pass and the
// server is not stopping), /metrics (Prometheus text), /openapi.json, /docs/.
//
// Requests: an unknown, repeated or ill-typed query parameter is a 400 that says which and, where
// one is near, what was meant; an empty optional one counts as left out. A path parameter the table
// does not declare is text. A body is JSON (415 otherwise) and checked by the route's shape; where
// the route declares none, Request::body holds the bytes as they came. A write (POST, PUT, PATCH,
// DELETE) that carries a cookie needs the header `X-Requested-With: citybrain`. HEAD answers as GET
// without the body.
//
// Streams: Reply.stream is asked at once and then each stream_poll_ms, with cursor 0 or the
// client's Last-Event-ID; a source that cannot go on from there begins with a snapshot. The cursor
// is sent as `id:` of the last message of each turn. A client that does not read is not asked for:
// its source rests until it does, and after write_ms_max it is cut off.
class Server {
 public:
  Server(ServerOptions options, const std::vector<Room>& rooms, Authorizer& authorizer);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Builds the router, reads the web files, binds and serves. Errors: two routes of the same method
  // and path, a route whose table contradicts its path, files that cannot be read, an address in
  // use.
  Result<void> start();
  // The port that is listened on; 0 without TCP or before start.
  std::uint16_t port() const;
  // Stops accepting, lets requests in hand finish for up to drain_ms_max, ends streams, joins its
  // threads. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace citybrain::http
