// Payer: takes payments to the treasury, and what the treasury says into the ledger.
#pragma once

#include <mutex>
#include <vector>

#include "base/clock.h"
#include "benefit/benefit.h"
#include "benefit/ledger.h"
#include "sql/db.h"

namespace citybrain::benefit {

// States of a payment: pending → sending → (accepted →) paid | returned | disputed. "sending" is on
// disk before the treasury is called, and whatever is sending is asked about, never sent again; it
// goes back to pending only when the treasury says that it has never received that id and attempt.
// A returned payment is corrected (corrections.h) and sent under the same id as its next attempt.
// disputed: the treasury paid another sum; its quota stays frozen until people have looked.
//
// Owner: Benefit. Threads may share it; steps are taken one at a time.
class Payer {
 public:
  Payer(Parts parts, const Options& options, const Ledger& ledger)
      : db_(parts.db),
        treasury_(parts.treasury),
        clock_(parts.clock),
        options_(options),
        ledger_(ledger) {}

  // Asks about and sends at most pay_group_max payments; true where more are due now.
  Result<bool> step();
  // Payments neither paid nor returned that were sent more than `age_us` ago.
  Result<std::int64_t> unresolved(std::int64_t age_us);

 private:
  struct Payment {
    std::string id;
    std::string entitlement;
    std::string policy;
    std::string payee;
    std::string account;
    std::string division;
    std::string legs;
    std::string state;
    std::string subject_type;
    std::int64_t amount_fen = 0;
    std::int64_t asked = 0;
    std::int64_t attempt = 1;
    std::int64_t created_us = 0;
  };
  struct Outcome {
    const Payment* payment;
    TreasuryAnswer answer;
  };

  Result<std::vector<Payment>> due(Timestamp now);
  Result<void> ask(const std::vector<Payment>& payments);
  Result<void> send(const std::vector<Payment>& payments);
  // Every payment gets an outcome: the treasury's, or "unknown" where it gave none or several that
  // contradict each other. Asked about, and answered that the attempt before came back: the
  // treasury has not received the present one.
  std::vector<Outcome> match(const std::vector<Payment>& payments,
                             const std::vector<TreasuryAnswer>& answers, bool asked) const;
  Result<void> record(const std::vector<Outcome>& outcomes);
  Result<void> settle(sql::Tx& tx, const std::vector<Outcome>& paid, Timestamp now);
  Result<void> give_back(sql::Tx& tx, const std::vector<Outcome>& returned, Timestamp now);
  Result<void> finish(sql::Tx& tx, const std::vector<Outcome>& outcomes, const char* state,
                      Timestamp now);
  Result<void> later(sql::Tx& tx, const std::vector<Outcome>& open, Timestamp now);

  sql::Db& db_;
  Treasury& treasury_;
  const Clock& clock_;
  const Options& options_;
  const Ledger& ledger_;
  std::mutex mutex_;
};

}  // namespace citybrain::benefit
