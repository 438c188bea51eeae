// The treasury's messages as JSON, spoken by the client and by the simulator.
#pragma once

#include "base/json.h"
#include "benefit/ports.h"

namespace citybrain::benefit {

inline constexpr std::int64_t treasury_batch_max = 5000;

json::object to_json(const PaymentOrder& order);
json::object to_json(const TreasuryAnswer& answer);
// The error says which member is missing.
Result<PaymentOrder> order_from(const json::value& value);
Result<TreasuryAnswer> answer_from(const json::value& value);

}  // namespace citybrain::benefit
