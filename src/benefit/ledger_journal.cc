// The ledger's SQL. Ids are looked up in groups of a fixed size, so that a store prepares one
// statement for them.
#include "ledger_journal.h"

#include "lists.h"
#include "sql/db.h"
#include "sql/sequence.h"

namespace citybrain::benefit {

namespace {

Result<Entry> entry_from(const std::string& name) {
  for (const Entry entry : {Entry::direct, Entry::pending, Entry::post, Entry::voided}) {
    if (name == name_of(entry)) return entry;
  }
  return corrupt("the journal holds an entry '" + name + "'");
}

// Columns id, entry, debit_account, credit_account, amount_fen, cause.
Result<Recorded> recorded_of(const sql::Row& row) {
  CB_TRY(const Entry entry, entry_from(row.text(1)));
  return Recorded{row.text(0), entry, row.text(2), row.text(3), row.integer(4), row.text(5)};
}

Balance balance_of(const sql::Row& row) {
  return {row.text(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4)};
}

}  // namespace

bool is_capped(std::string_view account) { return !account.starts_with("treasury:"); }

Result<Totals> read_totals(sql::Session& session) {
  CB_TRY(
      const auto row,
      session.query_one("SELECT CAST(COALESCE(SUM(debits_pending), 0) AS BIGINT),"
                        " CAST(COALESCE(SUM(debits_posted), 0) AS BIGINT),"
                        " CAST(COALESCE(SUM(credits_pending), 0) AS BIGINT),"
                        " CAST(COALESCE(SUM(credits_posted), 0) AS BIGINT) FROM benefit_account"));
  return Totals{row->integer(0), row->integer(1), row->integer(2), row->integer(3)};
}

Result<std::map<std::string, Balance>> read_balances(sql::Session& session,
                                                     const std::vector<std::string>& accounts) {
  const std::string select =
      "SELECT id, debits_pending, debits_posted, credits_pending, credits_posted"
      " FROM benefit_account";
  std::map<std::string, Balance> found;
  for (const std::string& account : accounts) found[account].account = account;
  const auto take = [&](const sql::Row& row) -> Result<void> {
    found[row.text(0)] = balance_of(row);
    return ok();
  };
  if (accounts.empty()) {
    CB_DO(session.each(select, {}, take));
  } else {
    CB_DO(each_among(session, select + " WHERE id IN ", accounts, take));
  }
  return found;
}

Result<std::unordered_map<std::string, Recorded>> read_recorded(
    sql::Session& session, const std::vector<std::string>& ids) {
  std::unordered_map<std::string, Recorded> found;
  CB_DO(each_among(session,
                   "SELECT id, entry, debit_account, credit_account, amount_fen, cause"
                   " FROM benefit_transfer WHERE id IN ",
                   ids, [&](const sql::Row& row) -> Result<void> {
                     CB_TRY(Recorded r, recorded_of(row));
                     found.emplace(r.id, std::move(r));
                     return ok();
                   }));
  return found;
}

Result<void> each_recorded(sql::Session& session,
                           const std::function<Result<void>(const Recorded&)>& fn) {
  return session.each(
      "SELECT id, entry, debit_account, credit_account, amount_fen, cause"
      " FROM benefit_transfer ORDER BY sequence",
      {}, [&](const sql::Row& row) -> Result<void> {
        CB_TRY(const Recorded r, recorded_of(row));
        return fn(r);
      });
}

Result<void> append_journal(sql::Tx& tx,
                            const std::vector<std::pair<Recorded, std::size_t>>& transfers,
                            Timestamp at) {
  const auto count = static_cast<std::int64_t>(transfers.size());
  CB_TRY(const std::int64_t first, sql::next_sequence(tx, "benefit_transfer", count));
  std::int64_t chain = first;
  CB_TRY(const std::int64_t written,
         tx.exec_rows("INSERT INTO benefit_transfer (sequence, id, chain, entry, debit_account,"
                      " credit_account, amount_fen, cause, at)"
                      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                      transfers.size(), [&](std::size_t i, sql::Binder& bind) {
                        const auto& [r, position] = transfers[i];
                        const auto sequence = first + static_cast<std::int64_t>(i);
                        if (i == 0 || position != transfers[i - 1].second) chain = sequence;
                        bind.integer(sequence);
                        bind.text(r.id);
                        bind.integer(chain);
                        bind.text(name_of(r.entry));
                        bind.text(r.debit);
                        bind.text(r.credit);
                        bind.integer(r.amount_fen);
                        bind.text(r.cause);
                        bind.integer(at.us);
                      }));
  CB_CHECK(written == count);
  return ok();
}

Result<void> store_balances(sql::Tx& tx, const std::vector<Balance>& balances) {
  CB_DO(tx.exec_rows(
      "INSERT INTO benefit_account (id, debits_pending, debits_posted, credits_pending,"
      " credits_posted) VALUES ($1, $2, $3, $4, $5)"
      " ON CONFLICT (id) DO UPDATE SET debits_pending = excluded.debits_pending,"
      " debits_posted = excluded.debits_posted, credits_pending = excluded.credits_pending,"
      " credits_posted = excluded.credits_posted",
      balances.size(), [&](std::size_t i, sql::Binder& bind) {
        bind.text(balances[i].account);
        bind.integer(balances[i].debits_pending);
        bind.integer(balances[i].debits_posted);
        bind.integer(balances[i].credits_pending);
        bind.integer(balances[i].credits_posted);
      }));
  return ok();
}

}  // namespace citybrain::benefit
