// See capture_store.h.
#include "capture_store.h"

#include "base/json.h"
#include "base/text.h"

namespace citybrain::rail {
namespace {

constexpr const char* capture_columns =
    "name, kind, address, watermark, secret, secret_file, department, system, wanted, state, "
    "reason,"
    " position, catch_up, commit_at, transactions, created_at, created_by, updated_at";
constexpr const char* table_columns =
    "source, name, resource, state, sweep, copied_to, columns, rows_copied, rows_estimate, upserts,"
    " removes, refused, told_good, told_bad";

CaptureRow capture_from(const sql::Row& r) {
  CaptureRow c;
  c.name = r.text(0);
  c.kind = r.text(1);
  c.address = r.text(2);
  c.watermark = r.text(3);
  c.secret = r.text(4);
  c.secret_file = r.text(5);
  c.department = r.text(6);
  c.system = r.text(7);
  c.wanted = r.text(8);
  c.state = r.text(9);
  c.reason = r.text(10);
  c.position = r.text(11);
  c.catch_up = r.text(12);
  c.commit_at = {r.integer(13)};
  c.transactions = r.integer(14);
  c.created_at = {r.integer(15)};
  c.created_by = r.text(16);
  c.updated_at = {r.integer(17)};
  return c;
}

std::string columns_text(const std::vector<ColumnOf>& columns) {
  json::array out;
  for (const ColumnOf& one : columns) {
    out.push_back(json::object{{"item", one.item},
                               {"column", one.column},
                               {"type", name_of(one.field.type)},
                               {"scale", one.field.scale},
                               {"gone", one.gone}});
  }
  return json::serialize(out);
}

Result<std::vector<ColumnOf>> columns_from(const std::string& text) {
  CB_TRY(const json::value parsed, parse_json(text));
  std::vector<ColumnOf> out;
  if (!parsed.is_array()) return corrupt("rail_capture_table.columns is no array");
  for (const json::value& value : parsed.as_array()) {
    const json::object& one = value.as_object();
    ColumnOf column;
    column.item = text_of(one, "item");
    column.column = text_of(one, "column");
    CB_TRY(const Type type, type_from(text_of(one, "type")));
    column.field = {column.column, type, one.at("scale").to_number<int>()};
    column.gone = one.at("gone").as_bool();
    out.push_back(std::move(column));
  }
  return out;
}

Result<CaptureTableRow> table_from(const sql::Row& r) {
  CaptureTableRow t;
  t.source = r.text(0);
  t.name = r.text(1);
  t.resource = r.text(2);
  t.state = r.text(3);
  t.sweep = r.boolean(4);
  t.copied_to = r.text(5);
  CB_TRY(t.columns, columns_from(r.text(6)));
  t.rows_copied = r.integer(7);
  t.rows_estimate = r.integer(8);
  t.upserts = r.integer(9);
  t.removes = r.integer(10);
  t.refused = r.integer(11);
  t.told_good = r.integer(12);
  t.told_bad = r.integer(13);
  return t;
}

}  // namespace

Result<std::vector<CaptureRow>> load_captures(sql::Session& session) {
  std::vector<CaptureRow> out;
  CB_DO(session.each(std::string("SELECT ") + capture_columns + " FROM rail_capture ORDER BY name",
                     {}, [&](const sql::Row& row) -> Result<void> {
                       out.push_back(capture_from(row));
                       return ok();
                     }));
  return out;
}

Result<CaptureRow> load_capture(sql::Session& session, std::string_view name) {
  CB_TRY(const std::vector<CaptureRow> all, load_captures(session));
  std::vector<std::string> names;
  for (const CaptureRow& one : all) {
    if (one.name == name) return one;
    names.push_back(one.name);
  }
  const auto near = nearest(name, names);
  return not_found("no captured source '" + std::string(name) + "'" +
                   (near ? "; did you mean '" + *near + "'?" : ""));
}

Result<std::vector<CaptureTableRow>> load_capture_tables(sql::Session& session,
                                                         std::string_view source) {
  std::vector<CaptureTableRow> out;
  CB_DO(session.each(std::string("SELECT ") + table_columns +
                         " FROM rail_capture_table WHERE source = $1 ORDER BY name",
                     {source}, [&](const sql::Row& row) -> Result<void> {
                       CB_TRY(CaptureTableRow table, table_from(row));
                       out.push_back(std::move(table));
                       return ok();
                     }));
  return out;
}

Result<void> save_capture(sql::Tx& tx, const CaptureRow& c) {
  CB_DO(tx.exec(
      std::string("INSERT INTO rail_capture (") + capture_columns +
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
          " $18) ON CONFLICT (name) DO UPDATE SET address = excluded.address,"
          " watermark = excluded.watermark, secret = excluded.secret,"
          " secret_file = excluded.secret_file, department = excluded.department,"
          " system = excluded.system, wanted = excluded.wanted, state = excluded.state,"
          " reason = excluded.reason, position = excluded.position, catch_up = excluded.catch_up,"
          " commit_at = excluded.commit_at, transactions = excluded.transactions,"
          " updated_at = excluded.updated_at",
      {c.name, c.kind, c.address, c.watermark, c.secret, c.secret_file, c.department, c.system,
       c.wanted, c.state, c.reason, c.position, c.catch_up, c.commit_at.us, c.transactions,
       c.created_at.us, c.created_by, c.updated_at.us}));
  return ok();
}

Result<void> save_capture_table(sql::Tx& tx, const CaptureTableRow& t) {
  CB_DO(tx.exec(
      std::string("INSERT INTO rail_capture_table (") + table_columns +
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
          " ON CONFLICT (source, name) DO UPDATE SET state = excluded.state,"
          " sweep = excluded.sweep, copied_to = excluded.copied_to,"
          " columns = excluded.columns, rows_copied = excluded.rows_copied,"
          " rows_estimate = excluded.rows_estimate, upserts = excluded.upserts,"
          " removes = excluded.removes, refused = excluded.refused,"
          " told_good = excluded.told_good, told_bad = excluded.told_bad",
      {t.source, t.name, t.resource, t.state, t.sweep, t.copied_to, columns_text(t.columns),
       t.rows_copied, t.rows_estimate, t.upserts, t.removes, t.refused, t.told_good, t.told_bad}));
  return ok();
}

Result<void> move_capture(sql::Tx& tx, const std::string& name, const std::string& from,
                          const std::string& to, Timestamp commit_at, std::int64_t transactions,
                          Timestamp now) {
  CB_TRY(const std::int64_t moved,
         tx.exec("UPDATE rail_capture SET position = $1, commit_at = CASE WHEN $2 > 0 THEN $3"
                 " ELSE commit_at END, transactions = transactions + $4, updated_at = $5"
                 " WHERE name = $6 AND position = $7",
                 {to, commit_at.us, commit_at.us, transactions, now.us, name, from}));
  if (moved == 1) return ok();
  return conflict("source '" + name + "' is no longer at '" + from +
                  "': another process captures it, or it was removed");
}

Result<void> set_capture_state(sql::Tx& tx, const std::string& name, const std::string& state,
                               const std::string& reason, Timestamp now) {
  CB_DO(tx.exec("UPDATE rail_capture SET state = $1, reason = $2, updated_at = $3 WHERE name = $4",
                {state, reason, now.us, name}));
  return ok();
}

}  // namespace citybrain::rail
