// Work orders: see rail/work_order.h.
//
//   opened ──assign──▶ assigned ──answer──▶ answered
//      │                  │                    │
//      └──────────────────┴────────────────────┴──▶ closed   by the engine when the records are
//                                                            right again, or by hand with a reason
#include "rail/work_order.h"

#include "base/ids.h"
#include "catalog/catalog.h"
#include "sql/db.h"

namespace citybrain::rail {
namespace {

constexpr std::size_t text_max = 2'000;
constexpr const char* columns =
    "id, kind, resource, department, source, title, detail, state, assignee, opened_at, due_on,"
    " closed_at, closed_by, closed_why";

WorkOrder from(const sql::Row& r, Date today) {
  WorkOrder order;
  order.id = r.text(0);
  order.kind = r.text(1);
  order.resource = r.text(2);
  order.department = r.text(3);
  order.source = r.text(4);
  order.title = r.text(5);
  const auto detail = parse_json(r.text(6));
  if (detail && detail->is_object()) order.detail = detail->get_object();
  order.state = r.text(7);
  order.assignee = r.text(8);
  order.opened_at = {r.integer(9)};
  order.due_on = {static_cast<std::int32_t>(r.integer(10))};
  if (r.integer(11) > 0) order.closed_at = Timestamp{r.integer(11)};
  order.closed_by = r.text(12);
  order.closed_why = r.text(13);
  order.overdue = order.state != "closed" && order.due_on < today;
  return order;
}

Result<void> add_note(sql::Tx& tx, const std::string& id, const WorkNote& note) {
  CB_DO(
      tx.exec("INSERT INTO rail_work_note (work_order, seq, at, author, kind, text)"
              " SELECT $1, COALESCE(MAX(seq), 0) + 1, $2, $3, $4, $5 FROM rail_work_note"
              " WHERE work_order = $1",
              {id, note.at.us, note.by, note.kind, note.text}));
  return ok();
}

Result<std::int64_t> open_rows(sql::Session& session, std::string_view resource) {
  CB_TRY(const auto row,
         session.query_one("SELECT COUNT(*) FROM rail_quarantine WHERE resource = $1 AND"
                           " state = 'open'",
                           {resource}));
  return row ? row->integer(0) : 0;
}

// The conditions of a query but for its state, and their parameters.
std::string where_of(const OrderQuery& query, sql::Params& params) {
  std::string where = " WHERE 1 = 1";
  const auto add = [&](const char* column, const std::string& value) {
    if (value.empty()) return;
    params.emplace_back(value);
    where += std::string(" AND ") + column + " = $" + std::to_string(params.size());
  };
  add("resource", query.resource);
  add("department", query.department);
  add("kind", query.kind);
  add("assignee", query.assignee);
  return where;
}

Result<void> check_text(const std::string& text, const char* name) {
  if (!text.empty() && text.size() <= text_max) return ok();
  return invalid("'" + std::string(name) + "' has " + std::to_string(text.size()) +
                 " bytes; send 1.." + std::to_string(text_max));
}

}  // namespace

Result<std::string> WorkOrders::open(sql::Tx& tx, const Cause& cause, Timestamp now) const {
  const std::string detail = json::serialize(cause.detail);
  CB_TRY(const auto known,
         tx.query_one("SELECT id, detail, title FROM rail_work_order WHERE resource = $1 AND"
                      " kind = $2 AND source = $3 AND state <> 'closed'",
                      {cause.resource, cause.kind, cause.source}));
  if (known) {
    const std::string id = known->text(0);
    if (known->text(1) == detail && known->text(2) == cause.title) return id;
    CB_DO(tx.exec("UPDATE rail_work_order SET detail = $2, title = $3 WHERE id = $1",
                  {id, detail, cause.title}));
    // Rows that go on failing are one story; only what is new is a line of it.
    if (known->text(2) != cause.title)
      CB_DO(add_note(tx, id, {now, "system", "system", cause.title}));
    return id;
  }
  const auto entry = catalog_.resource(cause.resource);
  const std::string department = entry ? (*entry)->department : "";
  const std::string id = derived_id(
      {"rail_work_order", cause.resource, cause.kind, cause.source, std::to_string(now.us)});
  const Date today = city_date(now);
  const Date due = limits_.calendar.add_working_days(today, limits_.days_max, today);
  CB_DO(tx.exec(std::string("INSERT INTO rail_work_order (") + columns +
                    ") VALUES ($1, $2, $3, $4, $5, $6, $7, 'opened', '', $8, $9, 0, '', '')"
                    " ON CONFLICT (id) DO NOTHING",
                {id, cause.kind, cause.resource, department, cause.source, cause.title, detail,
                 now.us, due.days}));
  CB_DO(add_note(tx, id, {now, "system", "system", cause.title}));
  return id;
}

Result<void> WorkOrders::close(sql::Tx& tx, std::string_view resource, std::string_view kind,
                               std::string_view source, std::string_view why, Timestamp now) const {
  CB_TRY(const auto known,
         tx.query_one("SELECT id FROM rail_work_order WHERE resource = $1 AND kind = $2 AND"
                      " source = $3 AND state <> 'closed'",
                      {resource, kind, source}));
  if (!known) return ok();
  const std::string id = known->text(0);
  CB_DO(
      tx.exec("UPDATE rail_work_order SET state = 'closed', closed_at = $2,"
              " closed_by = 'system', closed_why = $3 WHERE id = $1",
              {id, now.us, why}));
  return add_note(tx, id, {now, "system", "state", "自动关闭：" + std::string(why)});
}

Result<void> WorkOrders::close_if_clear(sql::Tx& tx, std::string_view resource,
                                        Timestamp now) const {
  CB_TRY(const std::int64_t rows, open_rows(tx, resource));
  if (rows > 0) return ok();
  return close(tx, resource, "quarantine", "", "隔离的记录已全部更正或处置", now);
}

Result<OrderPage> WorkOrders::list(const OrderQuery& query) const {
  const Date today = clock_.today();
  return db_.read([&](sql::Session& session) -> Result<OrderPage> {
    OrderPage page;
    sql::Params params;
    std::string where = where_of(query, params);
    CB_TRY(const auto counts,
           session.query("SELECT state, COUNT(*), SUM(CASE WHEN due_on < " +
                             std::to_string(today.days) +
                             " THEN 1 ELSE 0 END) FROM rail_work_order" + where + " GROUP BY state",
                         params));
    for (const sql::Row& row : counts) {
      const std::string state = row.text(0);
      (state == "opened"     ? page.opened
       : state == "assigned" ? page.assigned
       : state == "answered" ? page.answered
                             : page.closed) = row.integer(1);
      if (state != "closed") page.overdue += row.integer(2);
    }
    if (query.state.empty()) where += " AND state <> 'closed'";
    if (!query.state.empty() && query.state != "all") {
      params.emplace_back(query.state);
      where += " AND state = $" + std::to_string(params.size());
    }
    if (query.overdue) {
      where += " AND state <> 'closed' AND due_on < " + std::to_string(today.days);
    }
    CB_TRY(const auto total,
           session.query_one("SELECT COUNT(*) FROM rail_work_order" + where, params));
    page.total = total ? total->integer(0) : 0;
    CB_TRY(const auto rows,
           session.query(std::string("SELECT ") + columns + " FROM rail_work_order" + where +
                             " ORDER BY CASE WHEN state = 'closed' THEN 1 ELSE 0 END, due_on, id"
                             " LIMIT " +
                             std::to_string(query.size) + " OFFSET " +
                             std::to_string((query.page - 1) * query.size),
                         params));
    for (const sql::Row& row : rows) {
      page.items.push_back(from(row, today));
      if (page.items.back().kind != "quarantine") continue;
      CB_TRY(page.items.back().rows_open, open_rows(session, page.items.back().resource));
    }
    return page;
  });
}

Result<WorkOrder> WorkOrders::find(const std::string& id) const {
  return db_.read([&](sql::Session& session) -> Result<WorkOrder> {
    CB_TRY(const auto row,
           session.query_one(
               std::string("SELECT ") + columns + " FROM rail_work_order WHERE id = $1", {id}));
    if (!row) return not_found("no work order '" + id + "'");
    WorkOrder order = from(*row, clock_.today());
    if (order.kind == "quarantine") {
      CB_TRY(order.rows_open, open_rows(session, order.resource));
    }
    CB_TRY(const auto notes, session.query("SELECT at, author, kind, text FROM rail_work_note WHERE"
                                           " work_order = $1 ORDER BY seq",
                                           {id}));
    for (const sql::Row& note : notes) {
      order.notes.push_back({{note.integer(0)}, note.text(1), note.text(2), note.text(3)});
    }
    return order;
  });
}

// One step of an order that is not closed; an empty `state` or `assignee` stays as it is.
Result<WorkOrder> WorkOrders::step(const std::string& id, const char* state,
                                   const std::string& assignee, const WorkNote& note) const {
  const std::string to = state;
  CB_DO(db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const auto row,
           tx.query_one("SELECT state, kind, resource FROM rail_work_order WHERE id = $1", {id}));
    if (!row) return not_found("no work order '" + id + "'");
    if (row->text(0) == "closed") {
      return conflict("work order '" + id + "' is closed; a new one opens if it happens again");
    }
    if (to == "closed" && row->text(1) == "quarantine") {
      CB_TRY(const std::int64_t rows, open_rows(tx, row->text(2)));
      if (rows > 0) {
        return conflict(std::to_string(rows) + " rows of '" + row->text(2) +
                        "' are in quarantine still; have them corrected, or dismiss them first");
      }
    }
    if (!to.empty())
      CB_DO(tx.exec("UPDATE rail_work_order SET state = $2 WHERE id = $1", {id, to}));
    if (!assignee.empty()) {
      CB_DO(tx.exec("UPDATE rail_work_order SET assignee = $2 WHERE id = $1", {id, assignee}));
    }
    if (to == "closed") {
      CB_DO(
          tx.exec("UPDATE rail_work_order SET closed_at = $2, closed_by = $3, closed_why = $4"
                  " WHERE id = $1",
                  {id, note.at.us, note.by, note.text}));
    }
    return add_note(tx, id, note);
  }));
  return find(id);
}

Result<WorkOrder> WorkOrders::assign(const std::string& id, const std::string& assignee,
                                     const std::string& note, const std::string& by) const {
  CB_DO(check_text(assignee, "assignee"));
  const std::string text = "交给 " + assignee + (note.empty() ? "" : "：" + note);
  return step(id, "assigned", assignee, {clock_.now(), by, "state", text});
}

Result<WorkOrder> WorkOrders::comment(const std::string& id, const std::string& text,
                                      const std::string& by) const {
  CB_DO(check_text(text, "text"));
  return step(id, "", "", {clock_.now(), by, "comment", text});
}

Result<WorkOrder> WorkOrders::answer(const std::string& id, const std::string& text,
                                     const std::string& by) const {
  CB_DO(check_text(text, "text"));
  return step(id, "answered", "", {clock_.now(), by, "state", text});
}

Result<WorkOrder> WorkOrders::close_by_hand(const std::string& id, const std::string& why,
                                            const std::string& by) const {
  CB_DO(check_text(why, "why"));
  return step(id, "closed", "", {clock_.now(), by, "state", why});
}

}  // namespace citybrain::rail
