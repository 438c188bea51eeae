// BinlogPump: takes the binlog off the wire in a thread of its own, so that reading and decoding go
// on at the same time, and the server is not kept waiting by us.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "mariadb_link.h"
#include "mariadb_position.h"

namespace citybrain::capture {

// Bytes of packets that wait; one packet alone may be larger.
inline constexpr std::size_t pump_bytes_max = std::size_t{16} << 20;

// One thread calls take(). The pump's thread ends with this object.
class BinlogPump {
 public:
  // Asks for the binlog behind a position. Errors: conflict where it is purged or unknown to the
  // server (told by the first take()), denied, unavailable.
  static Result<std::unique_ptr<BinlogPump>> start(const Settings& settings, const GtidSet& behind);
  ~BinlogPump();
  BinlogPump(const BinlogPump&) = delete;
  BinlogPump& operator=(const BinlogPump&) = delete;

  // Appends what has come; waits for at least one packet. False: nothing came in time. An error
  // comes after all packets before it.
  Result<bool> take(std::vector<std::string>& packets, std::chrono::milliseconds wait);

 private:
  explicit BinlogPump(MariadbLink link) : link_(std::move(link)) {}
  Result<void> ask(const GtidSet& behind);
  void run();
  // The server's refusal or the end of the connection, in our words.
  Error ended() const;

  MariadbLink link_;
  std::string behind_;  // for messages
  std::mutex mutex_;    // of all below
  std::condition_variable changed_;
  std::vector<std::string> waiting_;
  std::size_t bytes_ = 0;
  bool stop_ = false;
  std::unique_ptr<Error> error_;
  std::thread thread_;
};

}  // namespace citybrain::capture
