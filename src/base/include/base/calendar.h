// WorkCalendar: which days are working days, as published, version by version. The notice that
// moved the 2020 Spring Festival holiday came out in the middle of it, so a count depends on the
// date from which one looks. Data: city/calendars/*.csv (date,kind,published,name).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"

namespace citybrain {

// Owner: whoever loaded it; immutable after load, so threads may share it.
class WorkCalendar {
 public:
  // kind: off (a weekday that is free) or work (a weekend day that is worked).
  struct Entry {
    Date date;
    bool works = false;
    Date published;
    std::string name;
  };

  WorkCalendar() = default;
  explicit WorkCalendar(std::vector<Entry> entries);
  // Lines of "date,kind,published,name" with a header.
  static Result<WorkCalendar> parse(std::string_view csv);

  // Is `date` a working day, as known on `known_on`?
  bool works(Date date, Date known_on) const;
  // The day `n` working days after `from` (n >= 0; 0 gives `from` itself, or the next working day).
  Date add_working_days(Date from, int n, Date known_on) const;
  // Working days in [from, to).
  int working_days(Date from, Date to, Date known_on) const;

 private:
  std::vector<Entry> entries_;  // by date, then by published
};

}  // namespace citybrain
