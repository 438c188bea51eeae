// MariadbStream: table maps and rows.
#include "mariadb_bytes.h"
#include "mariadb_stream.h"

namespace citybrain::capture {
namespace {

// Numbers of tables that are remembered; a server gives a new one with each change of a table.
constexpr std::size_t maps_max = 100'000;

// Only what tells whether the table is ours: most of a busy server's are not.
std::string table_name_of(std::string_view body, std::size_t id_bytes) {
  MariadbBytes bytes(body);
  bytes.skip(id_bytes + 2);
  std::string name(bytes.short_text());
  bytes.skip(1);
  name += '.';
  name += bytes.short_text();
  return name;
}

std::size_t bytes_of(const RowText& row) { return row.bytes() + 16 * row.size(); }

}  // namespace

Result<void> MariadbStream::table_map(const BinlogEvent& event) {
  const std::size_t id_bytes = format_.post_header_of(EventType::table_map) == 6 ? 4 : 6;
  const std::uint64_t id = MariadbBytes(event.body).little(id_bytes);
  const auto known = maps_.find(id);
  if (known != maps_.end() && known->second.body == event.body) return ok();
  if (maps_.size() >= maps_max) maps_.clear();
  Known fresh{std::string(event.body), nullptr};
  if (captured(table_name_of(event.body, id_bytes))) {
    CB_TRY(TableMap map, read_table_map(event.body, id_bytes, format_.mariadb()));
    CB_TRY(fresh.bound, bind(std::move(map)));
  }
  maps_.insert_or_assign(id, std::move(fresh));
  return ok();
}

Result<const DescribedTable*> MariadbStream::described(const std::string& full_name) {
  if (const auto found = described_.find(full_name); found != described_.end()) {
    return &found->second;
  }
  CB_TRY(const MariadbLink link, MariadbLink::open(settings_));
  CB_TRY(std::vector<DescribedTable> tables, describe_tables(link, {full_name}));
  if (tables.empty()) return nullptr;
  return &described_.insert_or_assign(full_name, std::move(tables[0])).first->second;
}

Result<std::shared_ptr<const BoundTable>> MariadbStream::bind(TableMap map) {
  const std::string name = map.database + "." + map.table;
  if (!map.has_names && (!names_hold_ || altered_.contains(name))) {
    return conflict("table " + name +
                    " was altered, and the binlog does not tell the names of its columns; SET "
                    "GLOBAL binlog_row_metadata = FULL and take a new snapshot");
  }
  CB_TRY(const DescribedTable* known, described(name));
  DescribedTable gone;  // dropped since: the binlog alone tells
  gone.table.schema = map.database;
  gone.table.name = map.table;
  CB_TRY(BoundTable bound, bind_table(std::move(map), known ? *known : gone));
  if (bound.key.empty()) {
    return invalid("table " + name + " has no key; give it a primary key");
  }
  std::shared_ptr<const ForeignTable>& told = captured_[name];
  if (!told || told->columns != bound.table->columns || told->key != bound.table->key) {
    told = bound.table;
    need_begin();
    give(Change::Kind::shape).table = told;
  } else {
    bound.table = told;  // one object as long as the shape stays
  }
  return std::make_shared<const BoundTable>(std::move(bound));
}

Result<void> MariadbStream::rows(const BinlogEvent& event) {
  const std::size_t id_bytes = format_.post_header_of(event.type) == 6 ? 4 : 6;
  const std::uint64_t id = MariadbBytes(event.body).little(id_bytes);
  const auto known = maps_.find(id);
  if (known == maps_.end()) {
    // 0xffffff: the server's mark "end of the statement", without rows.
    if (id == 0xff'ffff) return ok();
    return corrupt("rows of table number " + std::to_string(id) + ", which was not described");
  }
  const std::shared_ptr<const BoundTable> bound = known->second.bound;
  if (!bound) return ok();
  if (is_xa_) {
    return invalid("rows of " + bound->table->full_name() +
                   " were changed in an XA transaction in two steps, which is not captured; use "
                   "XA COMMIT … ONE PHASE or plain transactions");
  }
  CB_TRY(const RowsEvent read, read_rows(event, format_));
  CB_TRY(RowImages images, RowImages::open(read, *bound));
  need_begin();
  while (!images.done()) {
    Change& change = give(read.kind);
    const Result<void> taken = images.next(charsets_, change);
    if (!taken) return taken.error().in("table " + bound->table->full_name());
    out_bytes_ += bytes_of(change.row) + bytes_of(change.old);
  }
  return ok();
}

}  // namespace citybrain::capture
