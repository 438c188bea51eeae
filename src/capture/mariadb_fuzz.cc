// Fuzzer of the binlog's readers: whatever the bytes, each ends inside them with rows of as many
// values as the table has columns, or with an error.
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "mariadb_ddl.h"
#include "mariadb_event.h"
#include "mariadb_gtid.h"
#include "mariadb_json.h"
#include "mariadb_position.h"
#include "mariadb_rows.h"
#include "mariadb_schema.h"

namespace {

using namespace citybrain;
using namespace citybrain::capture;

Charsets some_charsets() {
  Charsets charsets;
  charsets.learn(28, "gbk");
  charsets.learn(8, "latin1");
  charsets.learn(54, "utf16");
  return charsets;
}

// Rows of a table map: both from the bytes, with names put in where the map has none.
void read_rows_of(std::string_view map_bytes, std::string_view row_bytes, std::uint8_t choice) {
  auto map = read_table_map(map_bytes, 6, (choice & 1) != 0);
  if (!map) return;
  for (std::size_t i = 0; i < map->columns.size(); ++i) {
    BinlogColumn& column = map->columns[i];
    column.name = "c" + std::to_string(i);
    column.meaning = static_cast<Meaning>(choice >> 1 & 3);
  }
  map->has_names = true;
  const DescribedTable nothing;
  const auto bound = bind_table(std::move(*map), nothing);
  if (!bound) return;
  BinlogFormat format;
  format.post_header_bytes.assign(40, 8);
  BinlogEvent event;
  constexpr EventType types[] = {
      EventType::write_rows_v1,          EventType::update_rows_v2,
      EventType::delete_rows_v0,         EventType::update_rows_compressed_v1,
      EventType::write_rows_compressed,  EventType::update_rows_v1,
      EventType::delete_rows_compressed, EventType::write_rows_v2};
  event.type = types[choice >> 3 & 7];
  event.body = row_bytes;
  const auto rows = read_rows(event, format);
  if (!rows) return;
  auto images = RowImages::open(*rows, *bound);
  if (!images) return;
  static Charsets charsets = some_charsets();  // opened once: that is slow
  const std::size_t columns = bound->table->columns.size();
  for (int i = 0; i < 50 && !images->done(); ++i) {
    Change change;
    if (!images->next(charsets, change)) return;
    CB_CHECK(change.row.empty() || change.row.size() == columns);
    CB_CHECK(change.old.empty() || change.old.size() == columns);
  }
}

void read_others(std::string_view bytes) {
  BinlogFormat format;
  if (const auto event = read_event(bytes, format)) {
    if (const auto read = read_format(event->body)) format = *read;
    static_cast<void>(read_rotate(event->body).has_value());
    static_cast<void>(read_query(event->body, true).has_value());
    static_cast<void>(read_gtid(event->body).has_value());
    static_cast<void>(read_mysql_gtid(event->body).has_value());
  }
  static_cast<void>(read_format(bytes).has_value());
  static_cast<void>(read_query(bytes, false).has_value());
  std::string json;
  if (append_mysql_json(bytes, json)) CB_CHECK(!json.empty());
  const Statement statement = read_statement(bytes, "db");
  CB_CHECK(statement.tables.size() <= 2 * statement_tables_max);
  if (const auto set = GtidSet::parse(bytes)) {
    CB_CHECK(*GtidSet::parse(set->text()) == *set && set->includes(*set));
  }
  if (const auto position = MariadbPosition::parse(bytes)) {
    CB_CHECK(MariadbPosition::parse(position->text())->gtids == position->gtids);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 4 || size > 16'384) return 0;
  const std::string all(data, data + size);
  const std::uint8_t choice = data[0];
  const std::size_t cut = std::min<std::size_t>(data[1] | data[2] << 8, size - 3);
  const std::string_view bytes = std::string_view(all).substr(3);
  read_rows_of(bytes.substr(0, cut), bytes.substr(cut), choice);
  read_others(bytes);
  return 0;
}
