// Binlog events: header, checksum, compression, format, rotation, query. See mariadb_event.h.
#include "mariadb_event.h"

#include <zlib.h>

#include "mariadb_bytes.h"

namespace citybrain::capture {
namespace {

constexpr std::size_t header_bytes = 19;
constexpr std::size_t checksum_bytes = 4;

std::string type_text(EventType type) { return std::to_string(static_cast<int>(type)); }

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

bool checksum_fits(std::string_view packet) {
  if (packet.size() < header_bytes + checksum_bytes) return false;
  const std::size_t at = packet.size() - checksum_bytes;
  return crc_of(packet.substr(0, at)) == MariadbBytes(packet.substr(at)).u32();
}

// Servers that know checksums end the format event with their algorithm and four bytes of checksum,
// whatever the algorithm.
constexpr std::size_t format_fixed_bytes = 2 + 50 + 4 + 1;
constexpr std::size_t types_without_checksums = 27;  // MySQL 5.5 and before

bool format_has_algorithm(std::size_t body_bytes) {
  return body_bytes > format_fixed_bytes + types_without_checksums + 1 + checksum_bytes;
}

// Whether an event ends with four bytes of checksum, and whether those mean something.
struct Tail {
  bool there = false;
  bool verify = false;
};

Tail tail_of(std::string_view packet, EventType type, bool made_up, const BinlogFormat& format) {
  if (type == EventType::format_description) {
    if (!format_has_algorithm(packet.size() - header_bytes)) return {};
    return {true, packet[packet.size() - checksum_bytes - 1] == 1};
  }
  // An artificial rotation comes before the format of its file is known: the bytes decide.
  if (type == EventType::rotate && made_up) return {checksum_fits(packet), false};
  return {format.checksum, format.checksum};
}

}  // namespace

Result<BinlogEvent> read_event(std::string_view packet, const BinlogFormat& format) {
  if (packet.size() < header_bytes || packet.size() > event_bytes_max) {
    return corrupt("a binlog event of " + std::to_string(packet.size()) + " bytes; between " +
                   std::to_string(header_bytes) + " and " + std::to_string(event_bytes_max) +
                   " are possible");
  }
  MariadbBytes bytes(packet);
  BinlogEvent event;
  event.seconds = bytes.u32();
  event.type = static_cast<EventType>(bytes.u8());
  event.server_id = bytes.u32();
  const std::uint32_t length = bytes.u32();
  event.next_position = bytes.u32();
  event.flags = bytes.u16();
  if (length != packet.size()) {
    return corrupt("a binlog event of type " + type_text(event.type) + " says it has " +
                   std::to_string(length) + " bytes and came with " +
                   std::to_string(packet.size()));
  }
  event.body = packet.substr(header_bytes);
  const bool made_up = (event.flags & BinlogEvent::artificial) != 0 || event.next_position == 0;
  const Tail tail = tail_of(packet, event.type, made_up, format);
  if (tail.verify && !checksum_fits(packet)) {
    return corrupt("the checksum of a binlog event of type " + type_text(event.type) +
                   " before position " + std::to_string(event.next_position) +
                   " does not fit its bytes; check the server's disk and the network between");
  }
  if (tail.there) event.body.remove_suffix(checksum_bytes);
  return event;
}

Result<BinlogFormat> read_format(std::string_view body) {
  MariadbBytes bytes(body);
  const std::uint16_t version = bytes.u16();
  const std::string_view server = bytes.take(50);
  bytes.skip(4);  // when the file was made
  const std::uint8_t header = bytes.u8();
  if (bytes.failed() || version != 4 || header != header_bytes) {
    return corrupt("a binlog of version " + std::to_string(version) + " with headers of " +
                   std::to_string(header) + " bytes; this reads version 4 (MySQL 5.0 and later)");
  }
  BinlogFormat format;
  format.server_version = std::string(server.substr(0, server.find('\0')));
  // The checksum is cut off by read_event; the algorithm stands behind the lengths.
  std::string_view lengths = bytes.rest();
  if (format_has_algorithm(body.size() + checksum_bytes)) {
    format.checksum = lengths.back() == 1;
    lengths.remove_suffix(1);
  }
  format.post_header_bytes.assign(lengths.begin(), lengths.end());
  return format;
}

Result<RotateEvent> read_rotate(std::string_view body) {
  MariadbBytes bytes(body);
  RotateEvent rotate;
  rotate.position = bytes.u64();
  rotate.file = std::string(bytes.rest());
  if (bytes.failed() || rotate.file.empty()) return corrupt("a rotation that names no file");
  return rotate;
}

Result<QueryEvent> read_query(std::string_view body, bool compressed) {
  MariadbBytes bytes(body);
  bytes.skip(8);  // thread, seconds it took
  const std::size_t database_bytes = bytes.u8();
  bytes.skip(2);  // error
  const std::size_t status_bytes = bytes.u16();
  bytes.skip(status_bytes);
  QueryEvent query;
  query.database = std::string(bytes.take(database_bytes));
  bytes.skip(1);
  if (bytes.failed()) return corrupt("a query event that ends before its statement");
  if (!compressed) {
    query.sql = std::string(bytes.rest());
    return query;
  }
  CB_TRY(query.sql, inflate_event(bytes.rest()));
  return query;
}

Result<std::string> inflate_event(std::string_view compressed) {
  MariadbBytes bytes(compressed);
  const std::uint8_t head = bytes.u8();
  const std::size_t size_bytes = head & 0x07;
  // 0x80 marks compression; the three bits below it name the algorithm, of which zlib is the only.
  if ((head & 0xf0) != 0x80 || size_bytes < 1 || size_bytes > 4) {
    return corrupt("a compressed event with head " + std::to_string(head) +
                   "; only zlib (128..) is known");
  }
  const std::size_t size = bytes.big(size_bytes);
  if (bytes.failed()) return corrupt("a compressed event that ends in its head");
  // zlib makes at most 1032 bytes of one: what claims more is a lie and gets no memory.
  if (size > event_bytes_max || size > 1032 * (bytes.left() + 1)) {
    return exhausted("a compressed event of " + std::to_string(bytes.left()) +
                     " bytes that claims " + std::to_string(size));
  }
  std::string out(size, '\0');
  uLongf got = size;
  const std::string_view rest = bytes.rest();
  if (::uncompress(reinterpret_cast<Bytef*>(out.data()), &got,
                   reinterpret_cast<const Bytef*>(rest.data()), rest.size()) != Z_OK ||
      got != size) {
    return corrupt("a compressed event does not inflate to its " + std::to_string(size) + " bytes");
  }
  return out;
}

}  // namespace citybrain::capture
