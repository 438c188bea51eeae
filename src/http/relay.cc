// Relay: one thread that copies bytes both ways. See http/relay.h.
#include "http/relay.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <optional>
#include <thread>

#include "base/log.h"
#include "proxies.h"

namespace citybrain::http {
namespace {

namespace net = boost::asio;
using Tcp = net::ip::tcp;
using ErrorCode = boost::system::error_code;
using Steady = std::chrono::steady_clock;
using Executor = net::io_context::executor_type;
using TcpSocket = net::basic_stream_socket<Tcp, Executor>;
using Timer = net::basic_waitable_timer<Steady, net::wait_traits<Steady>, Executor>;

constexpr std::chrono::milliseconds try_again_ms{50};
constexpr std::size_t piece_bytes = 8 << 10;
constexpr std::chrono::milliseconds linger_ms_max{2'000};  // of a caller whose target is done

// What the connections of one relay share; touched by its thread only.
struct Shared {
  std::atomic<std::size_t> open = 0;  // outlives the pairs that io destroys with it
  std::optional<Tcp::endpoint> target;
  net::io_context io{1};
};

// One caller and, once reached, the target. Lives as long as something of it is under way.
class Pair : public std::enable_shared_from_this<Pair> {
 public:
  Pair(Shared& shared, TcpSocket caller, Steady::time_point until)
      : shared_(shared),
        caller_(std::move(caller)),
        target_(shared.io),
        pause_(shared.io),
        until_(until) {
    ++shared_.open;
  }
  ~Pair() { --shared_.open; }

  void reach() {
    if (Steady::now() > until_) return;
    if (!shared_.target) return later();
    target_ = TcpSocket(shared_.io);
    target_.async_connect(*shared_.target, [self = shared_from_this()](ErrorCode ec) {
      if (ec) return self->later();
      self->begin();
    });
    // A target whose machine is silent must not hold a caller from the next one.
    watch_connect();
  }

 private:
  void watch_connect() {
    constexpr std::chrono::milliseconds connect_ms_max{1'000};
    pause_.expires_after(connect_ms_max);
    pause_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
      ErrorCode ec;
      if (!cancelled && !self->begun_) self->target_.close(ec);
    });
  }

  void later() {
    pause_.expires_after(try_again_ms);
    pause_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
      if (!cancelled) self->reach();
    });
  }

  void begin() {
    begun_ = true;
    pause_.cancel();
    ErrorCode ec;
    const auto from = caller_.remote_endpoint(ec);
    if (ec) return;
    const auto at = caller_.local_endpoint(ec);
    target_.set_option(Tcp::no_delay(true), ec);
    caller_.set_option(Tcp::no_delay(true), ec);
    line_ =
        proxy_line(from.address().to_string(), from.port(), at.address().to_string(), at.port());
    net::async_write(target_, net::buffer(line_),
                     [self = shared_from_this()](ErrorCode failed, std::size_t) {
                       if (failed) return self->close();
                       self->copy(self->caller_, self->target_, self->up_);
                       self->copy(self->target_, self->caller_, self->down_);
                     });
  }

  using Piece = std::array<char, piece_bytes>;

  void copy(TcpSocket& from, TcpSocket& to, Piece& piece) {
    from.async_read_some(net::buffer(piece), [self = shared_from_this(), &from, &to, &piece](
                                                 ErrorCode ec, std::size_t bytes) {
      ErrorCode ignored;
      if (ec == net::error::eof) {  // the other way goes on
        to.shutdown(TcpSocket::shutdown_send, ignored);
        if (&to == &self->caller_) self->linger();
        return;
      }
      if (ec) return self->close();
      net::async_write(to, net::buffer(piece.data(), bytes),
                       [self, &from, &to, &piece](ErrorCode failed, std::size_t) {
                         if (failed) return self->close();
                         self->copy(from, to, piece);
                       });
    });
  }

  void linger() {
    pause_.expires_after(linger_ms_max);
    pause_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
      if (!cancelled) self->close();
    });
  }

  void close() {
    ErrorCode ec;
    pause_.cancel();
    caller_.close(ec);
    target_.close(ec);
  }

  Shared& shared_;
  TcpSocket caller_;
  TcpSocket target_;
  Timer pause_;
  const Steady::time_point until_;
  bool begun_ = false;
  std::string line_;
  Piece up_ = {};
  Piece down_ = {};
};

