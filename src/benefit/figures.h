// The room's figures for the cockpit.
#pragma once

#include "benefit/benefit.h"

namespace citybrain::benefit {

std::vector<Indicator> indicators_of(const std::shared_ptr<Benefit>& benefit);
// Sum of a column of benefit_tally.
Result<std::int64_t> tally_sum(Benefit::State& s, const std::string& column);

}  // namespace citybrain::benefit
