// Binlog events as they lie on the wire: the common header, checksums, compression, and the events
// that say what the stream is and where it stands. Rows and table maps are in files of their own.
// Layouts: MySQL's libbinlogevents and MariaDB's sql/log_event.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::capture {

// One event may be as long as the server's max_allowed_packet can be.
inline constexpr std::size_t event_bytes_max = std::size_t{1} << 30;

enum class EventType : std::uint8_t {
  query = 2,
  stop = 3,
  rotate = 4,
  intvar = 5,
  rand = 13,
  user_var = 14,
  format_description = 15,
  xid = 16,
  begin_load_query = 17,
  execute_load_query = 18,
  table_map = 19,
  write_rows_v0 = 20,
  update_rows_v0 = 21,
  delete_rows_v0 = 22,
  write_rows_v1 = 23,
  update_rows_v1 = 24,
  delete_rows_v1 = 25,
  incident = 26,
  heartbeat = 27,
  ignorable = 28,
  rows_query = 29,
  write_rows_v2 = 30,
  update_rows_v2 = 31,
  delete_rows_v2 = 32,
  mysql_gtid = 33,
  mysql_anonymous_gtid = 34,
  mysql_previous_gtids = 35,
  xa_prepare = 38,
  partial_update_rows = 39,
  transaction_payload = 40,
  heartbeat_v2 = 41,
  mysql_gtid_tagged = 42,
  annotate_rows = 160,
  binlog_checkpoint = 161,
  gtid = 162,
  gtid_list = 163,
  start_encryption = 164,
  query_compressed = 165,
  write_rows_compressed_v1 = 166,
  update_rows_compressed_v1 = 167,
  delete_rows_compressed_v1 = 168,
  write_rows_compressed = 169,
  update_rows_compressed = 170,
  delete_rows_compressed = 171,
};

// An event whose checksum, if it has one, was right. `body` is what stands between the header and
// the checksum; a view into the packet.
struct BinlogEvent {
  static constexpr std::uint16_t artificial = 0x20;  // made for this stream, not in the binlog
  static constexpr std::uint16_t ignorable = 0x80;   // a reader that does not know it may pass over

  std::uint32_t seconds = 0;  // since 1970, when the statement began; 0 in artificial events
  EventType type{};
  std::uint32_t server_id = 0;
  std::uint32_t next_position = 0;
  std::uint16_t flags = 0;
  std::string_view body;
};

// What a binlog file says of itself in its first event; until then nothing is known of checksums.
struct BinlogFormat {
  std::string server_version;
  bool checksum = false;
  std::vector<std::uint8_t> post_header_bytes;  // by event type - 1

  // Of a type; 0 where this server's version does not know it.
  std::size_t post_header_of(EventType type) const {
    const std::size_t index = static_cast<std::size_t>(type) - 1;
    return index < post_header_bytes.size() ? post_header_bytes[index] : 0;
  }
  bool mariadb() const { return server_version.find("MariaDB") != std::string::npos; }
};

// Cuts an event out of a packet and verifies its CRC32. Errors: corrupt.
Result<BinlogEvent> read_event(std::string_view packet, const BinlogFormat& format);
Result<BinlogFormat> read_format(std::string_view body);

struct RotateEvent {
  std::uint64_t position = 0;
  std::string file;
};
Result<RotateEvent> read_rotate(std::string_view body);

// A statement as it was run: BEGIN, COMMIT, DDL, or data changes of binlog_format=STATEMENT.
struct QueryEvent {
  std::string database;
  std::string sql;
};
// `compressed`: MariaDB's log_bin_compress.
Result<QueryEvent> read_query(std::string_view body, bool compressed);

// MariaDB's zlib framing of queries and rows. Errors: corrupt, exhausted (event_bytes_max).
Result<std::string> inflate_event(std::string_view compressed);

}  // namespace citybrain::capture
