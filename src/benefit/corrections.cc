// The correction of returned payments; see corrections.h.
#include "corrections.h"

#include "commits.h"

namespace citybrain::benefit {

namespace {

struct Returned {
  std::string entitlement;
  std::string payee;
  std::string account;
  std::string legs;
  std::string note;
  std::int64_t attempt = 0;
};

Result<Returned> read_returned(sql::Session& session, const std::string& payment) {
  CB_TRY(const auto row,
         session.query_one("SELECT entitlement, payee, account, legs, note, attempt, state"
                           " FROM benefit_payment WHERE id = $1",
                           {payment}));
  if (!row) return not_found("there is no payment '" + payment + "'");
  if (row->text(6) != "returned") {
    return conflict("payment '" + payment + "' is " + row->text(6) +
                    "; only what was returned can be corrected");
  }
  return Returned{row->text(0), row->text(1), row->text(2),
                  row->text(3), row->text(4), row->integer(5)};
}

Result<void> check_proposal(sql::Session& session, const Particulars& keyed, std::int64_t attempt,
                            const std::string& officer) {
  CB_TRY(const auto row,
         session.query_one("SELECT payee, account, proposed_by FROM benefit_correction"
                           " WHERE payment = $1 AND attempt = $2 AND confirmed_at IS NULL",
                           {keyed.payment, attempt}));
  if (!row) {
    return conflict("no correction of payment '" + keyed.payment + "' waits; propose one first");
  }
  if (row->text(2) == officer) {
    return denied("'" + officer + "' proposed this correction; another officer confirms it");
  }
  if (row->text(0) != keyed.payee || row->text(1) != keyed.account) {
    return invalid("'payee' or 'account' differs from what was proposed for payment '" +
                   keyed.payment + "'; check both against the payee's paper");
  }
  return ok();
}

Result<void> freeze_again(sql::Tx& tx, const Ledger& ledger, const std::string& payment,
                          const std::string& legs_of_payment, std::int64_t attempt) {
  CB_TRY(const auto legs, legs_from(legs_of_payment));
  const Chain chain = commitment_of(payment, legs, attempt);
  CB_TRY(const auto postings, ledger.write(tx, {&chain, 1}));
  if (postings.front().state == Posting::State::written) return ok();
  if (postings.front().state == Posting::State::refused) return postings.front().why;
  return internal("attempt " + std::to_string(attempt) + " of payment '" + payment +
                  "' was frozen before");
}

}  // namespace

Result<void> propose_correction(sql::Db& db, const Particulars& to, const std::string& officer,
                                Timestamp now) {
  if (to.payee.empty() || to.account.empty()) {
    return invalid("'payee' or 'account' is empty; send both as the bank knows them");
  }
  return db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const Returned was, read_returned(tx, to.payment));
    CB_DO(tx.exec("DELETE FROM benefit_correction WHERE payment = $1 AND confirmed_at IS NULL",
                  {to.payment}));
    CB_DO(
        tx.exec("INSERT INTO benefit_correction (payment, attempt, reason, payee_before,"
                " account_before, payee, account, proposed_by, proposed_at, confirmed_by)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')",
                {to.payment, was.attempt + 1, was.note, was.payee, was.account, to.payee,
                 to.account, officer, now.us}));
    return ok();
  });
}

Result<void> confirm_correction(sql::Db& db, const Ledger& ledger, const Particulars& keyed,
                                const std::string& officer, Timestamp now) {
  return db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const Returned was, read_returned(tx, keyed.payment));
    const std::int64_t attempt = was.attempt + 1;
    CB_DO(check_proposal(tx, keyed, attempt, officer));
    CB_DO(freeze_again(tx, ledger, keyed.payment, was.legs, attempt));
    CB_DO(
        tx.exec("UPDATE benefit_correction SET confirmed_by = $1, confirmed_at = $2"
                " WHERE payment = $3 AND attempt = $4",
                {officer, now.us, keyed.payment, attempt}));
    CB_DO(
        tx.exec("UPDATE benefit_payment SET state = 'pending', attempt = $1, payee = $2,"
                " account = $3, due = $4, asked = 0, finished_at = NULL, reference = '',"
                " note = '' WHERE id = $5",
                {attempt, keyed.payee, keyed.account, now.us, keyed.payment}));
    CB_DO(
        tx.exec("UPDATE benefit_entitlement SET state = 'paying', payee = $1, account = $2,"
                " committed_at = $3, returned_at = NULL, note = '' WHERE id = $4",
                {keyed.payee, keyed.account, now.us, was.entitlement}));
    return ok();
  });
}

}  // namespace citybrain::benefit
