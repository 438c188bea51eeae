// Policy: the terms of one policy as stored, and what follows from them alone. Plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "sql/db.h"

namespace citybrain::benefit {

inline constexpr const char* city_division = "330200";

struct Policy {
  std::string code;
  std::string name;
  std::string level;  // city | district
  std::string division;
  std::string department;
  std::string subject;  // enterprise | person
  std::string mode;     // 免申即享 | 即申即享 | 承诺兑现
  std::string model;
  std::string line;
  std::int64_t city_share = 100;  // percent
  Date window_from;
  Date window_to;
  std::string basis;
  std::string parameters;  // JSON object
  std::string summary;
  std::string state;  // of policy_graph.h
  std::string drafter;
  std::string publisher;
  std::optional<std::int64_t> published_at;
  std::int64_t events = 0;  // edges taken

  // Nobody has to ask: what is due is paid.
  bool unasked() const { return mode == "免申即享"; }
  // Claims are taken and subjects matched: also while the quota is used up, for the queue.
  bool takes_claims() const { return state == "open" || state == "exhausted"; }
  // A policy pays once a window.
  std::string period() const { return to_iso(window_from); }
};

// A share of a payment and the line that bears it.
struct Leg {
  std::string line;
  std::int64_t amount_fen = 0;
  friend bool operator==(const Leg&, const Leg&) = default;
};

// A policy names one line, or two as "CITY+OTHER": the city's line bears city_share percent,
// rounded half up to the fen, and the other one what remains. `*` in it stands for the payee's
// division, so that a city policy is shared with each payee's own county ("330200-JY+*-JY").
std::vector<Leg> legs_of(const Policy& policy, const std::string& payee_division,
                         std::int64_t amount_fen);
// "LINE=FEN;LINE=FEN" and back.
std::string legs_text(const std::vector<Leg>& legs);
Result<std::vector<Leg>> legs_from(const std::string& text);

// The columns that policy_of() reads, in order.
extern const char* const policy_columns;
Policy policy_of(const sql::Row& row);
Result<Policy> read_policy(sql::Session& session, const std::string& code);
// Of those states; of all where none is named.
Result<std::vector<Policy>> read_policies(sql::Session& session,
                                          const std::vector<std::string>& states);

// "李**", "宁波海曙某某****公司": a person keeps the first character, a firm the first four and the
// last two.
std::string mask_name(const std::string& name, const std::string& subject_type);

}  // namespace citybrain::benefit
