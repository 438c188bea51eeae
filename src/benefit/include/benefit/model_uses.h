// Which policies pay by a model: for whoever changes the model.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace citybrain::sql {
class Db;
}

namespace citybrain::benefit {

struct ModelUse {
  std::string policy;  // code
  std::string name;
  std::string subject_type;
  std::string parameters;  // JSON object
};

// Policies of any state that name the model, by code.
Result<std::vector<ModelUse>> uses_of(sql::Db& db, const std::string& model);

}  // namespace citybrain::benefit
