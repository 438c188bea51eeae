// The server's inside: what its threads share, and one I/O thread with the connections it owns.
// Includes Asio; only connection.cc, stream.cc and server.cc may.
#pragma once

#include <atomic>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

#include "service.h"
#include "workers.h"

namespace citybrain::http {

namespace net = boost::asio;
using Steady = std::chrono::steady_clock;
using Executor = net::io_context::executor_type;
// TCP and Unix sockets alike, so that the code of a connection is compiled once.
using Socket = net::basic_stream_socket<net::generic::stream_protocol, Executor>;
using Timer = net::basic_waitable_timer<Steady, net::wait_traits<Steady>, Executor>;

class Connection;

// Shared by all threads of one server; outlives them.
struct Core {
  const ServerOptions& options;
  const Service& service;
  Workers& workers;
  Workers& stream_workers;
  std::atomic<bool> draining = false;
};

// One thread of I/O. Its connections belong to it: everything here runs on that thread, but for
// post() on `io`. Time limits are kept by a sweep over the connections, not by a timer each: that
// costs nothing per request, and limits need no precision.
struct IoThread {
  IoThread(Core& core, std::chrono::milliseconds sweep_every);

  void adopt(Socket socket, std::string remote);
  void forget(Connection* connection) { connections.erase(connection); }
  void start_sweeping();
  // Closes what is idle and ends streams; the rest closes with its reply.
  void drain();
  void close_all();
  std::string next_request_id();

  Core& core;
  net::io_context io{1};
  Timer sweep_timer{io.get_executor()};
  const std::chrono::milliseconds sweep_every;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections;
  std::string date;  // of the last sweep
  Steady::time_point now = Steady::now();

 private:
  void sweep();
  std::string id_prefix_;
  std::uint64_t ids_ = 0;
};

}  // namespace citybrain::http
