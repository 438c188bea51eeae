// What rules asks of facts, catalog and benefit: the adapter of rules/knowledge.h.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "rules/knowledge.h"

namespace citybrain::sql {
class Db;
}
namespace citybrain::catalog {
class Catalog;
}
namespace citybrain::facts {
class Facts;
}

namespace citybrain::cli {

// All must outlive the adapter. `home` holds city/codes, whose names stand beside the codes.
std::unique_ptr<rules::Knowledge> knowledge_of(facts::Facts& facts, catalog::Catalog& catalog,
                                               sql::Db& db, const std::string& home);

}  // namespace citybrain::cli
