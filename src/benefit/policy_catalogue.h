// PolicyCatalogue: the policies of one run over one kind of subject, compiled into one catalogue,
// so that conditions which policies share are asked once.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "brain/catalogue.h"
#include "decider.h"

namespace citybrain::benefit {

// Owner: one run of the matcher; one thread at a time.
class PolicyCatalogue {
 public:
  // For facts with these columns.
  static Result<PolicyCatalogue> compile(const std::vector<const Prepared*>& policies,
                                         const Schema& facts);

  // Called for each row that a policy entitles: the policy's place among those compiled, the row,
  // and the sum.
  using Entitled = std::function<void(std::size_t policy, std::size_t row, std::int64_t fen)>;
  Result<void> decide(const Batch& facts, const Entitled& entitled);

 private:
  PolicyCatalogue(std::shared_ptr<const brain::Catalogue> catalogue, std::size_t policies)
      : run_(std::move(catalogue)), policies_(policies) {}
  Result<void> decide_one(const Batch& facts, const Entitled& entitled);

  brain::CatalogueRun run_;
  std::size_t policies_;
};

}  // namespace citybrain::benefit
