// Working days by the notices known on a date: see base/calendar.h.
#include "base/calendar.h"

#include <algorithm>
#include <tuple>

#include "base/csv.h"

namespace citybrain {

WorkCalendar::WorkCalendar(std::vector<Entry> entries) : entries_(std::move(entries)) {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.date, a.published) < std::tie(b.date, b.published);
  });
}

Result<WorkCalendar> WorkCalendar::parse(std::string_view csv) {
  CB_TRY(const CsvTable table, parse_csv(csv, {"date", "kind", "published", "name"}));
  std::vector<Entry> entries;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string where = "line " + std::to_string(row + 2);
    const auto date = parse_date(table.at(row, "date"));
    if (!date) return date.error().in(where);
    const auto published = parse_date(table.at(row, "published"));
    if (!published) return published.error().in(where);
    const std::string& kind = table.at(row, "kind");
    if (kind != "work" && kind != "off") {
      return invalid(where + ": kind is '" + kind + "'; write work or off");
    }
    entries.push_back({*date, kind == "work", *published, table.at(row, "name")});
  }
  return WorkCalendar(std::move(entries));
}

bool WorkCalendar::works(Date date, Date known_on) const {
  bool works = weekday_of(date) <= 5;
  const auto from = std::lower_bound(entries_.begin(), entries_.end(), date,
                                     [](const Entry& e, Date d) { return e.date < d; });
  for (auto entry = from; entry != entries_.end() && entry->date == date; ++entry) {
    if (entry->published <= known_on) works = entry->works;
  }
  return works;
}

Date WorkCalendar::add_working_days(Date from, int n, Date known_on) const {
  CB_CHECK(n >= 0);
  Date date = from;
  while (n == 0 && !works(date, known_on)) date = date + 1;
  while (n > 0) {
    date = date + 1;
    if (works(date, known_on)) --n;
  }
  return date;
}

int WorkCalendar::working_days(Date from, Date to, Date known_on) const {
  int count = 0;
  for (Date date = from; date < to; date = date + 1) count += works(date, known_on) ? 1 : 0;
  return count;
}

}  // namespace citybrain
