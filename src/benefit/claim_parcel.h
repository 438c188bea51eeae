// A claim's stations as a parcel's: its events, then those of its money. Shared by the views.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "claim_store.h"
#include "sql/db.h"

namespace citybrain::benefit {

// An entitlement with its newest claim and its payments, as its owner sees it.
struct Parcel {
  std::string entitlement;
  std::string policy;
  std::string name;
  std::string mode;
  std::string state;  // the claim's until it is approved, then the entitlement's
  std::string note;
  std::int64_t amount_fen = 0;
  std::string subject_type;
  std::string payee;
  std::optional<std::int64_t> decided_at, approved_at, committed_at, sent_at, paid_at, returned_at;
  std::string end_to_end_id;
  std::optional<Claim> claim;
};

// All of a subject's that were claimed or are paid unasked, newest first.
Result<std::vector<Parcel>> read_parcels(sql::Session& session, const std::string& subject);
Result<std::optional<Parcel>> read_parcel(sql::Session& session, const Claim& claim);
// [{at, state, text, text_en}], oldest first.
Result<json::array> stations_of(sql::Session& session, const Parcel& parcel);
// What the claimant may do now: supplement, fill, withdraw, object, complain.
json::array may_of(const Parcel& parcel);
json::array papers_json(const Claim& claim);
json::value time_or_null(const std::optional<std::int64_t>& at);

}  // namespace citybrain::benefit
