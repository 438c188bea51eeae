// MariadbStream: transactions and statements. Tables and rows: mariadb_stream_rows.cc.
#include "mariadb_stream.h"

#include "mariadb_bytes.h"

namespace citybrain::capture {
namespace {

Timestamp instant(std::uint32_t seconds) { return {std::int64_t{seconds} * 1'000'000}; }

// The beginning of a statement, for messages.
std::string shown(const std::string& sql) {
  return "'" + sql.substr(0, 120) + (sql.size() > 120 ? "…'" : "'");
}

constexpr std::size_t change_bytes = 96;  // of a change besides its values

}  // namespace

Result<std::unique_ptr<Stream>> MariadbStream::open(const Settings& settings,
                                                    const std::string& position) {
  std::unique_ptr<MariadbStream> stream(new MariadbStream(settings));
  CB_DO(stream->prepare(position));
  CB_TRY(stream->pump_, BinlogPump::start(settings, stream->position_.gtids));
  return std::unique_ptr<Stream>(std::move(stream));
}

Result<void> MariadbStream::prepare(const std::string& position) {
  CB_TRY(position_, MariadbPosition::parse(position));
  told_ = position;
  CB_TRY(const MariadbLink link, MariadbLink::open(settings_));
  CB_DO(learn_charsets(link, charsets_));
  CB_TRY(std::vector<DescribedTable> tables, describe_tables(link, settings_.tables));
  const std::string shape = shape_digest(tables);
  names_hold_ = position_.shape.empty() || position_.shape == shape;
  position_.shape = shape;
  for (const std::string& name : settings_.tables) captured_[name] = nullptr;
  for (DescribedTable& table : tables) {
    const std::string name = table.table.full_name();
    described_.insert_or_assign(name, std::move(table));
  }
  return ok();
}

Result<void> MariadbStream::next(std::vector<Change>& out, std::size_t bytes_max,
                                 std::chrono::milliseconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  const std::size_t from = out.size();
  out_ = &out;
  out_bytes_ = 0;
  while (out_bytes_ < bytes_max) {
    if (next_packet_ == packets_.size()) {
      packets_.clear();
      next_packet_ = 0;
      if (out.size() > from) break;
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          until - std::chrono::steady_clock::now());
      CB_TRY(const bool came, pump_->take(packets_, std::max(left, std::chrono::milliseconds(0))));
      if (!came) break;
    }
    CB_DO(event(packets_[next_packet_]));
    std::string().swap(packets_[next_packet_++]);
  }
  // Transactions of other tables move us on too.
  if (!in_group_) {
    const std::string text = position_.text();
    if (text != told_) {
      out.push_back({});
      out.back().position = told_ = text;
    }
  }
  return ok();
}

Change& MariadbStream::give(Change::Kind kind) {
  Change& change = out_->emplace_back();
  change.kind = kind;
  out_bytes_ += change_bytes;
  return change;
}

Result<void> MariadbStream::event(std::string_view packet) {
  CB_TRY(const BinlogEvent event, read_event(packet, format_));
  return known_event(event);
}

Result<void> MariadbStream::known_event(const BinlogEvent& event) {
  if (is_rows(event.type)) return rows(event);
  switch (event.type) {
    case EventType::format_description: {
      CB_TRY(format_, read_format(event.body));
      maps_.clear();
      // A server that died while writing a transaction left it without its end.
      return in_group_ ? end_group(End::torn, event.seconds) : ok();
    }
    case EventType::rotate: {
      CB_TRY(const RotateEvent rotate, read_rotate(event.body));
      file_ = rotate.file;
      return ok();
    }
    case EventType::gtid:
    case EventType::mysql_gtid: return begin_group(event);
    case EventType::query:
    case EventType::query_compressed: return query(event);
    case EventType::xid: return end_group(End::committed, event.seconds);
    case EventType::table_map: return table_map(event);
    case EventType::execute_load_query: return loaded(event);
    case EventType::xa_prepare: is_xa_ = true; return end_group(End::committed, event.seconds);
    case EventType::incident:
      return conflict(
          "the server wrote an incident into its binlog: changes are missing there; take a new "
          "snapshot");
    case EventType::mysql_anonymous_gtid:
      return invalid("the binlog has a transaction without GTID; set gtid_mode = ON");
    case EventType::partial_update_rows:
      return invalid("the binlog has JSON values in part; set binlog_row_value_options = ''");
    case EventType::transaction_payload:
      return invalid(
          "the binlog has compressed transactions; set "
          "binlog_transaction_compression = OFF");
    case EventType::mysql_gtid_tagged:
      return invalid("the binlog has a GTID with a tag; use gtid_next without one");
    default: return ok();  // says nothing of rows
  }
}

