// Delivery: rows that come a request at a time (pushed, corrected, re-driven), landed whole or not
// at all under an idempotency key.
#pragma once

#include <string>
#include <vector>

#include "rail_state.h"

namespace citybrain::rail {

struct Deliver {
  std::string resource;
  std::string key;   // idempotency key
  std::string body;  // NDJSON, UTF-8
  std::string by;    // account
  // Where the rows stand in quarantine already: the row's id of each line. Those that pass are
  // settled as `settles_as`, the others get their new reasons.
  std::vector<std::string> ids = {};
  std::string settles_as = {};
  std::string note = {};
};

// Always holds: good rows, quarantined rows and the key are there together or not at all. A keyed
// resource's are one transaction. Of an append resource the key goes first (state landing), then
// rows with their position in columns, then the rest; what a death left in between is finished or
// taken back by the next delivery to that resource. Takes the resource's turn. Errors: see
// Rail::push.
Result<PushReport> deliver(RailState& rail, const Deliver& what);

// Forgets keys that are older than `before` (of the city's clock), some thousands of them; true
// where more waits.
Result<bool> forget_deliveries(sql::Db& db, Timestamp before);

}  // namespace citybrain::rail
