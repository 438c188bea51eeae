// Supply: limits and duties. See catalog/supply.h.
#include "catalog/supply.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/csv.h"
#include "base/text.h"
#include "sql/db.h"
#include "supply_rows.h"
#include "words.h"

namespace citybrain::catalog {

Result<SupplyLimits> SupplyLimits::parse(std::string_view csv) {
  CB_TRY(const CsvTable table, parse_csv(csv, {"name", "value"}));
  SupplyLimits limits;
  const std::map<std::string, int SupplyLimits::*> days = {
      {"check_days", &SupplyLimits::check_days},
      {"match_days", &SupplyLimits::match_days},
      {"answer_days", &SupplyLimits::answer_days},
      {"publish_days", &SupplyLimits::publish_days},
      {"dispute_days", &SupplyLimits::dispute_days},
      {"deliver_days", &SupplyLimits::deliver_days},
      {"remind_days", &SupplyLimits::remind_days},
      {"escalate_days", &SupplyLimits::escalate_days}};
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& name = table.at(row, "name");
    const std::string& value = table.at(row, "value");
    if (name == "bureau") {
      limits.bureau = value;
    } else if (name == "leader") {
      limits.leader = value;
    } else if (const auto known = days.find(name); known != days.end()) {
      const auto number = parse_int(value);
      if (!number || *number < 1 || *number > 250) {
        return invalid(name + " is '" + value + "'; write 1..250 working days");
      }
      limits.*known->second = static_cast<int>(*number);
    } else {
      return invalid("supply_limits.csv: no limit is called '" + name + "'");
    }
  }
  return limits;
}

Supply::Supply(sql::Db& db, Catalog& catalog, const Clock& clock, WorkCalendar calendar,
               SupplyLimits limits)
    : db_(db),
      catalog_(catalog),
      clock_(clock),
      calendar_(std::move(calendar)),
      limits_(std::move(limits)) {}

bool Supply::is(const Principal& who, std::string_view right, std::string_view department) const {
  return catalog_.may(who, right) && who.department == department;
}

Date Supply::due_in(int working_days) const {
  const Date today = clock_.today();
  return calendar_.add_working_days(today, working_days, today);
}

std::optional<int> Supply::days_left(const std::optional<Date>& due_on) const {
  if (!due_on) return std::nullopt;
  const Date today = clock_.today();
  if (*due_on >= today) return calendar_.working_days(today, *due_on, today);
  return -std::max(1, calendar_.working_days(*due_on + 1, today + 1, today));
}

namespace {

Duty duty_of(const sql::Row& row) {
  Duty duty;
  duty.code = row.text(0);
  duty.name = row.text(1);
  duty.department = row.text(2);
  duty.resource = row.text(3);
  duty.basis = row.text(4);
  duty.update_cycle = row.text(5);
  duty.due_on = day_of(row.integer(6));
  duty.items = row.integer(7);
  duty.supplied = row.integer(8);
  return duty;
}

constexpr const char* duty_columns =
    "code, name, department, resource, basis, update_cycle, due_on, items, supplied";

struct DutyTables {
  std::vector<sql::Params> duties;
  std::vector<sql::Params> items;
};

// `line`: of the file, the header being 1.
Error at_line(const char* file, std::size_t row, const Error& error) {
  return error.in(std::string(file) + ":" + std::to_string(row + 2));
}

Result<DutyTables> read_duties(const Catalog& catalog, std::string_view duties_csv,
                               std::string_view items_csv) {
  CB_TRY(const CsvTable duties, parse_csv(duties_csv, {"code", "name", "department", "resource",
                                                       "basis", "update_cycle", "due_on"}));
  CB_TRY(const CsvTable items,
         parse_csv(items_csv, {"duty", "position", "name", "item", "supplied"}));
  DutyTables out;
  struct Count {
    std::int64_t items = 0;
    std::int64_t supplied = 0;
  };
  std::map<std::string, Count> counts;
  for (std::size_t row = 0; row < duties.rows.size(); ++row) counts[duties.at(row, "code")];
  for (std::size_t row = 0; row < items.rows.size(); ++row) {
    const auto count = counts.find(items.at(row, "duty"));
    if (count == counts.end()) {
      return at_line(
          "duty_items.csv", row,
          invalid("duty is '" + items.at(row, "duty") + "', which duties.csv does not have"));
    }
    ++count->second.items;
    const bool supplied = items.at(row, "supplied") == "1";
    count->second.supplied += supplied ? 1 : 0;
    out.items.push_back({count->first, count->second.items, items.at(row, "name"),
                         items.at(row, "item"), supplied});
  }
  for (std::size_t row = 0; row < duties.rows.size(); ++row) {
    const auto cell = [&](const char* name) { return duties.at(row, name); };
    if (!catalog.department(cell("department"))) {
      return at_line("duties.csv", row,
                     invalid("department is '" + cell("department") +
                             "'; write a short name of departments.csv"));
    }
    if (!cell("resource").empty()) {
      const auto known = catalog.resource(cell("resource"));
      if (!known) return at_line("duties.csv", row, known.error());
    }
    const auto due_on = parse_date(cell("due_on"));
    if (!due_on) return at_line("duties.csv", row, due_on.error());
    const auto cycle = official(Word::update_cycle, cell("update_cycle"));
    if (!cycle) return at_line("duties.csv", row, cycle.error());
    const Count& count = counts[cell("code")];
    out.duties.push_back({cell("code"), cell("name"), cell("department"), cell("resource"),
                          cell("basis"), *cycle, due_on->days, count.items, count.supplied});
  }
  return out;
}

}  // namespace

