// Work orders (数据质量工单): what is wrong with a resource's records, owed by the department that
// owns it, until the records themselves are right again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace citybrain::sql {
class Db;
class Tx;
}  // namespace citybrain::sql
namespace citybrain::catalog {
class Catalog;
}

namespace citybrain::rail {

// Why an order is opened. One order is open for one (resource, kind, source) at a time.
struct Cause {
  std::string resource;
  std::string kind;    // quarantine | drift | stale | difference | schema
  std::string source;  // "" where the resource as a whole is meant
  std::string title;   // Chinese, one line
  json::object detail = {};
};

struct WorkNote {
  Timestamp at;
  std::string by;    // an account, or "system"
  std::string kind;  // comment | state | system
  std::string text;
};

struct WorkOrder {
  std::string id;
  std::string kind;
  std::string resource;
  std::string department;  // short name
  std::string source;
  std::string title;
  json::object detail;
  std::string state;  // opened | assigned | answered | closed
  std::string assignee;
  std::int64_t rows_open = 0;  // rows of the resource in quarantine, of kind quarantine
  Timestamp opened_at;
  Date due_on;
  bool overdue = false;
  std::optional<Timestamp> closed_at;
  std::string closed_by;  // "system" where the records are right again
  std::string closed_why;
  std::vector<WorkNote> notes;  // of find() alone
};

struct OrderQuery {
  std::string resource;
  std::string department;
  std::string kind;
  std::string state;  // "" = all but closed, "all", or one
  std::string assignee;
  bool overdue = false;
  std::int64_t page = 1;
  std::int64_t size = 20;
};

struct OrderPage {
  std::vector<WorkOrder> items;
  std::int64_t total = 0;
  std::int64_t opened = 0;  // of all that match but for their state
  std::int64_t assigned = 0;
  std::int64_t answered = 0;
  std::int64_t closed = 0;
  std::int64_t overdue = 0;
};

struct OrderLimits {
  WorkCalendar calendar;
  int days_max = 5;  // working days a department has (an objection's answer: 5)
};

// The orders. Owned by the rail; thread-safe, holds nothing but the store. Always holds: an order
// of kind quarantine closes by itself when no row of its resource is open, and cannot be closed by
// hand before.
class WorkOrders {
 public:
  WorkOrders(sql::Db& db, const catalog::Catalog& catalog, const Clock& clock, OrderLimits limits)
      : db_(db), catalog_(catalog), clock_(clock), limits_(std::move(limits)) {}

  // Opens one in the transaction of what caused it; where one is open already, brings its title and
  // detail up to date. Returns its id.
  Result<std::string> open(sql::Tx& tx, const Cause& cause, Timestamp now) const;
  // Closes the open order of that cause; does nothing where there is none.
  Result<void> close(sql::Tx& tx, std::string_view resource, std::string_view kind,
                     std::string_view source, std::string_view why, Timestamp now) const;
  // Closes the quarantine order of the resource where no row of it is open any more.
  Result<void> close_if_clear(sql::Tx& tx, std::string_view resource, Timestamp now) const;

  Result<OrderPage> list(const OrderQuery& query) const;
  Result<WorkOrder> find(const std::string& id) const;
  // By hand; `by` is the account. Errors: not_found; conflict where the order is closed, or (close)
  // where rows of it are still open.
  Result<WorkOrder> assign(const std::string& id, const std::string& assignee,
                           const std::string& note, const std::string& by) const;
  Result<WorkOrder> comment(const std::string& id, const std::string& text,
                            const std::string& by) const;
  Result<WorkOrder> answer(const std::string& id, const std::string& text,
                           const std::string& by) const;
  Result<WorkOrder> close_by_hand(const std::string& id, const std::string& why,
                                  const std::string& by) const;

 private:
  Result<WorkOrder> step(const std::string& id, const char* state, const std::string& assignee,
                         const WorkNote& note) const;

  sql::Db& db_;
  const catalog::Catalog& catalog_;
  const Clock& clock_;
  OrderLimits limits_;
};

}  // namespace citybrain::rail
