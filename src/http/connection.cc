// Connection: see connection.h. Callbacks rather than coroutines: Asio 1.26's need a <coroutine>
// that clang 14 does not offer, and fuzzers are built with clang.
#include "connection.h"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include "base/log.h"
#include "base/text.h"
#include "head.h"
#include "proxies.h"

namespace citybrain::http {
namespace {

namespace beast = boost::beast;
namespace bh = boost::beast::http;

constexpr std::size_t read_bytes_max = 8 << 10;          // at once, of headers
constexpr std::size_t body_read_bytes_max = 64 << 10;    // at once, of bodies
constexpr std::size_t joined_body_bytes_max = 16 << 10;  // a smaller body is sent in one piece
constexpr std::size_t kept_bytes_max = 64 << 10;         // of buffers kept between requests
constexpr std::size_t linger_bytes_max = 16 << 20;
constexpr std::chrono::milliseconds linger_ms_max{2'000};
constexpr std::chrono::milliseconds first_ms_max{500};  // of a connection that came as we stop
constexpr std::string_view continue_reply = "HTTP/1.1 100 Continue\r\n\r\n";

bool is_request_id(std::string_view id) {
  constexpr std::size_t id_bytes_max = 64;
  if (id.empty() || id.size() > id_bytes_max) return false;
  for (const char c : id) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.';
    if (!fine) return false;
  }
  return true;
}

}  // namespace

Connection::Connection(IoThread& thread, Socket socket, std::string remote)
    : thread_(thread), core_(thread.core), socket_(std::move(socket)), remote_(std::move(remote)) {}

void Connection::start() {
  enter(State::idle);
  if (core_.draining) drain();
  read();
}

// Sets the state and with it the time it may last.
void Connection::enter(State state) {
  const Limits& limits = core_.options.limits;
  state_ = state;
  const auto in = [this](std::chrono::milliseconds ms) { deadline_ = Steady::now() + ms; };
  switch (state) {
    case State::idle: in(limits.idle_ms_max); break;
    case State::head: in(limits.header_ms_max); break;
    case State::body: in(limits.body_ms_max); break;
    case State::working: deadline_ = Steady::time_point::max(); break;
    case State::writing: in(limits.write_ms_max); break;
    case State::streaming: deadline_ = Steady::time_point::max(); break;
    case State::lingering: in(linger_ms_max); break;
    case State::closed: deadline_ = Steady::time_point::max(); break;
  }
}

void Connection::read() {
  if (state_ == State::closed) return;
  const std::size_t most = state_ == State::body ? body_read_bytes_max : read_bytes_max;
  socket_.async_read_some(buffer_.prepare(most),
                          [self = shared_from_this()](boost::system::error_code ec, std::size_t n) {
                            self->on_read(ec, n);
                          });
}

void Connection::on_read(boost::system::error_code ec, std::size_t bytes) {
  // A read that tick() gave up, or that ended just before: the reply under way closes the
  // connection.
  if (state_ == State::closed || state_ == State::writing) return;
  if (ec) return close();
  if (state_ == State::lingering) {
    buffer_.clear();
    discarded_ += bytes;
    return discarded_ > linger_bytes_max ? close() : read();
  }
  buffer_.commit(bytes);
  if (state_ == State::idle) enter(State::head);
  parse();
}

// What a relay says before its caller's own bytes. False where there is nothing to parse yet or any
// more.
bool Connection::take_proxy_line() {
  if (begun_) return true;
  const std::string_view text(static_cast<const char*>(buffer_.data().data()), buffer_.size());
  const std::string_view begin = proxy_line_begin.substr(0, text.size());
  if (!text.starts_with(begin) || !core_.service.proxies().contains(remote_)) {
    begun_ = true;
    return true;
  }
  const std::size_t end = text.find("\r\n");
  if (end == std::string_view::npos && text.size() < proxy_line_bytes_max) {
    read();
    return false;
  }
  const auto caller = caller_of(text.substr(0, end));
  if (!caller) {
    close();
    return false;
  }
  remote_ = *caller;  // a relay that stood down passes on what another relay passed to it
  buffer_.consume(end + 2);
  if (buffer_.size() > 0) return take_proxy_line();
  enter(State::idle);
  read();
  return false;
}

// Takes one request out of the buffer, or reads on.
void Connection::parse() {
  if (!take_proxy_line()) return;
  if (!parser_) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(core_.options.limits.header_bytes_max));
    parser_->body_limit(core_.options.limits.body_bytes_max);
    parser_->eager(true);
    continue_sent_ = false;
  }
  while (buffer_.size() > 0) {
    boost::system::error_code ec;
    const std::size_t taken = parser_->put(buffer_.data(), ec);
    buffer_.consume(taken);
    const bool more = ec == bh::error::need_more;
    if (ec && !more) return on_malformed(ec);
    if (parser_->is_done()) return handle();
    if (parser_->is_header_done() && state_ != State::body) after_header();
    if (state_ == State::closed) return;
    if (more || taken == 0) break;
  }
  read();
}

