// A policy's life as JSON, in the names of the API.
#pragma once

#include "base/json.h"
#include "base/room.h"
#include "state.h"

namespace citybrain::benefit {

// {state, on, checks, events}: as it stood at the end of the day `on`, or now. not_found where
// there was no such policy then.
Result<json::object> policy_history_view(Benefit::State& s, const Request& request);
// The checks of the newest round, each with its department's name.
Result<json::array> checks_json(sql::Session& session, const std::string& policy,
                                const Names& names);

}  // namespace citybrain::benefit
