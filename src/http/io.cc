// IoThread: see io.h.
#include "io.h"

#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "connection.h"
#include "head.h"

namespace citybrain::http {

IoThread::IoThread(Core& shared, std::chrono::milliseconds every)
    : core(shared), sweep_every(every), date(http_date(SystemClock().now().us / 1'000'000)) {
  SystemRandom random;
  std::string bytes(5, '\0');
  const std::uint64_t number = random.next();
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(number >> (8 * i) & 0xff);
  id_prefix_ = to_hex(bytes) + "-";
}

void IoThread::adopt(Socket socket, std::string remote) {
  auto connection = std::make_shared<Connection>(*this, std::move(socket), std::move(remote));
  connections.emplace(connection.get(), connection);
  connection->start();
}

void IoThread::start_sweeping() {
  sweep_timer.expires_after(sweep_every);
  sweep_timer.async_wait([this](boost::system::error_code ec) {
    if (ec) return;
    sweep();
    start_sweeping();
  });
}

void IoThread::sweep() {
  now = Steady::now();
  date = http_date(SystemClock().now().us / 1'000'000);
  // tick() may close a connection and so take it out of the map.
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections.size());
  for (const auto& [key, connection] : connections) all.push_back(connection);
  for (const auto& connection : all) connection->tick();
}

void IoThread::drain() {
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections) all.push_back(connection);
  for (const auto& connection : all) connection->drain();
}

void IoThread::close_all() {
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections) all.push_back(connection);
  for (const auto& connection : all) connection->close();
}

std::string IoThread::next_request_id() { return id_prefix_ + std::to_string(++ids_); }

}  // namespace citybrain::http
