// The payer's steps. The four named windows are where the kill tests strike.
#include "payer.h"

#include <algorithm>
#include <map>

#include "base/crash.h"
#include "base/log.h"
#include "base/money.h"
#include "commits.h"
#include "sql/outbox.h"

namespace citybrain::benefit {

namespace {

constexpr std::int64_t ask_backoff_max = 30;  // times ask_after_ms

bool is_final(TreasuryStatus status) {
  return status == TreasuryStatus::paid || status == TreasuryStatus::returned;
}

json::object event_data(const std::string& live, const std::string& text, std::int64_t amount_fen,
                        const std::string& division, const std::string& policy) {
  return {{"live", live},
          {"text", text},
          {"amount_fen", amount_fen},
          {"division", division},
          {"policy", policy}};
}

}  // namespace

Result<std::vector<Payer::Payment>> Payer::due(Timestamp now) {
  return db_.read([&](sql::Session& session) -> Result<std::vector<Payment>> {
    std::vector<Payment> payments;
    CB_DO(session.each(
        "SELECT p.id, p.entitlement, p.policy, p.payee, p.account, p.division, p.legs, p.state,"
        " b.subject, p.amount_fen, p.asked, p.attempt, p.created_at FROM benefit_payment p"
        " JOIN benefit_policy b ON b.code = p.policy WHERE p.due <= $1 ORDER BY p.due LIMIT $2",
        {now.us, options_.pay_group_max}, [&](const sql::Row& row) -> Result<void> {
          payments.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4),
                              row.text(5), row.text(6), row.text(7), row.text(8), row.integer(9),
                              row.integer(10), row.integer(11), row.integer(12)});
          return ok();
        }));
    return payments;
  });
}

Result<bool> Payer::step() {
  const std::lock_guard one_at_a_time(mutex_);
  CB_TRY(std::vector<Payment> payments, due(clock_.now()));
  if (payments.empty()) return false;
  const bool full = static_cast<std::int64_t>(payments.size()) == options_.pay_group_max;
  const auto sent = std::stable_partition(payments.begin(), payments.end(),
                                          [](const Payment& p) { return p.state == "pending"; });
  const std::vector<Payment> to_ask(sent, payments.end());
  payments.erase(sent, payments.end());
  if (!to_ask.empty()) CB_DO(ask(to_ask));
  if (!payments.empty()) CB_DO(send(payments));
  return full;
}

Result<void> Payer::ask(const std::vector<Payment>& payments) {
  std::vector<std::string> ids;
  for (const Payment& p : payments) ids.push_back(p.id);
  auto answers = treasury_.ask(ids);
  if (!answers) {
    log(Level::warn, "benefit", "the treasury can't be asked",
        {{"payments", std::to_string(ids.size())}, {"error", answers.error().message}});
    return record(match(payments, {}, true));
  }
  return record(match(payments, *answers, true));
}

Result<void> Payer::send(const std::vector<Payment>& payments) {
  const Timestamp now = clock_.now();
  CB_DO(db_.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const std::int64_t marked,
           tx.exec_rows("UPDATE benefit_payment SET state = 'sending', sent_at = $1, due = $2"
                        " WHERE id = $3 AND state = 'pending'",
                        payments.size(), [&](std::size_t i, sql::Binder& bind) {
                          bind.integer(now.us);
                          bind.integer(now.us + options_.ask_after_ms * 1000);
                          bind.text(payments[i].id);
                        }));
    if (marked != static_cast<std::int64_t>(payments.size())) {
      return conflict("another payer is at work on the same payments");
    }
    return ok();
  }));
  std::vector<PaymentOrder> orders;
  for (const Payment& p : payments)
    orders.push_back({p.id, p.payee, p.account, p.amount_fen, p.attempt});
  crash_point("benefit.before_send");
  auto answers = treasury_.pay(orders);
  crash_point("benefit.after_send");
  if (!answers) {
    log(Level::warn, "benefit", "the treasury gave no answer; it will be asked",
        {{"payments", std::to_string(orders.size())}, {"error", answers.error().message}});
    return ok();
  }
  return record(match(payments, *answers, false));
}