Result<std::int64_t> Supply::import_duties(std::string_view duties_csv,
                                           std::string_view items_csv) {
  CB_TRY(const DutyTables tables, read_duties(catalog_, duties_csv, items_csv));
  CB_DO(db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(
        tx.exec_many("INSERT INTO catalog_duty (code, name, department, resource, basis,"
                     " update_cycle, due_on, items, supplied)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (code) DO UPDATE"
                     " SET name = excluded.name, department = excluded.department,"
                     " resource = excluded.resource, basis = excluded.basis,"
                     " update_cycle = excluded.update_cycle, due_on = excluded.due_on,"
                     " items = excluded.items, supplied = excluded.supplied",
                     tables.duties));
    for (const sql::Params& duty : tables.duties) {
      CB_DO(tx.exec("DELETE FROM catalog_duty_item WHERE duty = $1", {duty[0]}));
    }
    CB_DO(
        tx.exec_many("INSERT INTO catalog_duty_item (duty, position, name, item, supplied)"
                     " VALUES ($1, $2, $3, $4, $5)",
                     tables.items));
    return ok();
  }));
  return static_cast<std::int64_t>(tables.duties.size());
}

Result<PageOf<Duty>> Supply::duties(const DutyFilter& filter) const {
  using Page = PageOf<Duty>;
  const std::int64_t done = filter.done ? (*filter.done ? 1 : 0) : -1;
  const std::string like = "%" + filter.words + "%";
  return db_.read([&](sql::Session& session) -> Result<Page> {
    const std::string where =
        " FROM catalog_duty WHERE ($1 = '' OR department = $1) AND name LIKE $2"
        " AND ($3 < 0 OR (CASE WHEN items = supplied THEN 1 ELSE 0 END) = $3)";
    Page page;
    CB_TRY(const auto count,
           session.query_one("SELECT COUNT(*)" + where, {filter.department, like, done}));
    page.total = count->integer(0);
    CB_TRY(const sql::Rows rows,
           session.query("SELECT " + std::string(duty_columns) + where +
                             " ORDER BY due_on, code LIMIT $4 OFFSET $5",
                         {filter.department, like, done, filter.size, filter.from}));
    for (const sql::Row& row : rows) page.items.push_back(duty_of(row));
    return page;
  });
}

Result<Duty> Supply::duty(std::string_view code) const {
  CB_TRY(const auto row, db_.read([&](sql::Session& session) {
    return session.query_one(
        "SELECT " + std::string(duty_columns) + " FROM catalog_duty WHERE code = $1", {code});
  }));
  if (!row) return not_found("there is no duty '" + std::string(code) + "'");
  return duty_of(*row);
}

Result<std::vector<DutyItem>> Supply::duty_items(std::string_view code) const {
  CB_TRY(const sql::Rows rows, db_.read([&](sql::Session& session) {
    return session.query(
        "SELECT position, name, item, supplied FROM catalog_duty_item"
        " WHERE duty = $1 ORDER BY position",
        {code});
  }));
  std::vector<DutyItem> items;
  for (const sql::Row& row : rows) {
    items.push_back({row.integer(0), row.text(1), row.text(2), row.boolean(3)});
  }
  return items;
}

Result<void> Supply::supply_items(std::string_view code, const std::vector<std::int64_t>& positions,
                                  const Principal& who) {
  CB_TRY(const Duty known, duty(code));
  if (!is(who, "catalog.answer", known.department) &&
      !is(who, "catalog.coordinate", limits_.bureau)) {
    return denied("duty '" + known.code +
                  "' is owed by another department; it says what is "
                  "supplied");
  }
  return db_.write([&](sql::Tx& tx) -> Result<void> {
    for (const std::int64_t position : positions) {
      CB_TRY(const std::int64_t touched, tx.exec("UPDATE catalog_duty_item SET supplied = 1"
                                                 " WHERE duty = $1 AND position = $2",
                                                 {code, position}));
      if (touched == 0) {
        return not_found("duty '" + known.code + "' has no item " + std::to_string(position));
      }
    }
    CB_DO(
        tx.exec("UPDATE catalog_duty SET supplied = (SELECT COUNT(*) FROM catalog_duty_item"
                " WHERE duty = $1 AND supplied = 1) WHERE code = $1",
                {code}));
    return ok();
  });
}

}  // namespace citybrain::catalog