// "10.0.0.7:8080" or "[fd00::7]:8080".
Result<Tcp::endpoint> endpoint_of(const std::string& text) {
  const auto bad = [&] {
    return invalid("'" + text + "' is no address and port; write 10.0.0.7:8080");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return bad();
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  ErrorCode ec;
  const auto address = net::ip::make_address(host, ec);
  const int port = std::atoi(text.c_str() + colon + 1);
  constexpr int port_max = 65'535;
  if (ec || port <= 0 || port > port_max) return bad();
  return Tcp::endpoint(address, static_cast<std::uint16_t>(port));
}

}  // namespace

struct Relay::Impl {
  explicit Impl(RelayOptions o) : options(std::move(o)), acceptor(shared.io), pause(shared.io) {}

  Result<void> bind();
  void accept();
  void rest();
  bool may_accept() const {
    return accepting && shared.target && shared.open < options.connections_max;
  }
  // Runs `what` on the relay's thread and waits for it.
  template <class What>
  void on_thread(What what) {
    std::promise<void> done;
    net::post(shared.io, [&] {
      what();
      done.set_value();
    });
    done.get_future().wait();
  }

  const RelayOptions options;
  Shared shared;
  net::basic_socket_acceptor<Tcp, Executor> acceptor;
  Timer pause;
  bool accepting = true;
  bool under_way = false;  // an accept, or the pause before the next
  std::uint16_t port = 0;
  net::executor_work_guard<Executor> work{shared.io.get_executor()};
  std::thread thread;
};

Result<void> Relay::Impl::bind() {
  ErrorCode ec;
  const auto address = net::ip::make_address(options.address, ec);
  if (ec) {
    return invalid("listen address '" + options.address + "' is no IP address; write 127.0.0.1");
  }
  const Tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(net::socket_base::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(net::socket_base::max_listen_connections, ec);
  if (ec) {
    return unavailable("cannot listen on " + options.address + ":" + std::to_string(options.port) +
                       ": " + ec.message());
  }
  port = acceptor.local_endpoint(ec).port();
  return ok();
}

void Relay::Impl::accept() {
  if (under_way || !may_accept()) return;
  under_way = true;
  acceptor.async_accept(shared.io.get_executor(), [this](ErrorCode ec, TcpSocket caller) {
    under_way = false;
    if (!ec) {
      std::make_shared<Pair>(shared, std::move(caller), Steady::now() + options.hold_ms_max)
          ->reach();
    } else if (ec != net::error::operation_aborted) {
      log(Level::warn, "http", "relay cannot accept: " + ec.message());
      return rest();
    }
    return may_accept() ? accept() : rest();
  });
}

// Full, or out of files: looks again in a moment.
void Relay::Impl::rest() {
  if (under_way || !accepting) return;
  under_way = true;
  pause.expires_after(try_again_ms);
  pause.async_wait([this](ErrorCode cancelled) {
    under_way = false;
    if (cancelled) return;
    return may_accept() ? accept() : rest();
  });
}

Relay::Relay(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Relay>> Relay::listen(RelayOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  CB_DO(impl->bind());
  impl->thread = std::thread([io = &impl->shared.io] { io->run(); });
  return std::unique_ptr<Relay>(new Relay(std::move(impl)));
}

Relay::~Relay() {
  impl_->shared.io.stop();
  impl_->thread.join();
}

std::uint16_t Relay::port() const { return impl_->port; }

Result<void> Relay::pass_to(const std::string& target) {
  std::optional<Tcp::endpoint> endpoint;
  if (!target.empty()) {
    CB_TRY(endpoint, endpoint_of(target));
  }
  net::post(impl_->shared.io, [impl = impl_.get(), endpoint] {
    impl->shared.target = endpoint;
    impl->accept();
  });
  return ok();
}

Result<int> Relay::give() {
  int socket = -1;
  impl_->on_thread([&] {
    impl_->accepting = false;
    ErrorCode ec;
    impl_->acceptor.cancel(ec);
    impl_->pause.cancel();
    socket = ::dup(impl_->acceptor.native_handle());
  });
  if (socket < 0) return unavailable("cannot pass on the listening socket: out of files");
  return socket;
}

void Relay::take_back() {
  impl_->on_thread([&] {
    impl_->accepting = true;
    impl_->accept();
  });
}

void Relay::drain(std::chrono::milliseconds ms_max) {
  impl_->on_thread([&] {
    impl_->accepting = false;
    ErrorCode ec;
    impl_->acceptor.close(ec);
  });
  const auto until = Steady::now() + ms_max;
  constexpr std::chrono::milliseconds look_every_ms{5};
  while (impl_->shared.open > 0 && Steady::now() < until) {
    std::this_thread::sleep_for(look_every_ms);
  }
}

}  // namespace citybrain::http
