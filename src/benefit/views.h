// What the room's routes show: lists and details as JSON, in the names of the API.
#pragma once

#include <string>

#include "base/json.h"
#include "base/room.h"
#include "state.h"

namespace citybrain::benefit {

struct PageOf {
  std::int64_t limit = 50;
  std::int64_t offset = 0;
};
PageOf page_of(const Request& request);

// --- staff
Result<json::object> policies_view(Benefit::State& s, const Request& request);
Result<json::object> policy_view(Benefit::State& s, const std::string& code);
Result<json::object> lines_view(Benefit::State& s, const Request& request);
Result<json::object> payments_view(Benefit::State& s, const Request& request);
Result<json::object> claims_view(Benefit::State& s, const Request& request);
// Facts used, model, reasons: of the subject's own entitlement, or for staff.
Result<json::object> decision_view(Benefit::State& s, const Principal& asker,
                                   const std::string& id);

// --- a firm's or citizen's own
// Without reasons each item keeps its one sentence (`in_words`): a fraction of the bytes, for the
// first page of a phone.
Result<json::object> my_entitlements_view(Benefit::State& s, const Principal& me, bool all,
                                          bool with_reasons);

// "enterprise" or "person"; denied to an account that stands for neither.
Result<std::string> subject_type_of(const Principal& me);
json::array to_json(const std::vector<Reason>& reasons);

}  // namespace citybrain::benefit