std::vector<Payer::Outcome> Payer::match(const std::vector<Payment>& payments,
                                         const std::vector<TreasuryAnswer>& answers,
                                         bool asked) const {
  using Key = std::pair<std::string_view, std::int64_t>;  // id, attempt
  std::map<Key, const TreasuryAnswer*> given;
  std::map<Key, bool> contradicted;
  for (const TreasuryAnswer& answer : answers) {
    const Key key{answer.end_to_end_id, answer.attempt};
    const auto [there, fresh] = given.emplace(key, &answer);
    if (fresh || there->second->status == answer.status) continue;
    if (is_final(there->second->status) && is_final(answer.status)) contradicted[key] = true;
    if (is_final(answer.status)) there->second = &answer;
  }
  std::vector<Outcome> outcomes;
  for (const Payment& payment : payments) {
    TreasuryAnswer answer{payment.id, TreasuryStatus::unknown, payment.amount_fen, "", ""};
    const Key key{payment.id, payment.attempt};
    const auto told = given.find(key);
    const auto before = given.find({payment.id, payment.attempt - 1});
    if (told != given.end()) {
      if (!contradicted.contains(key)) answer = *told->second;
    } else if (asked && before != given.end() &&
               before->second->status == TreasuryStatus::returned) {
      answer.status = TreasuryStatus::absent;
    }
    outcomes.push_back({&payment, std::move(answer)});
  }
  return outcomes;
}

Result<void> Payer::record(const std::vector<Outcome>& outcomes) {
  std::vector<Outcome> paid;
  std::vector<Outcome> returned;
  std::vector<Outcome> disputed;
  std::vector<Outcome> open;
  for (const Outcome& o : outcomes) {
    if (!is_final(o.answer.status)) {
      open.push_back(o);
    } else if (o.answer.amount_fen != o.payment->amount_fen) {
      disputed.push_back(o);
    } else {
      (o.answer.status == TreasuryStatus::paid ? paid : returned).push_back(o);
    }
  }
  for (Outcome& o : disputed) {
    o.answer.reason = "国库答复金额 " + to_yuan({o.answer.amount_fen}) + " 元与应付不符";
    log(Level::error, "benefit", "the treasury names another sum", {{"payment", o.payment->id}});
  }
  crash_point("benefit.before_post");
  const Timestamp now = clock_.now();
  CB_DO(db_.write([&](sql::Tx& tx) -> Result<void> {
    if (!paid.empty()) CB_DO(settle(tx, paid, now));
    if (!returned.empty()) CB_DO(give_back(tx, returned, now));
    if (!disputed.empty()) CB_DO(finish(tx, disputed, "disputed", now));
    if (!open.empty()) CB_DO(later(tx, open, now));
    return ok();
  }));
  crash_point("benefit.after_post");
  return ok();
}

Result<void> Payer::finish(sql::Tx& tx, const std::vector<Outcome>& outcomes, const char* state,
                           Timestamp now) {
  CB_TRY(const std::int64_t changed,
         tx.exec_rows("UPDATE benefit_payment SET state = $1, due = NULL, finished_at = $2,"
                      " reference = $3, note = $4"
                      " WHERE id = $5 AND state IN ('sending', 'accepted')",
                      outcomes.size(), [&](std::size_t i, sql::Binder& bind) {
                        bind.text(state);
                        bind.integer(now.us);
                        bind.text(outcomes[i].answer.reference);
                        bind.text(outcomes[i].answer.reason);
                        bind.text(outcomes[i].payment->id);
                      }));
  if (changed != static_cast<std::int64_t>(outcomes.size())) {
    return conflict("a payment was finished before");
  }
  return ok();
}

