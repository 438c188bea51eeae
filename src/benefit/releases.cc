// The void of what is frozen; see releases.h.
#include "releases.h"

#include "commits.h"

namespace citybrain::benefit {

Result<bool> money_left(sql::Session& session, const std::string& entitlement) {
  CB_TRY(const auto sent,
         session.query_one("SELECT COUNT(*) FROM benefit_payment WHERE entitlement = $1"
                           " AND sent_at IS NOT NULL AND state <> 'released'",
                           {entitlement}));
  return sent->integer(0) > 0;
}

Result<void> release_quota(sql::Tx& tx, const Ledger& ledger, const std::string& entitlement,
                           Timestamp now) {
  CB_TRY(const auto rows,
         tx.query("SELECT id, legs, state, sent_at FROM benefit_payment WHERE entitlement = $1"
                  " AND state <> 'released' ORDER BY id",
                  {entitlement}));
  std::vector<Chain> chains;
  for (const sql::Row& row : rows) {
    if (!row.is_null(3)) {
      return conflict("the money of '" + entitlement + "' was sent already (" + row.text(2) +
                      "); it can only be recovered");
    }
    CB_TRY(const auto legs, legs_from(row.text(1)));
    Chain chain;
    for (const Leg& leg : legs) {
      Transfer undo;
      undo.entry = Entry::voided;
      undo.of = commitment_id(row.text(0), leg.line);
      undo.cause = row.text(0);
      chain.transfers.push_back(std::move(undo));
    }
    chains.push_back(std::move(chain));
  }
  if (chains.empty()) return ok();
  CB_TRY(const auto postings, ledger.write(tx, chains));
  for (const Posting& posting : postings) {
    if (posting.state != Posting::State::written) return posting.why;
  }
  CB_DO(
      tx.exec("UPDATE benefit_payment SET state = 'released', due = NULL, finished_at = $1"
              " WHERE entitlement = $2 AND state <> 'released'",
              {now.us, entitlement}));
  return ok();
}

}  // namespace citybrain::benefit
