// Deliveries of returns: the file is written and whole, then guard's audit entry is durable, then
// the delivery is on record and the next one due, in one transaction. See catalog/returns.h.
#include <filesystem>

#include "base/crash.h"
#include "base/json.h"
#include "catalog/returns.h"
#include "delivery_file.h"
#include "guard/release.h"
#include "return_rows.h"
#include "sql/outbox.h"
#include "supply_rows.h"

namespace citybrain::catalog {
namespace {

constexpr std::int64_t minute_us = 60'000'000;

std::string columns_text(const std::vector<DeliveredColumn>& columns) {
  json::array all;
  for (const DeliveredColumn& one : columns) {
    all.push_back(json::object{
        {"code", one.code}, {"name", one.name}, {"grade", one.grade}, {"masked", one.masked}});
  }
  return json::serialize(all);
}

std::vector<DeliveredColumn> columns_of(std::string_view text) {
  std::vector<DeliveredColumn> columns;
  const auto value = parse_json(text);
  if (!value || !value->is_array()) return columns;
  for (const json::value& each : value->get_array()) {
    const json::object& one = each.as_object();
    columns.push_back({text_of(one, "code"), text_of(one, "name"), text_of(one, "grade"),
                       one.at("masked").as_bool()});
  }
  return columns;
}

Date first_of_month(int year, int month) {
  return date_of({year + (month - 1) / 12, (month - 1) % 12 + 1, 1});
}

}  // namespace

Timestamp next_delivery(std::string_view update_cycle, Timestamp last) {
  if (update_cycle == "实时") return {last.us + Returns::realtime_minutes * minute_us};
  const Date day = city_date(last);
  const YearMonthDay ymd = ymd_of(day);
  if (update_cycle == "每日") return city_midnight(day + 1);
  if (update_cycle == "每周") return city_midnight(day + (8 - weekday_of(day)));
  if (update_cycle == "每月") return city_midnight(first_of_month(ymd.year, ymd.month + 1));
  if (update_cycle == "每季") {
    return city_midnight(first_of_month(ymd.year, (ymd.month - 1) / 3 * 3 + 4));
  }
  return city_midnight(first_of_month(ymd.year + 1, 1));
}

Delivery delivery_of(const sql::Row& row) {
  Delivery one;
  one.number = row.integer(0);
  one.at = {row.integer(1)};
  one.state = row.text(2);
  one.file_number = row.integer(3);
  one.rows = row.integer(4);
  one.bytes = row.integer(5);
  one.digest = row.text(6);
  one.entry_version = row.integer(7);
  one.columns_seq = row.integer(8);
  one.audit_index = row.integer(9);
  one.columns = columns_of(row.text(10));
  one.taken_by = row.text(11);
  one.taken_at = {row.integer(12)};
  one.received_by = row.text(13);
  one.received_at = {row.integer(14)};
  one.note = row.text(15);
  return one;
}

std::string Returns::path_of(std::int64_t id, std::int64_t number) const {
  return dir_ + "/" + std::to_string(id) + "/" + std::to_string(number) + ".csv";
}

// What follows changes as they come is sent only when something came.
Result<bool> Returns::has_news(const Return& one) const {
  if (one.update_cycle != "实时" || one.delivered == 0 || !one.error.empty()) return true;
  CB_TRY(const Standing standing, catalog_.standing_of(one.resource));
  CB_TRY(const Delivery last, delivery(one.id, one.delivered));
  return standing.landed_at && *standing.landed_at > last.at;
}

Result<bool> Returns::deliver() {
  if (guard_ == nullptr) return false;
  const Timestamp now = clock_.now();
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& session) {
    return session.query("SELECT " + std::string(return_columns) +
                             " FROM catalog_return WHERE state = 'active' AND next_at <= $1"
                             " ORDER BY next_at, id LIMIT 2",
                         {now.us});
  }));
  if (rows.empty()) return false;
  const Return one = return_of(rows[0]);
  CB_TRY(const bool news, has_news(one));
  if (!news) {
    CB_DO(put_off(one, next_delivery(one.update_cycle, now), ""));
    return rows.size() > 1;
  }
  const auto made = make(one);
  if (made) {
    CB_DO(record(one, *made));
  } else {
    CB_DO(put_off(one, {now.us + retry_minutes * minute_us}, made.error().message));
  }
  return rows.size() > 1;
}

