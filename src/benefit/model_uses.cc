// Which policies pay by a model: see benefit/model_uses.h.
#include "benefit/model_uses.h"

#include "terms.h"

namespace citybrain::benefit {

Result<std::vector<ModelUse>> uses_of(sql::Db& db, const std::string& model) {
  return db.read([&](sql::Session& session) -> Result<std::vector<ModelUse>> {
    CB_TRY(const std::vector<Policy> policies, read_policies(session, {}));
    std::vector<ModelUse> out;
    for (const Policy& p : policies) {
      if (p.model == model) out.push_back({p.code, p.name, p.subject, p.parameters});
    }
    return out;
  });
}

}  // namespace citybrain::benefit