// The header is complete and a body is to come.
void Connection::after_header() {
  enter(State::body);
  if (continue_sent_ || !beast::iequals(parser_->get()[bh::field::expect], "100-continue")) return;
  // 25 bytes into an empty send buffer: they go at once or the peer is not reading.
  boost::system::error_code ec;
  socket_.write_some(net::buffer(continue_reply.data(), continue_reply.size()), ec);
  if (ec) close();
  continue_sent_ = true;
}

void Connection::on_malformed(boost::system::error_code ec) {
  if (ec == bh::error::header_limit)
    return refuse(431, exhausted("the header is larger than " +
                                 std::to_string(core_.options.limits.header_bytes_max) + " bytes"));
  if (ec == bh::error::body_limit)
    return refuse(413, exhausted("the body is larger than " +
                                 std::to_string(core_.options.limits.body_bytes_max) + " bytes"));
  refuse(400, invalid("this is not HTTP/1.1: " + ec.message()));
}

// Answers what never became a request, and closes.
void Connection::refuse(int status, const Error& error) {
  auto& meters = core_.service.meters();
  (status == 408 ? meters.timeouts : meters.malformed).fetch_add(1, std::memory_order_relaxed);
  keep_alive_ = false;
  parser_.reset();
  plan_ = {};
  plan_.request.request_id = thread_.next_request_id();
  Outgoing outgoing;
  outgoing.reply = problem(error, status, Language::zh, plan_.request.request_id);
  send(std::move(outgoing));
}

// Copies the message's head into `incoming`; false where it contradicts HTTP/1.1 (RFC 9112 §3.2,
// §6.1).
bool Connection::read_head(const bh::request<bh::string_body>& message, Incoming& incoming) {
  incoming.method = std::string(message.method_string());
  incoming.target = std::string(message.target());
  std::string forwarded;
  std::size_t hosts = 0;
  std::size_t codings = 0;
  bool understood = true;
  for (const auto& field : message) {
    hosts += field.name() == bh::field::host ? 1 : 0;
    if (beast::iequals(field.name_string(), "x-forwarded-for")) {
      forwarded += (forwarded.empty() ? "" : ",") + std::string(field.value());
    }
    if (field.name() == bh::field::transfer_encoding) {
      ++codings;
      // Where the end of any other coding lies is anybody's guess: that is how requests are
      // smuggled.
      understood = understood && beast::iequals(field.value(), "chunked");
    }
    incoming.request.headers.emplace(lower_ascii(field.name_string()), std::string(field.value()));
  }
  incoming.request.remote = core_.service.proxies().caller(remote_, forwarded);
  const auto id = incoming.request.headers.find("x-request-id");
  const bool given = id != incoming.request.headers.end() && is_request_id(id->second);
  incoming.request.request_id = given ? id->second : thread_.next_request_id();
  if (codings > 1 || !understood || (codings == 1 && message.version() == 10)) return false;
  return message.version() == 10 || (message.version() == 11 && hosts == 1);
}

void Connection::handle() {
  started_ = Steady::now();
  auto message = parser_->release();
  parser_.reset();
  old_version_ = message.version() == 10;
  keep_alive_ = message.keep_alive() && !core_.draining.load(std::memory_order_relaxed);
  Incoming incoming;
  if (!read_head(message, incoming))
    return refuse(
        400, invalid("send HTTP/1.1 with exactly one Host and no Transfer-Encoding but chunked"));
  incoming.request.body = std::move(message.body());
  plan_ = core_.service.plan(std::move(incoming));
  if (!plan_.run) {
    RouteMeter& meter = plan_.entry != nullptr ? *plan_.entry->meter : core_.service.file_meter();
    meter.count(plan_.answer.reply.status, Steady::now() - started_);
    return send(std::move(plan_.answer));
  }
  if (plan_.entry->route->cheap)
    return answer(core_.service.run(*plan_.entry, plan_.request, plan_.language));
  work();
}

// Hands the request to a worker; its reply comes back to this thread.
void Connection::work() {
  auto& meters = core_.service.meters();
  enter(State::working);
  const auto in_flight = static_cast<std::size_t>(meters.in_flight.load());
  const bool room = in_flight < core_.options.limits.in_flight_max;
  if (room) meters.in_flight.fetch_add(1);
  const bool taken = room && core_.workers.submit([self = shared_from_this()]() mutable {
    Connection& me = *self;
    Reply reply = me.core_.service.run(*me.plan_.entry, me.plan_.request, me.plan_.language);
    me.core_.service.meters().in_flight.fetch_sub(1);
    net::post(me.thread_.io, [self = std::move(self), reply = std::move(reply)]() mutable {
      self->answer(std::move(reply));
    });
  });
  if (taken) return;
  if (room) meters.in_flight.fetch_sub(1);
  meters.requests_refused.fetch_add(1, std::memory_order_relaxed);
  answer(problem(unavailable("the server is busy; try again in a second"), plan_.language,
                 plan_.request.request_id));
}

