// Connection: one peer, from accept to close: read a request, have it answered, write, again.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>

#include "io.h"

namespace citybrain::http {

// What a connection needs for an event stream; made when a reply with a source is sent.
struct StreamState {
  StreamPoll poll;
  std::uint64_t cursor = 0;
  std::string pending;  // being written
  std::string queued;   // to be written after it; only ever the first message
  bool polling = false;
  bool writing = false;
  Steady::time_point next_poll;
  Steady::time_point next_recheck;
  Steady::time_point last_sent;
};

// Owned by its IoThread, and by the handlers and tasks under way. Runs on that thread only, but for
// the service's work, which gets at plan_ alone while the state is `working` and at stream_ alone
// while `polling` is set. At most one read and one write are under way.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(IoThread& thread, Socket socket, std::string remote);
  void start();
  // Each sweep: cuts off what is late, asks a stream's source.
  void tick();
  void drain();
  void close();

 private:
  enum class State : std::uint8_t {
    idle,       // between requests; the buffer is empty
    head,       // some bytes of a header came
    body,       // the header is complete
    working,    // a worker has the request
    writing,    // a reply is on its way
    streaming,  // an event stream
    lingering,  // closed by us; what the peer still sends is dropped, so that it can read our reply
    closed
  };
  void enter(State state);
  void read();
  void on_read(boost::system::error_code ec, std::size_t bytes);
  void parse();
  bool take_proxy_line();
  void after_header();
  void refuse(int status, const Error& error);
  void on_malformed(boost::system::error_code ec);
  void handle();
  bool read_head(const boost::beast::http::request<boost::beast::http::string_body>& message,
                 Incoming& incoming);
  void work();
  void answer(Reply reply);
  void send(Outgoing outgoing);
  void on_sent(boost::system::error_code ec);
  void linger();

  void start_pull(Reply reply);
  void ask_piece();
  void on_piece(Result<std::string> piece);
  bool is_open_api() const { return plan_.entry != nullptr && plan_.entry->route->open_api; }

  void start_stream(Reply reply);
  void watch();
  void tick_stream();
  void ask_stream(bool recheck);
  void on_polled(std::string text, bool alive);
  void write_stream(std::string text);

  IoThread& thread_;
  Core& core_;
  Socket socket_;
  std::string remote_;
  bool begun_ = false;  // past what a relay says first
  State state_ = State::idle;
  Steady::time_point deadline_;
  Steady::time_point started_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  bool continue_sent_ = false;
  bool keep_alive_ = true;
  bool old_version_ = false;
  Plan plan_;
  Outgoing outgoing_;
  std::string out_;  // the head, and a small body behind it
  std::optional<StreamState> stream_;
  std::size_t discarded_ = 0;
  bool chunked_ = false;         // the body under way comes in chunks
  std::int64_t pull_left_ = -1;  // bytes of it still to come, where its length was told
};

}  // namespace citybrain::http
