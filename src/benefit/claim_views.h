// What is shown of claims: the claimant's parcel, the desk's queue and file, notices, complaints.
#pragma once

#include <string>

#include "base/json.h"
#include "base/room.h"
#include "state.h"

namespace citybrain::benefit {

// --- a firm's or citizen's own
Result<json::object> my_claims_view(Benefit::State& s, const Principal& me);
Result<json::object> my_claim_view(Benefit::State& s, const Principal& me, const std::string& id);
Result<json::object> my_notices_view(Benefit::State& s, const Principal& me);
Result<std::int64_t> read_notices(Benefit::State& s, const Principal& me);

// --- departments. `view`: todo (what waits for the officer's department), all, checks.
Result<json::object> desk_view(Benefit::State& s, const Request& request);
Result<json::object> desk_claim_view(Benefit::State& s, const Principal& officer,
                                     const std::string& id);
Result<Reply> desk_paper(Benefit::State& s, const std::string& claim, const std::string& code);
Result<json::object> complaints_view(Benefit::State& s, const Request& request);

}  // namespace citybrain::benefit