Result<Delivery> Returns::make(const Return& one) {
  CB_TRY(const auto entry, catalog_.resource(one.resource));
  guard::ReleaseSpec spec;
  spec.resource = one.resource;
  CB_TRY(spec.columns, returnable_items(*entry, one.items));
  if (const Item* division = division_item_of(*entry)) {
    spec.comparisons.push_back({division->code, guard::Comparison::Op::eq, one.division});
  } else if (entry->grade() > 1) {
    return conflict("'" + one.resource + "' no longer has an L1 item with check code:divisions");
  }
  spec.recipient = "division:" + one.division;
  Delivery made;
  made.number = one.delivered + 1;
  made.file_number = made.number;
  made.at = clock_.now();
  made.entry_version = entry->version;
  std::vector<std::string> names;
  for (const std::string& code : spec.columns) names.push_back(entry->find(code)->name);
  CB_TRY(DeliveryFile file, DeliveryFile::create(path_of(one.id, made.number)));
  CB_DO(file.header(names));
  const guard::InternalPurpose purpose{"catalog.return", one.purpose, one.by, {}, {}};
  CB_TRY(const guard::Released released,
         guard_->release(purpose, spec, [&](const Batch& batch) { return file.rows(batch); }));
  CB_TRY(made.digest, file.finish());
  crash_point("catalog.delivery_file");
  made.bytes = file.bytes();
  made.rows = released.rows;
  made.columns_seq = released.as_of.columns_seq;
  made.audit_index = static_cast<std::int64_t>(released.audit_index);
  for (const guard::ReadColumn& column : released.columns) {
    made.columns.push_back({column.code, column.name, guard::name_of(column.grade), column.masked});
  }
  if (one.delivered > 0) {
    CB_TRY(const Delivery last, delivery(one.id, one.delivered));
    std::error_code none;  // a restored backup brings no files
    const bool there = std::filesystem::exists(path_of(one.id, last.file_number), none);
    if (there && last.digest == made.digest) made.file_number = last.file_number;
  }
  return made;
}

Result<void> Returns::record(const Return& one, const Delivery& made) {
  CB_DO(db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(tx.exec(
        "INSERT INTO catalog_delivery (return_id, number, at, state, file_number,"
        " row_count, bytes, digest, entry_version, columns_seq, audit_index, columns,"
        " taken_by, taken_at, received_by, received_at, note)"
        " VALUES ($1, $2, $3, 'ready', $4, $5, $6, $7, $8, $9, $10, $11, '', 0, '', 0, '')",
        {one.id, made.number, made.at.us, made.file_number, made.rows, made.bytes, made.digest,
         made.entry_version, made.columns_seq, made.audit_index, columns_text(made.columns)}));
    CB_DO(
        tx.exec("UPDATE catalog_return SET delivered = $2, next_at = $3, error = '' WHERE id = $1",
                {one.id, made.number, next_delivery(one.update_cycle, made.at).us}));
    CB_DO(sql::put(tx, made.at, "task.return_delivered", std::to_string(one.id),
                   {{"resource", one.resource},
                    {"division", one.division},
                    {"number", made.number},
                    {"rows", made.rows}}));
    return ok();
  }));
  crash_point("catalog.delivery_recorded");
  // The same content again needs no second file; old ones go.
  std::error_code none;
  if (made.unchanged()) std::filesystem::remove(path_of(one.id, made.number), none);
  CB_TRY(const auto kept, db_.read([&](sql::Session& session) {
    return session.query_one(
        "SELECT MIN(file_number) FROM catalog_delivery WHERE return_id = $1 AND number > $2",
        {one.id, made.number - files_kept});
  }));
  const std::string folder = dir_ + "/" + std::to_string(one.id);
  for (const auto& file : std::filesystem::directory_iterator(folder, none)) {
    const auto number = parse_int(file.path().stem().string());
    if (number && *number < kept->integer(0)) std::filesystem::remove(file.path(), none);
  }
  return ok();
}

