// Adapters of benefit's ports over the rooms that stand below it, for cli/rooms.cc.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "benefit/ports.h"

namespace citybrain::facts {
class Facts;
}
namespace citybrain::guard {
class Guard;
}
namespace citybrain::rules {
class Rules;
}

namespace citybrain::benefit {

// The name of a resource by its code; the catalogue knows it.
using ResourceName = std::function<std::string(const std::string& resource)>;
// Both references must outlive the adapter.
std::unique_ptr<FactSource> facts_of(facts::Facts& facts, guard::Guard& guard, ResourceName name);
std::unique_ptr<ModelSource> models_of(rules::Rules& rules);

// The treasury at "http://host:port": POST /payments/batch and POST /payments/ask. A call that
// takes longer than `timeout` is an Error, and what it sent is asked about.
std::unique_ptr<Treasury> treasury_at(std::string url, std::chrono::milliseconds timeout);

}  // namespace citybrain::benefit
