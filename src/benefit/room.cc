// The room: routes, jobs, figures, health and metrics, and the command that proves the ledger.
#include <chrono>
#include <cstdio>

#include "benefit/benefit.h"
#include "figures.h"
#include "ledger_journal.h"
#include "routes.h"
#include "state.h"

namespace citybrain::benefit {

std::vector<Migration> migrations();  // generated from schema/

namespace {

Result<void> ledger_command(Benefit& benefit, const std::vector<std::string>& args) {
  if (args != std::vector<std::string>{"verify"}) return invalid("use: ledger verify");
  CB_TRY(const Verification v, benefit.verify());
  std::printf("ledger: %lld transfers over %lld accounts, %lld commitments open\n",
              static_cast<long long>(v.transfers), static_cast<long long>(v.accounts),
              static_cast<long long>(v.pending));
  for (const std::string& fault : v.faults) std::printf("FAULT %s\n", fault.c_str());
  if (!v.faults.empty()) {
    return corrupt(std::to_string(v.faults.size()) + " balances do not follow from the journal");
  }
  std::printf("every balance follows from the journal; debits equal credits; no line overspent\n");
  return ok();
}

Result<void> balanced(Benefit::State& s) {
  CB_TRY(const Totals totals,
         s.parts.db.read([](sql::Session& session) { return read_totals(session); }));
  if (!totals.balanced()) return corrupt("debits and credits of the ledger differ");
  return ok();
}

Job job(const char* name, int every_ms, const std::shared_ptr<Benefit>& benefit,
        Result<bool> (Benefit::*step)()) {
  return {name, std::chrono::milliseconds(every_ms),
          [benefit, step](std::stop_token) { return (benefit.get()->*step)(); }};
}

}  // namespace

Room make_room(std::shared_ptr<Benefit> benefit) {
  Room room{.name = "benefit"};
  room.routes = routes_of(benefit);
  room.migrations = migrations();
  room.commands = {
      {"ledger", "ledger verify", "recomputes every balance from the journal",
       [benefit](const std::vector<std::string>& args) { return ledger_command(*benefit, args); }}};
  room.jobs = {job("benefit.windows", 30'000, benefit, &Benefit::open_and_close),
               job("benefit.redecide", 500, benefit, &Benefit::redecide),
               job("benefit.commit", 2'000, benefit, &Benefit::commit_waiting),
               job("benefit.deadlines", 5'000, benefit, &Benefit::run_deadlines),
               job("benefit.pay", 100, benefit, &Benefit::pay)};
  room.indicators = indicators_of(benefit);
  room.health = {{"ledger", [benefit] { return balanced(benefit->state()); }}};
  room.metrics = {
      {"citybrain_benefit_paid_total", "Payments that the treasury paid", true,
       [benefit] { return static_cast<double>(tally_sum(benefit->state(), "paid").value_or(-1)); }},
      {"citybrain_benefit_unresolved", "Payments sent a minute ago or longer, and not resolved",
       false, [benefit] {
         return static_cast<double>(benefit->state().payer.unresolved(60'000'000).value_or(-1));
       }}};
  room.owner = benefit;
  return room;
}

}  // namespace citybrain::benefit
