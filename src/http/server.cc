// Server: threads, listeners and the order in which they start and stop.
#include "http/server.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <future>
#include <thread>

#include "base/log.h"
#include "io.h"

namespace citybrain::http {
namespace {

using Tcp = net::ip::tcp;
using Local = net::local::stream_protocol;
using Error_code = boost::system::error_code;

Error cannot(const std::string& what, const Error_code& ec) {
  return unavailable("cannot " + what + ": " + ec.message());
}

// Raises the soft limit of open files to what connections_max needs, as far as the hard one allows.
void raise_open_files(std::size_t connections_max) {
  constexpr std::size_t others = 512;
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = std::min<rlim_t>(connections_max + others, limit.rlim_max);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Accepts on one protocol and hands each socket to the I/O threads in turn.
template <class Protocol>
class Listener {
 public:
  using Acceptor = net::basic_socket_acceptor<Protocol, Executor>;

  Listener(Core& core, std::deque<IoThread>& threads)
      : core_(core),
        threads_(threads),
        acceptor_(threads.front().io.get_executor()),
        pause_(threads.front().io.get_executor()) {}

  Acceptor& acceptor() { return acceptor_; }

  void accept() {
    IoThread& thread = threads_[turn_++ % threads_.size()];
    using PeerSocket = net::basic_stream_socket<Protocol, Executor>;
    acceptor_.async_accept(thread.io.get_executor(),
                           [this, &thread](Error_code ec, PeerSocket socket) {
                             if (!ec) take(thread, std::move(socket));
                             if (!acceptor_.is_open()) return;
                             return ec ? rest(ec) : accept();
                           });
  }

  void close() {
    Error_code ec;
    acceptor_.close(ec);
    pause_.cancel();
  }

 private:
  // Out of files or memory: waiting helps, accepting at once again does not.
  void rest(const Error_code& ec) {
    log(Level::warn, "http", "cannot accept: " + ec.message());
    constexpr std::chrono::milliseconds rest_ms{100};
    pause_.expires_after(rest_ms);
    pause_.async_wait([this](Error_code cancelled) {
      if (!cancelled && acceptor_.is_open()) accept();
    });
  }

  template <class PeerSocket>
  void take(IoThread& thread, PeerSocket socket) {
    auto& meters = core_.service.meters();
    Error_code ec;
    if (static_cast<std::size_t>(meters.connections.load()) >=
        core_.options.limits.connections_max) {
      meters.connections_refused.fetch_add(1);
      socket.close(ec);
      return;
    }
    std::string remote = remote_of(socket);
    if (remote.empty()) return;
    meters.connections.fetch_add(1);
    net::post(thread.io,
              [&thread, remote = std::move(remote), s = Socket(std::move(socket))]() mutable {
                thread.adopt(std::move(s), std::move(remote));
              });
  }

  template <class PeerSocket>
  std::string remote_of(PeerSocket& socket) {
    Error_code ec;
    if constexpr (std::is_same_v<Protocol, Tcp>) {
      socket.set_option(Tcp::no_delay(true), ec);
      const auto endpoint = socket.remote_endpoint(ec);
      return ec ? std::string() : endpoint.address().to_string();
    } else {
      // The file's mode keeps others out already; this holds where a file system ignores modes.
      ucred peer = {};
      socklen_t size = sizeof peer;
      const bool known =
          getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
      return known && (peer.uid == geteuid() || peer.uid == 0) ? "unix" : "";
    }
  }

  Core& core_;
  std::deque<IoThread>& threads_;
  Acceptor acceptor_;
  Timer pause_;
  std::size_t turn_ = 0;
};

}  // namespace

struct Server::Impl {
  Impl(ServerOptions o, const std::vector<Room>& r, Authorizer& a)
      : options(std::move(o)), rooms(r), authorizer(a) {}

  Result<void> listen_tcp();
  Result<void> listen_unix();
  std::chrono::milliseconds sweep_every() const;
  void on_each_thread(void (IoThread::*what)());
  bool drained() const { return service->meters().connections.load() == 0; }