void Connection::answer(Reply reply) {
  if (state_ == State::closed) return;
  plan_.entry->meter->count(reply.status, Steady::now() - started_);
  if (core_.draining.load(std::memory_order_relaxed)) keep_alive_ = false;
  if (reply.stream && !plan_.head_only) return start_stream(std::move(reply));
  if (reply.pull && !plan_.head_only) return start_pull(std::move(reply));
  Outgoing outgoing;
  outgoing.reply = std::move(reply);
  outgoing.head_only = plan_.head_only;
  send(std::move(outgoing));
}

void Connection::send(Outgoing outgoing) {
  enter(State::writing);
  outgoing_ = std::move(outgoing);
  out_.clear();
  write_head(out_, outgoing_,
             {.keep_alive = keep_alive_,
              .old_version = old_version_,
              .stream = static_cast<bool>(outgoing_.reply.stream),
              .chunked = outgoing_.reply.pull && outgoing_.reply.pull_bytes < 0,
              .open_api = is_open_api(),
              .date = thread_.date,
              .request_id = plan_.request.request_id});
  const std::string* body = &outgoing_.reply.body;
  if (outgoing_.file != nullptr)
    body = outgoing_.gzip ? &outgoing_.file->gzip : &outgoing_.file->content;
  const int status = outgoing_.reply.status;
  const bool bodiless = outgoing_.head_only || status == 204 || status == 304;
  std::array<net::const_buffer, 2> pieces = {};
  if (!bodiless && body->size() <= joined_body_bytes_max) {
    out_ += *body;
  } else if (!bodiless) {
    pieces[1] = net::buffer(*body);
  }
  pieces[0] = net::buffer(out_);
  // A long reply may take long, as long as it moves.
  const auto moving = [self = shared_from_this()](const boost::system::error_code& ec,
                                                  std::size_t) -> std::size_t {
    if (self->state_ == State::writing)
      self->deadline_ = Steady::now() + self->core_.options.limits.write_ms_max;
    return ec ? 0 : 64 << 10;
  };
  net::async_write(socket_, pieces, moving,
                   [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
                     self->on_sent(ec);
                   });
}

void Connection::on_sent(boost::system::error_code ec) {
  if (state_ == State::closed) return;
  if (ec) return close();
  outgoing_ = {};
  if (!keep_alive_ || core_.draining.load(std::memory_order_relaxed)) return linger();
  if (out_.capacity() > kept_bytes_max) out_ = {};
  if (buffer_.size() > 0) {  // the next request came with this one
    enter(State::head);
    return parse();
  }
  if (buffer_.capacity() > kept_bytes_max) buffer_.shrink_to_fit();
  enter(State::idle);
  read();
}

// Says that nothing more comes, and reads on for a while: closing with unread bytes would make the
// kernel reset the connection, and the peer could lose the reply.
void Connection::linger() {
  enter(State::lingering);
  boost::system::error_code ec;
  socket_.shutdown(Socket::shutdown_send, ec);
  if (ec) return close();
  buffer_.clear();
  read();
}

void Connection::close() {
  if (state_ == State::closed) return;
  if (stream_) core_.service.meters().streams.fetch_sub(1);
  enter(State::closed);
  boost::system::error_code ec;
  socket_.close(ec);
  core_.service.meters().connections.fetch_sub(1);
  thread_.forget(this);
}

void Connection::tick() {
  if (state_ == State::streaming && deadline_ > thread_.now) return tick_stream();
  if (deadline_ > thread_.now) return;
  if (state_ == State::head || state_ == State::body) {
    // on_read() passes over the read given up here.
    boost::system::error_code ec;
    socket_.cancel(ec);
    return refuse(408, invalid("the request did not come whole in time; send it faster"));
  }
  if (state_ == State::writing || state_ == State::streaming)
    core_.service.meters().timeouts.fetch_add(1, std::memory_order_relaxed);
  close();
}

void Connection::drain() {
  if (state_ == State::idle && !begun_) {  // its first request may be on the way
    deadline_ = std::min(deadline_, Steady::now() + first_ms_max);
    return;
  }
  if (state_ == State::idle) return close();
  if (state_ != State::streaming) return;
  if (!stream_->writing) close();
}

}  // namespace citybrain::http
