// Rows of rules_model. Private to rules.
#pragma once

#include "rules/rules.h"
#include "sql/db.h"

namespace citybrain::rules {

// effective_to is filled from the later published versions. version 0 = the newest.
Result<ModelInfo> load_info(sql::Session& session, const std::string& id, std::int64_t version);
// All of one model, the newest first; empty where there is none.
Result<std::vector<ModelInfo>> load_versions(sql::Session& session, const std::string& id);
Result<std::vector<ModelInfo>> load_all(sql::Session& session);

}  // namespace citybrain::rules
