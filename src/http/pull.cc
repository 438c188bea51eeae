// Connection's long bodies: a worker makes a piece, it is written, and no piece is made before the
// peer has taken the one before, so a slow peer costs one piece of memory and no worker.
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>

#include "base/log.h"
#include "connection.h"
#include "head.h"

namespace citybrain::http {
namespace {

std::string chunk_of(const std::string& piece) {
  std::array<char, 24> size;
  std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
  return size.data() + piece + "\r\n";
}

}  // namespace

void Connection::start_pull(Reply reply) {
  if (old_version_ && reply.pull_bytes < 0) keep_alive_ = false;
  chunked_ = reply.pull_bytes < 0 && !old_version_;
  pull_left_ = reply.pull_bytes;
  outgoing_ = {};
  outgoing_.reply = std::move(reply);
  out_.clear();
  write_head(out_, outgoing_,
             {.keep_alive = keep_alive_,
              .old_version = old_version_,
              .stream = pull_left_ < 0 && old_version_,
              .chunked = chunked_,
              .open_api = is_open_api(),
              .date = thread_.date,
              .request_id = plan_.request.request_id});
  ask_piece();
}

void Connection::ask_piece() {
  enter(State::working);
  const bool taken = core_.workers.submit([self = shared_from_this()]() mutable {
    Result<std::string> piece = internal("the body's source gave nothing");
    try {
      piece = self->outgoing_.reply.pull();
    } catch (const std::exception& e) {
      piece = internal(std::string("exception: ") + e.what());
    }
    auto& io = self->thread_.io;
    net::post(io, [self = std::move(self), piece = std::move(piece)]() mutable {
      self->on_piece(std::move(piece));
    });
  });
  if (!taken) close();
}

void Connection::on_piece(Result<std::string> piece) {
  if (state_ == State::closed) return;
  const bool told = pull_left_ >= 0;
  const auto size = piece ? static_cast<std::int64_t>(piece->size()) : 0;
  const bool last = piece && piece->empty();
  if (!piece || (told && (last ? pull_left_ > 0 : size > pull_left_))) {
    log(Level::error, "http",
        "a reply ended short: " + (piece ? "its length is not as told" : piece.error().message),
        {{"route", plan_.entry->route->path}, {"request_id", plan_.request.request_id}});
    return close();
  }
  if (told) pull_left_ -= size;
  if (chunked_) {
    out_ += last ? "0\r\n\r\n" : chunk_of(*piece);
  } else {
    out_ += *piece;
  }
  enter(State::writing);
  const auto moving = [self = shared_from_this()](const boost::system::error_code& ec,
                                                  std::size_t) -> std::size_t {
    if (self->state_ == State::writing)
      self->deadline_ = Steady::now() + self->core_.options.limits.write_ms_max;
    return ec ? 0 : 64 << 10;
  };
  net::async_write(socket_, net::buffer(out_), moving,
                   [self = shared_from_this(), last](boost::system::error_code ec, std::size_t) {
                     if (self->state_ == State::closed) return;
                     if (ec) return self->close();
                     self->out_.clear();
                     if (last) return self->on_sent(ec);
                     self->ask_piece();
                   });
}

}  // namespace citybrain::http
