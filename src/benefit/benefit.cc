// Benefit: hands each task to the part that does it.
#include "benefit/benefit.h"

#include "policies.h"
#include "state.h"

namespace citybrain::benefit {

Benefit::Benefit(std::unique_ptr<State> state) : state_(std::move(state)) {}
Benefit::~Benefit() = default;

std::shared_ptr<Benefit> Benefit::make(Parts parts, Options options) {
  return std::shared_ptr<Benefit>(new Benefit(std::make_unique<State>(parts, std::move(options))));
}

Result<LineReport> Benefit::import_lines(std::string_view csv, const std::string& officer) {
  return benefit::import_lines(state_->parts.db, state_->ledger, csv, officer,
                               state_->parts.clock.now());
}

Result<std::int64_t> Benefit::import_policies(std::string_view csv, const std::string& drafter) {
  return benefit::import_policies(state_->parts.db, csv, drafter, state_->parts.clock.now());
}

Result<void> Benefit::publish(const std::string& policy, const std::string& publisher) {
  return state_->parts.db.write(
      [&](sql::Tx& tx) { return state_->policies.publish(tx, policy, publisher); });
}

Result<void> Benefit::sign_policies(const std::vector<std::string>& policies,
                                    const Signers& signers) {
  const std::string officers[] = {signers.finance, signers.law, signers.competition};
  return state_->parts.db.write([&](sql::Tx& tx) -> Result<void> {
    for (const std::string& policy : policies) {
      CB_DO(state_->policies.submit(tx, policy, signers.drafter));
      for (std::size_t i = 0; i < check_kinds().size(); ++i) {
        Principal officer;
        officer.kind = Principal::Kind::staff;
        officer.id = officers[i];
        officer.department = check_kinds()[i].department;
        CB_DO(state_->policies.check(tx, policy, check_kinds()[i].kind, officer, true, ""));
      }
      if (signers.publisher.empty()) continue;
      CB_DO(state_->policies.publish(tx, policy, signers.publisher));
    }
    return ok();
  });
}

Result<MatchReport> Benefit::match(const std::string& policy) {
  return state_->matcher.match(policy);
}

Result<std::string> Benefit::claim(const Principal& claimant, const std::string& policy) {
  Submission one_click;
  one_click.policy = policy;
  one_click.promise = true;  // the button says so
  CB_TRY(const std::string id, state_->claims.submit(claimant, one_click));
  return state_->parts.db.read([&](sql::Session& session) -> Result<std::string> {
    CB_TRY(const Claim claim, read_claim(session, id));
    if (claim.state == "refused") return not_found("nothing is due to you: " + claim.reason);
    return claim.entitlement;
  });
}

Result<void> Benefit::approve(const Principal& officer, const std::string& claim) {
  return state_->claims.approve(officer, claim);
}

Result<bool> Benefit::run_deadlines() { return state_->claims.run_deadlines(); }

Result<std::int64_t> Benefit::import_procedures(std::string_view text, const std::string& officer) {
  return benefit::import_procedures(state_->parts.db, text, officer, state_->parts.clock.now());
}

Result<bool> Benefit::open_and_close() {
  CB_DO(advance_policies(state_->parts.db, state_->parts.clock.now()));
  return false;
}

Result<bool> Benefit::redecide() { return state_->matcher.redecide(); }

Result<bool> Benefit::commit_waiting() {
  return benefit::commit_waiting(state_->parts.db, state_->ledger, state_->queue,
                                 state_->parts.clock.now());
}

Result<bool> Benefit::pay() { return state_->payer.step(); }

Result<Verification> Benefit::verify() {
  return state_->parts.db.read(
      [&](sql::Session& session) { return state_->ledger.verify(session); });
}

}  // namespace citybrain::benefit
