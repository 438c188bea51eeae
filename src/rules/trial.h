// Trial: one model for one subject, with the reasons in words. Private to rules.
#pragma once

#include <string>

#include "base/room.h"
#include "rules/rules.h"

namespace citybrain::rules {

// The model that a request names: its text, or a stored version, or that in force on `date`.
struct Chosen {
  std::shared_ptr<const brain::Model> model;
  std::string id;            // "" = sent as text
  std::int64_t version = 0;  // 0 = sent as text
  std::string hash;
};
// Reads `xml`, or `model` and `version` (0 or left out = the newest), of a body.
Result<Chosen> choose(const Rules& rules, const json::object& body);

// Reads `policy` and `parameters`: the policy's own under those that were sent.
Result<brain::Context> parameters_of(const Rules& rules, Knowledge* knowledge,
                                     const brain::Model& model, const std::string& id,
                                     const json::object& body);
Result<Date> date_of(const json::object& body, Date today);

// POST /api/rules/evaluate.
Route evaluate_route(Rules& rules, Knowledge* knowledge);
// POST /api/models/{id}/{version}/try.
Route try_route(Rules& rules, Knowledge* knowledge);

}  // namespace citybrain::rules
