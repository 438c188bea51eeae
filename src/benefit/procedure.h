// Procedure: how a claim of one policy is dealt with: papers, departments, time limits. Data of the
// policy, stored as one JSON object; plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/calendar.h"
#include "base/json.h"
#include "sql/db.h"
#include "terms.h"

namespace citybrain::benefit {

// A paper that the claimant sends. What sharing can provide is a fact, never a paper.
struct Paper {
  std::string code;
  std::string name;
  std::string name_en;
  // Working days by which it may come later where the claim is accepted with gaps; 0 = it may not.
  int gap_days = 0;
};

struct Procedure {
  std::vector<Paper> papers;
  std::vector<std::string> reviewers;  // departments, by short code
  bool in_order = false;               // one after the other; else all at once
  int accept_days = 5;  // working days to accept, ask or refuse; then deemed accepted
  int supplement_days = 10;
  int review_days = 5;  // a department
  int objection_days = 60;
  int complaint_days = 15;
  int check_percent = 0;  // of claims paid on a promise, checked afterwards
  int check_days = 30;
  std::string complaint_body = "xfj";
  std::string contact;  // place and telephone, as the guide prints them

  const Paper* paper(std::string_view code) const;
};

// {"papers":[{"code","name","name_en","gap_days"}],"reviewers":["rsj"],"in_order":false,
// "accept_days":5,…}; members left out keep their defaults. invalid names the member and its value.
Result<Procedure> procedure_from(const json::object& body);
// The policy's own, or the defaults. Checked claims of 即申即享 have no reviewers.
Result<Procedure> read_procedure(sql::Session& session, const Policy& policy);
Result<void> store_procedure(sql::Tx& tx, const std::string& policy, const json::object& body,
                             const std::string& officer, Timestamp now);
// A JSON object of policy code → procedure; policies that are not there are named. Returns how many
// were stored.
Result<std::int64_t> import_procedures(sql::Db& db, std::string_view text,
                                       const std::string& officer, Timestamp now);

// The last moment of the day that lies `days` working days after `now`.
Timestamp end_of_working_day(const WorkCalendar& calendar, Timestamp now, int days);

}  // namespace citybrain::benefit