Result<void> Returns::put_off(const Return& one, Timestamp until, const std::string& error) {
  return db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(tx.exec("UPDATE catalog_return SET next_at = $2, error = $3 WHERE id = $1",
                  {one.id, until.us, error}));
    if (error.empty() || error == one.error) return ok();  // told already
    CB_DO(sql::put(tx, clock_.now(), "task.return_failed", std::to_string(one.id),
                   {{"resource", one.resource}, {"division", one.division}, {"error", error}}));
    return ok();
  });
}

Result<std::vector<Delivery>> Returns::deliveries(std::int64_t id, std::int64_t size) const {
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& session) {
    return session.query("SELECT " + std::string(delivery_columns) +
                             " FROM catalog_delivery WHERE return_id = $1"
                             " ORDER BY number DESC LIMIT $2",
                         {id, size});
  }));
  std::vector<Delivery> all;
  for (const sql::Row& row : rows) all.push_back(delivery_of(row));
  return all;
}

Result<Delivery> Returns::delivery(std::int64_t id, std::int64_t number) const {
  CB_TRY(const auto row, db_.read([&](sql::Session& session) {
    return session.query_one("SELECT " + std::string(delivery_columns) +
                                 " FROM catalog_delivery WHERE return_id = $1 AND number = $2",
                             {id, number});
  }));
  if (!row) {
    return not_found("return " + std::to_string(id) + " has no delivery " + std::to_string(number));
  }
  return delivery_of(*row);
}

namespace {

Result<void> check_own(const Return& one, const Principal& who) {
  if (who.department == one.division) return ok();
  return not_found("there is no return " + std::to_string(one.id));  // of this district
}

}  // namespace

Result<std::string> Returns::take(std::int64_t id, std::int64_t number, const Principal& who) {
  CB_TRY(const Return one, find(id));
  CB_DO(check_own(one, who));
  CB_TRY(const Delivery wanted, delivery(id, number));
  std::string path = path_of(id, wanted.file_number);
  std::error_code none;
  if (!std::filesystem::exists(path, none)) {
    return not_found("delivery " + std::to_string(number) +
                     " is no longer kept; take the newest one");
  }
  CB_DO(db_.write([&](sql::Tx& tx) {
    return tx.exec(
        "UPDATE catalog_delivery SET state = 'taken', taken_by = $3, taken_at = $4"
        " WHERE return_id = $1 AND number = $2 AND state = 'ready'",
        {id, number, who.id, clock_.now().us});
  }));
  return path;
}

Result<Delivery> Returns::receive(std::int64_t id, std::int64_t number, std::string_view digest,
                                  std::string_view note, const Principal& who) {
  CB_TRY(const Return one, find(id));
  CB_DO(check_own(one, who));
  CB_TRY(Delivery given, delivery(id, number));
  if (given.state == "received") return given;
  if (given.digest != digest) {
    return invalid("digest is '" + std::string(digest.substr(0, 64)) + "', the file's is '" +
                   given.digest + "'; what arrived is not what was sent: take it again");
  }
  given.state = "received";
  given.received_by = who.id;
  given.received_at = clock_.now();
  given.note = note;
  CB_DO(db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(
        tx.exec("UPDATE catalog_delivery SET state = 'received', received_by = $3,"
                " received_at = $4, note = $5 WHERE return_id = $1 AND number = $2",
                {id, number, given.received_by, given.received_at.us, given.note}));
    CB_DO(sql::put(tx, given.received_at, "task.return_received", std::to_string(id),
                   {{"resource", one.resource}, {"division", one.division}, {"number", number}}));
    return ok();
  }));
  return given;
}

}  // namespace citybrain::catalog