Result<void> MariadbStream::begin_group(const BinlogEvent& event) {
  if (in_group_) CB_DO(end_group(End::torn, event.seconds));
  group_ = position_;
  group_.file = file_;
  group_.at = event.next_position;
  group_seconds_ = event.seconds;
  standalone_ = false;
  is_xa_ = false;
  if (event.type == EventType::gtid) {
    CB_TRY(const GtidEvent gtid, read_gtid(event.body));
    group_.gtids.add(gtid, event.server_id);
    standalone_ = (gtid.flags & GtidEvent::standalone) != 0;
    is_xa_ = (gtid.flags & GtidEvent::prepared_xa) != 0;
  } else {
    CB_TRY(const MysqlGtid gtid, read_mysql_gtid(event.body));
    group_.gtids.add(gtid);
    standalone_ = true;  // until its BEGIN
  }
  in_group_ = true;
  told_begin_ = false;
  return ok();
}

void MariadbStream::need_begin() {
  if (told_begin_) return;
  told_begin_ = true;
  Change& begin = give(Change::Kind::begin);
  begin.position = group_.text();
  begin.committed_at = instant(group_seconds_);
}

Result<void> MariadbStream::end_group(End end, std::uint32_t seconds) {
  if (!in_group_) return ok();
  in_group_ = false;
  if (end == End::committed) position_ = group_;
  if (told_begin_) {
    // Without a commit, `idle` at the place before says that the transaction did not happen.
    Change& change = give(end == End::committed ? Change::Kind::commit : Change::Kind::idle);
    change.position = told_ = position_.text();
    change.committed_at = instant(seconds);
  }
  if (end == End::rolled_back) position_ = group_;
  return ok();
}

Result<void> MariadbStream::query(const BinlogEvent& event) {
  CB_TRY(const QueryEvent query, read_query(event.body, event.type == EventType::query_compressed));
  const Statement read = read_statement(query.sql, query.database);
  switch (read.kind) {
    case Statement::Kind::begin: standalone_ = false; return ok();
    case Statement::Kind::commit: return end_group(End::committed, event.seconds);
    case Statement::Kind::rollback: return end_group(End::rolled_back, event.seconds);
    default: break;
  }
  CB_DO(statement(read, query.sql));
  return standalone_ ? end_group(End::committed, event.seconds) : ok();
}

Result<void> MariadbStream::statement(const Statement& statement, const std::string& sql) {
  const auto full = [](const Statement::Table& table) { return table.database + "." + table.name; };
  for (const Statement::Table& table : statement.replaced) {
    if (!captured(full(table))) continue;
    return conflict("table " + full(table) + " was replaced by another one: " + shown(sql) +
                    "; take a new snapshot");
  }
  if (statement.kind == Statement::Kind::drop_database) {
    for (const auto& [name, table] : captured_) {
      if (name.starts_with(statement.database + ".")) CB_DO(truncate(name));
    }
  }
  for (const Statement::Table& table : statement.tables) {
    const std::string name = full(table);
    if (!captured(name)) continue;
    switch (statement.kind) {
      case Statement::Kind::truncate:
        CB_DO(truncate(name));
        if (!statement.reshapes) break;
        altered_.insert(name);
        described_.erase(name);
        break;
      case Statement::Kind::alter:
        altered_.insert(name);
        described_.erase(name);
        break;
      case Statement::Kind::replace:
        return conflict("rows of " + name + " came or went without being told: " + shown(sql) +
                        "; take a new snapshot");
      case Statement::Kind::rows:
        return conflict("rows of " + name +
                        " were changed by a statement that the binlog has "
                        "instead of its rows: " +
                        shown(sql) + "; SET GLOBAL binlog_format = ROW and take a new snapshot");
      default: break;
    }
  }
  return ok();
}

Result<void> MariadbStream::truncate(const std::string& full_name) {
  need_begin();
  std::shared_ptr<const ForeignTable>& shape = captured_[full_name];
  if (!shape) {
    CB_TRY(const DescribedTable* table, described(full_name));
    auto made = std::make_shared<ForeignTable>();
    if (table != nullptr) *made = table->table;
    made->schema = full_name.substr(0, full_name.find('.'));
    made->name = full_name.substr(full_name.find('.') + 1);
    shape = std::move(made);
  }
  give(Change::Kind::truncate).table = shape;
  return ok();
}

// LOAD DATA of binlog_format=STATEMENT: its statement stands behind a longer head.
Result<void> MariadbStream::loaded(const BinlogEvent& event) {
  MariadbBytes bytes(event.body);
  bytes.skip(8);
  const std::size_t database_bytes = bytes.u8();
  bytes.skip(2);
  const std::size_t status_bytes = bytes.u16();
  bytes.skip(13 + status_bytes);
  const std::string database(bytes.take(database_bytes));
  bytes.skip(1);
  if (bytes.failed()) return corrupt("a LOAD DATA event that ends before its statement");
  const std::string sql(bytes.rest());
  return statement(read_statement(sql, database), sql);
}

}  // namespace citybrain::capture