  ServerOptions options;
  const std::vector<Room>& rooms;
  Authorizer& authorizer;
  std::unique_ptr<Service> service;
  std::unique_ptr<Workers> workers;
  std::unique_ptr<Workers> stream_workers;
  std::unique_ptr<Core> core;
  std::deque<IoThread> io;
  std::unique_ptr<Listener<Tcp>> tcp;
  std::unique_ptr<Listener<Local>> local;
  std::vector<std::thread> threads;
  std::uint16_t port = 0;
  bool running = false;
};

Result<void> Server::Impl::listen_tcp() {
  if (options.address.empty()) return ok();
  Error_code ec;
  const auto address = net::ip::make_address(options.address, ec);
  if (ec)
    return invalid("listen address '" + options.address + "' is no IP address; send 127.0.0.1");
  const Tcp::endpoint endpoint(address, options.port);
  const std::string what = "listen on " + options.address + ":" + std::to_string(options.port);
  tcp = std::make_unique<Listener<Tcp>>(*core, io);
  auto& acceptor = tcp->acceptor();
  if (options.listening >= 0) {
    acceptor.assign(endpoint.protocol(), options.listening, ec);
  } else {
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(net::socket_base::reuse_address(true), ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) acceptor.listen(net::socket_base::max_listen_connections, ec);
  }
  if (ec) return cannot(what, ec);
  port = acceptor.local_endpoint(ec).port();
  return ok();
}

Result<void> Server::Impl::listen_unix() {
  if (options.unix_socket.empty()) return ok();
  const std::string& path = options.unix_socket;
  const std::string what = "listen on " + path;
  constexpr std::size_t path_bytes_max = 107;  // sun_path
  if (path.size() > path_bytes_max) return invalid(what + ": the path is longer than 107 bytes");
  Error_code ec;
  // A socket file nobody answers on is left from a process that died.
  Local::socket probe(io.front().io);
  probe.connect(Local::endpoint(path), ec);
  if (!ec) return conflict(what + ": another process serves there");
  struct stat status = {};
  if (lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) return conflict(what + ": there is a file that is no socket");
    unlink(path.c_str());
  }
  local = std::make_unique<Listener<Local>>(*core, io);
  auto& acceptor = local->acceptor();
  acceptor.open(Local(), ec);
  if (!ec) acceptor.bind(Local::endpoint(path), ec);
  if (ec) return cannot(what, ec);
  // Nobody can connect before listen(), so the mode is right from the first connection on.
  if (chmod(path.c_str(), 0600) != 0) return unavailable("cannot set the mode of " + path);
  acceptor.listen(net::socket_base::max_listen_connections, ec);
  if (ec) return cannot(what, ec);
  return ok();
}

// A quarter of the shortest time that is kept, within 5..250 ms.
std::chrono::milliseconds Server::Impl::sweep_every() const {
  const Limits& l = options.limits;
  const auto shortest =
      std::min({l.header_ms_max, l.body_ms_max, l.idle_ms_max, l.write_ms_max,
                options.stream_poll_ms, options.stream_heartbeat_ms, options.stream_recheck_ms});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
}

void Server::Impl::on_each_thread(void (IoThread::*what)()) {
  for (auto& thread : io) net::post(thread.io, [&thread, what] { (thread.*what)(); });
}

Server::Server(ServerOptions options, const std::vector<Room>& rooms, Authorizer& authorizer)
    : impl_(std::make_unique<Impl>(std::move(options), rooms, authorizer)) {}

Server::~Server() { stop(); }

std::uint16_t Server::port() const { return impl_->port; }

Result<void> Server::start() {
  Impl& me = *impl_;
  CB_CHECK(!me.running && !me.service);
  CB_TRY(me.service, Service::make(me.options, me.rooms, me.authorizer));
  raise_open_files(me.options.limits.connections_max);
  me.workers = std::make_unique<Workers>(me.options.workers, me.options.limits.in_flight_max);
  me.stream_workers =
      std::make_unique<Workers>(me.options.stream_workers, me.options.limits.streams_max);
  me.core.reset(new Core{me.options, *me.service, *me.workers, *me.stream_workers});
  for (int i = 0; i < me.options.io_threads; ++i) me.io.emplace_back(*me.core, me.sweep_every());
  CB_DO(me.listen_tcp());
  CB_DO(me.listen_unix());
  if (me.tcp) me.tcp->accept();
  if (me.local) me.local->accept();
  for (auto& thread : me.io) {
    thread.start_sweeping();
    me.threads.emplace_back([&thread] { thread.io.run(); });
  }
  me.running = true;
  log(Level::info, "http", "serving",
      {{"address", me.options.address}, {"port", std::to_string(me.port)}});
  return ok();
}

void Server::stop() {
  Impl& me = *impl_;
  if (!me.running) return;
  me.running = false;
  me.service->set_stopping();
  me.core->draining = true;
  std::promise<void> closed;
  net::post(me.io.front().io, [&me, &closed] {
    if (me.tcp) me.tcp->close();
    if (me.local) me.local->close();
    // After whatever was accepted before.
    net::post(me.io.front().io, [&closed] { closed.set_value(); });
  });
  closed.get_future().wait();
  me.on_each_thread(&IoThread::drain);
  const auto deadline = Steady::now() + me.options.limits.drain_ms_max;
  constexpr std::chrono::milliseconds look_every_ms{5};
  while (!me.drained() && Steady::now() < deadline) std::this_thread::sleep_for(look_every_ms);
  if (!me.drained())
    log(Level::warn, "http", "cutting off what did not finish in drain_ms_max",
        {{"connections", std::to_string(me.service->meters().connections.load())}});
  for (auto& thread : me.io)
    net::post(thread.io, [&thread] {
      thread.close_all();
      thread.io.stop();
    });
  for (auto& thread : me.threads) thread.join();
  me.workers->stop();
  me.stream_workers->stop();
  if (me.local) unlink(me.options.unix_socket.c_str());
}

}  // namespace citybrain::http
