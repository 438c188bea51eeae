// Connection's event streams (server-sent events, WHATWG HTML §9.2): a source is asked by a stream
// worker, what it returns is written, and nothing is asked while the peer has not taken the last.
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "base/log.h"
#include "base/text.h"
#include "connection.h"
#include "head.h"

namespace citybrain::http {
namespace {

// How long a browser waits before it asks again.
constexpr std::string_view retry_line = "retry: 3000\n\n";
constexpr std::string_view heartbeat = ": \n\n";

std::uint64_t last_event_id(const Request& request) {
  const auto id = parse_int(request.header("last-event-id"));
  return id && *id > 0 ? static_cast<std::uint64_t>(*id) : 0;
}

}  // namespace

void Connection::start_stream(Reply reply) {
  auto& meters = core_.service.meters();
  if (static_cast<std::size_t>(meters.streams.load()) >= core_.options.limits.streams_max ||
      core_.draining.load()) {
    Outgoing outgoing;
    outgoing.reply = problem(unavailable("too many streams are open; try again later"),
                             plan_.language, plan_.request.request_id);
    return send(std::move(outgoing));
  }
  meters.streams.fetch_add(1);
  keep_alive_ = false;
  enter(State::streaming);
  stream_.emplace();
  stream_->poll = std::move(reply.stream);
  stream_->cursor = last_event_id(plan_.request);
  stream_->next_recheck = Steady::now() + core_.options.stream_recheck_ms;
  Outgoing outgoing;
  outgoing.reply = std::move(reply);
  outgoing.reply.content_type = "text/event-stream";
  outgoing.reply.headers.emplace_back("X-Accel-Buffering", "no");
  std::string text;
  write_head(text, outgoing,
             {.keep_alive = false,
              .old_version = old_version_,
              .stream = true,
              .date = thread_.date,
              .request_id = plan_.request.request_id});
  text += retry_line;
  write_stream(std::move(text));
  watch();
  ask_stream(false);
}

// Reads only to notice that the peer is gone.
void Connection::watch() {
  buffer_.clear();
  constexpr std::size_t watch_bytes_max = 512;
  socket_.async_read_some(buffer_.prepare(watch_bytes_max),
                          [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
                            if (self->state_ != State::streaming) return;
                            if (ec) return self->close();
                            self->watch();
                          });
}

void Connection::tick_stream() {
  StreamState& stream = *stream_;
  if (stream.polling || stream.writing) return;
  if (core_.draining.load()) return close();
  if (thread_.now >= stream.next_poll) {
    const bool recheck = thread_.now >= stream.next_recheck;
    if (recheck) stream.next_recheck = thread_.now + core_.options.stream_recheck_ms;
    return ask_stream(recheck);
  }
  if (thread_.now - stream.last_sent >= core_.options.stream_heartbeat_ms)
    write_stream(std::string(heartbeat));
}

void Connection::ask_stream(bool recheck) {
  stream_->next_poll = Steady::now() + core_.options.stream_poll_ms;
  stream_->polling = true;
  const bool taken = core_.stream_workers.submit([self = shared_from_this(), recheck]() mutable {
    Connection& me = *self;
    std::string text;
    bool alive = !recheck || me.core_.service.still_allowed(*me.plan_.entry, me.plan_.request);
    try {
      if (alive) {
        const auto events = me.stream_->poll(me.stream_->cursor);
        text = stream_text(events, me.stream_->cursor);
      }
    } catch (const std::exception& e) {
      log(Level::error, "http", std::string("a stream's source failed: ") + e.what(),
          {{"route", me.plan_.entry->route->path}});
      alive = false;
    }
    net::post(me.thread_.io, [self = std::move(self), text = std::move(text), alive]() mutable {
      self->on_polled(std::move(text), alive);
    });
  });
  if (!taken) stream_->polling = false;  // asked again with the next sweep
}

void Connection::on_polled(std::string text, bool alive) {
  if (state_ != State::streaming) return;
  stream_->polling = false;
  if (!alive) return close();
  if (!text.empty()) write_stream(std::move(text));
}

void Connection::write_stream(std::string text) {
  StreamState& stream = *stream_;
  if (stream.writing) {  // the head is still on its way
    stream.queued += text;
    return;
  }
  stream.pending = std::move(text);
  stream.writing = true;
  stream.last_sent = Steady::now();
  deadline_ = stream.last_sent + core_.options.limits.write_ms_max;
  net::async_write(socket_, net::buffer(stream.pending),
                   [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
                     if (self->state_ != State::streaming) return;
                     if (ec) return self->close();
                     StreamState& me = *self->stream_;
                     me.writing = false;
                     me.pending = {};
                     self->deadline_ = Steady::time_point::max();
                     if (!me.queued.empty()) self->write_stream(std::exchange(me.queued, {}));
                   });
}

}  // namespace citybrain::http
