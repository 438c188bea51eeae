// BinlogPump. See mariadb_pump.h. libmariadb's own reader of events (mariadb_rpl_fetch) fails at
// rotations, so only its connection is used: packets are read one by one and decoded by us.
#include "mariadb_pump.h"

#include "mariadb_event.h"

namespace citybrain::capture {
namespace {

constexpr unsigned silent_seconds_max = 30;  // no packet, not even a heartbeat: it is gone
constexpr const char* heartbeat_ns = "1000000000";
constexpr int com_binlog_dump_gtid = 30;                 // of MySQL
constexpr std::uint32_t replica_ids_from = 0x4000'0000;  // replicas' own ids are small numbers

void put(std::string& out, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace

Result<std::unique_ptr<BinlogPump>> BinlogPump::start(const Settings& settings,
                                                      const GtidSet& behind) {
  CB_TRY(MariadbLink link, MariadbLink::open(settings, silent_seconds_max));
  std::unique_ptr<BinlogPump> pump(new BinlogPump(std::move(link)));
  pump->behind_ = behind.text();
  CB_DO(pump->ask(behind));
  pump->thread_ = std::thread([p = pump.get()] { p->run(); });
  return pump;
}

Result<void> BinlogPump::ask(const GtidSet& behind) {
  const bool mariadb = link_.is_mariadb();
  std::string settings = "SET @master_heartbeat_period = " + std::string(heartbeat_ns) +
                         ", @master_binlog_checksum = @@GLOBAL.binlog_checksum";
  if (mariadb) {
    // 4: we know GTIDs. Strict: a transaction that the server lacks is an error, not a gap.
    settings += ", @mariadb_slave_capability = 4, @slave_connect_state = " +
                mariadb_literal(behind.text()) +
                ", @slave_gtid_strict_mode = 1, @slave_gtid_ignore_duplicates = 0";
  }
  CB_DO(link_.run(settings));
  // Replicas are told apart by number, and a second of one number ends the first: the connection's
  // own is unique on that server.
  const std::uint32_t id =
      replica_ids_from + static_cast<std::uint32_t>(mysql_thread_id(link_.get()));
  std::string request;
  if (mariadb) {
    put(request, 4, 4);  // position: the first event of the file that the server finds itself
    put(request, 0, 2);
    put(request, id, 4);
  } else {
    const std::string set = behind.encoded();
    put(request, 4, 2);  // by GTID
    put(request, id, 4);
    put(request, 0, 4);  // no file's name
    put(request, 4, 8);
    put(request, set.size(), 4);
    request += set;
  }
  const auto command = static_cast<enum_server_command>(mariadb ? static_cast<int>(COM_BINLOG_DUMP)
                                                                : com_binlog_dump_gtid);
  if (link_.get()->methods->db_command(link_.get(), command, request.data(), request.size(), 1,
                                       nullptr) != 0) {
    return link_.failure("asking for the binlog");
  }
  return ok();
}

BinlogPump::~BinlogPump() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    link_.cut();
    thread_.join();
  }
}

Error BinlogPump::ended() const {
  Error error = link_.failure("reading the binlog behind '" + behind_ + "'");
  if (error.code == Code::conflict) {
    error.message +=
        "; the server no longer has, or never had, what follows this place: take a new snapshot, "
        "and let the server keep its binlog longer (binlog_expire_logs_seconds)";
  }
  return error;
}

void BinlogPump::run() {
  for (;;) {
    const unsigned long length = mysql_net_read_packet(link_.get());
    std::unique_lock lock(mutex_);
    const auto* bytes = reinterpret_cast<const char*>(link_.get()->net.read_pos);
    if (length == packet_error || length == 0) {
      error_ = std::make_unique<Error>(ended());
    } else if (bytes[0] != 0) {  // 0xfe: the server has nothing more for us
      error_ = std::make_unique<Error>(unavailable("the server ended the binlog's stream"));
    } else {
      waiting_.emplace_back(bytes + 1, length - 1);
      bytes_ += length;
    }
    changed_.notify_all();
    changed_.wait(lock, [&] { return stop_ || error_ || bytes_ < pump_bytes_max; });
    if (stop_ || error_) return;
  }
}

Result<bool> BinlogPump::take(std::vector<std::string>& packets, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [&] { return !waiting_.empty() || error_; });
  if (waiting_.empty()) {
    if (error_) return *error_;
    return false;
  }
  if (packets.empty()) {
    packets.swap(waiting_);
  } else {
    for (std::string& packet : waiting_) packets.push_back(std::move(packet));
  }
  waiting_.clear();
  bytes_ = 0;
  changed_.notify_all();
  return true;
}

}  // namespace citybrain::capture
