// Commitments: the ledger's pending chain, the payment's row and the entitlement's state together.
#include "commits.h"

#include "base/ids.h"

namespace citybrain::benefit {

namespace {

struct Committing {
  const Due* due;
  std::string payment;
  std::vector<Leg> legs;
};

Result<void> store_payments(sql::Tx& tx, const Policy& policy,
                            const std::vector<const Committing*>& held, Timestamp now) {
  std::vector<std::string> legs;
  for (const Committing* c : held) legs.push_back(legs_text(c->legs));
  CB_DO(tx.exec_rows(
      "INSERT INTO benefit_payment (id, entitlement, policy, subject, payee, account, division,"
      " amount_fen, legs, state, due, asked, created_at, reference, note)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10, 0, $11, '', '')",
      held.size(), [&](std::size_t i, sql::Binder& bind) {
        const Due& due = *held[i]->due;
        bind.text(held[i]->payment);
        bind.text(due.entitlement);
        bind.text(policy.code);
        bind.text(due.subject);
        bind.text(due.payee);
        bind.text(due.account);
        bind.text(due.division);
        bind.integer(due.amount_fen);
        bind.text(legs[i]);
        bind.integer(now.us);
        bind.integer(now.us);
      }));
  CB_TRY(const std::int64_t changed,
         tx.exec_rows("UPDATE benefit_entitlement SET state = 'paying', waiting_since = NULL,"
                      " committed_at = $1, note = '' WHERE id = $2 AND state = 'approved'",
                      held.size(), [&](std::size_t i, sql::Binder& bind) {
                        bind.integer(now.us);
                        bind.text(held[i]->due->entitlement);
                      }));
  if (changed != static_cast<std::int64_t>(held.size())) {
    return conflict("an entitlement of policy '" + policy.code + "' is not approved any more");
  }
  return ok();
}

Result<void> note_waiting(sql::Tx& tx,
                          const std::vector<std::pair<std::string, std::string>>& waiting) {
  CB_DO(tx.exec_rows("UPDATE benefit_entitlement SET note = $1 WHERE id = $2 AND note <> $1",
                     waiting.size(), [&](std::size_t i, sql::Binder& bind) {
                       bind.text(waiting[i].second);
                       bind.text(waiting[i].first);
                     }));
  return ok();
}

}  // namespace

std::string entitlement_id(const Policy& policy, const std::string& subject) {
  return derived_id({"entitlement", policy.code, subject, policy.period()});
}
std::string payment_id(const std::string& entitlement) {
  return derived_id({"payment", entitlement});
}
std::string commitment_id(const std::string& payment, const std::string& line,
                          std::int64_t attempt) {
  return payment + ".commit" + (attempt == 1 ? "" : std::to_string(attempt)) + "." + line;
}
Chain commitment_of(const std::string& payment, const std::vector<Leg>& legs,
                    std::int64_t attempt) {
  Chain chain;
  for (const Leg& leg : legs) {
    Transfer t;
    t.id = commitment_id(payment, leg.line, attempt);
    t.entry = Entry::pending;
    t.debit = line_account(leg.line);
    t.credit = payable_account(leg.line);
    t.amount_fen = leg.amount_fen;
    t.cause = payment;
    chain.transfers.push_back(std::move(t));
  }
  return chain;
}
std::string settlement_id(const std::string& payment, const std::string& line) {
  return payment + ".settle." + line;
}

Result<Committed> commit_due(sql::Tx& tx, const Ledger& ledger, const Policy& policy,
                             const std::vector<Due>& dues, Timestamp now) {
  Committed result;
  std::vector<std::pair<std::string, std::string>> waiting;
  std::vector<Committing> trying;
  std::vector<Chain> chains;
  for (const Due& due : dues) {
    if (due.account.empty()) {
      waiting.emplace_back(due.entitlement, "没有登记银行账号，登记后自动支付");
      continue;
    }
    trying.push_back(
        {&due, payment_id(due.entitlement), legs_of(policy, due.division, due.amount_fen)});
    chains.push_back(commitment_of(trying.back().payment, trying.back().legs));
  }
  CB_TRY(const auto postings, ledger.write(tx, chains));
  std::vector<const Committing*> held;
  for (std::size_t i = 0; i < postings.size(); ++i) {
    if (postings[i].state == Posting::State::refused) {
      if (postings[i].why.code != Code::exhausted) return postings[i].why;
      waiting.emplace_back(trying[i].due->entitlement, "预算额度不足，有额度后按先后支付");
    } else {
      held.push_back(&trying[i]);
    }
  }
  if (!held.empty()) CB_DO(store_payments(tx, policy, held, now));
  if (!waiting.empty()) CB_DO(note_waiting(tx, waiting));
  result.paying = static_cast<std::int64_t>(held.size());
  result.waiting = static_cast<std::int64_t>(waiting.size());
  return result;
}

Result<void> Tally::add_to(sql::Tx& tx, Date day) const {
  std::vector<sql::Params> rows;
  for (const auto& [key, sum] : sums_) {
    rows.push_back(
        {key.first, key.second, day.days, sum.entitled, sum.entitled_fen, sum.paid, sum.paid_fen});
  }
  CB_DO(tx.exec_many(
      "INSERT INTO benefit_tally (policy, division, day, entitled, entitled_fen, paid, paid_fen)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (policy, division, day) DO UPDATE SET"
      " entitled = benefit_tally.entitled + excluded.entitled,"
      " entitled_fen = benefit_tally.entitled_fen + excluded.entitled_fen,"
      " paid = benefit_tally.paid + excluded.paid,"
      " paid_fen = benefit_tally.paid_fen + excluded.paid_fen",
      rows));
  return ok();
}

}  // namespace citybrain::benefit