Result<void> Payer::settle(sql::Tx& tx, const std::vector<Outcome>& paid, Timestamp now) {
  std::vector<Chain> chains;
  Tally tally;
  for (const Outcome& o : paid) {
    const Payment& p = *o.payment;
    CB_TRY(const auto legs, legs_from(p.legs));
    Chain chain;
    for (const Leg& leg : legs) {
      Transfer post;
      post.entry = Entry::post;
      post.of = commitment_id(p.id, leg.line, p.attempt);
      post.cause = p.id;
      chain.transfers.push_back(std::move(post));
      chain.transfers.push_back({settlement_id(p.id, leg.line), Entry::direct, "",
                                 payable_account(leg.line), paid_account(leg.line), leg.amount_fen,
                                 p.id});
    }
    chains.push_back(std::move(chain));
    Tally::Sum& sum = tally.at(p.policy, p.division);
    ++sum.paid;
    sum.paid_fen += p.amount_fen;
    CB_DO(sql::put(tx, now, "benefit.paid", p.entitlement,
                   event_data("pay", "兑付到账：" + mask_name(p.payee, p.subject_type),
                              p.amount_fen, p.division, p.policy)));
  }
  CB_TRY(const auto postings, ledger_.write(tx, chains));
  for (const Posting& posting : postings) {
    if (posting.state != Posting::State::written) {
      return internal("a payment's commitment was resolved before: " + posting.why.message);
    }
  }
  CB_DO(finish(tx, paid, "paid", now));
  CB_DO(tx.exec_rows("UPDATE benefit_entitlement SET state = 'paid', paid_at = $1 WHERE id = $2",
                     paid.size(), [&](std::size_t i, sql::Binder& bind) {
                       bind.integer(now.us);
                       bind.text(paid[i].payment->entitlement);
                     }));
  return tally.add_to(tx, city_date(now));
}

Result<void> Payer::give_back(sql::Tx& tx, const std::vector<Outcome>& returned, Timestamp now) {
  std::vector<Chain> chains;
  for (const Outcome& o : returned) {
    const Payment& p = *o.payment;
    CB_TRY(const auto legs, legs_from(p.legs));
    Chain chain;
    for (const Leg& leg : legs) {
      Transfer undo;
      undo.entry = Entry::voided;
      undo.of = commitment_id(p.id, leg.line, p.attempt);
      undo.cause = p.id;
      chain.transfers.push_back(std::move(undo));
    }
    chains.push_back(std::move(chain));
    CB_DO(sql::put(tx, now, "benefit.returned", p.entitlement,
                   event_data("return", "退回待改：" + mask_name(p.payee, p.subject_type),
                              p.amount_fen, p.division, p.policy)));
  }
  CB_TRY(const auto postings, ledger_.write(tx, chains));
  for (const Posting& posting : postings) {
    if (posting.state != Posting::State::written) {
      return internal("a payment's commitment was resolved before: " + posting.why.message);
    }
  }
  CB_DO(finish(tx, returned, "returned", now));
  CB_DO(
      tx.exec_rows("UPDATE benefit_entitlement SET state = 'returned', returned_at = $1, note = $2"
                   " WHERE id = $3",
                   returned.size(), [&](std::size_t i, sql::Binder& bind) {
                     bind.integer(now.us);
                     bind.text(returned[i].answer.reason);
                     bind.text(returned[i].payment->entitlement);
                   }));
  return ok();
}

// accepted and unknown are asked about again, ever more seldom; absent goes back to pending.
Result<void> Payer::later(sql::Tx& tx, const std::vector<Outcome>& open, Timestamp now) {
  CB_DO(tx.exec_rows(
      "UPDATE benefit_payment SET state = $1, asked = asked + 1, due = $2"
      " WHERE id = $3 AND state IN ('sending', 'accepted')",
      open.size(), [&](std::size_t i, sql::Binder& bind) {
        const Payment& p = *open[i].payment;
        const bool absent = open[i].answer.status == TreasuryStatus::absent;
        const bool accepted =
            open[i].answer.status == TreasuryStatus::accepted || p.state == "accepted";
        const std::int64_t wait = std::min(p.asked + 1, ask_backoff_max) * options_.ask_after_ms;
        bind.text(absent ? "pending" : accepted ? "accepted" : "sending");
        bind.integer(absent ? now.us : now.us + wait * 1000);
        bind.text(p.id);
      }));
  return ok();
}

Result<std::int64_t> Payer::unresolved(std::int64_t age_us) {
  return db_.read([&](sql::Session& session) -> Result<std::int64_t> {
    CB_TRY(const auto row,
           session.query_one("SELECT COUNT(*) FROM benefit_payment WHERE (due IS NOT NULL"
                             " AND sent_at < $1) OR state = 'disputed'",
                             {clock_.now().us - age_us}));
    return row->integer(0);
  });
}

}  // namespace citybrain::benefit
