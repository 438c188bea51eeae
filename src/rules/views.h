// What the routes of rules show: models, facts, built-ins, analyses as JSON. Private to rules.
#pragma once

#include <string>
#include <vector>

#include "base/room.h"
#include "brain/model.h"
#include "brain/table_check.h"
#include "brain/words.h"
#include "rules/rules.h"

namespace citybrain::rules {

inline constexpr const char* input_date = "基准日";  // the day a decision is made for

json::object to_json(const ModelInfo& m);
Shape model_shape();

// fact | parameter | date | unknown.
const char* kind_of(const brain::Input& input, const std::vector<FactInfo>& facts,
                    const std::string& subject_type);
json::value to_json(const FactInfo& fact);
json::value builtins_json();

// Where the inputs of a subject type come from; of any type where it is "".
brain::OriginOf origins(Knowledge* knowledge, const std::string& subject_type);
// Inputs that count things or people: for the table check.
std::vector<std::string> whole_facts(Knowledge* knowledge);

// What is wrong with a text that is to be a model, as an editor asks while it is typed: the reply
// of POST /api/rules/validate.
json::object analyse(const std::string& xml, Knowledge* knowledge, const std::string& subject_type);

}  // namespace citybrain::rules
