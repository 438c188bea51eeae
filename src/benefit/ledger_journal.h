// The ledger's SQL: journal and balances as rows. Private to the ledger.
#pragma once

#include <functional>
#include <unordered_map>

#include "benefit/ledger.h"

namespace citybrain::benefit {

// A transfer as the journal holds it.
struct Recorded {
  std::string id;
  Entry entry = Entry::direct;
  std::string debit;
  std::string credit;
  std::int64_t amount_fen = 0;
  std::string cause;
  friend bool operator==(const Recorded&, const Recorded&) = default;
};

struct Totals {
  std::int64_t debits_pending = 0;
  std::int64_t debits_posted = 0;
  std::int64_t credits_pending = 0;
  std::int64_t credits_posted = 0;
  bool balanced() const {
    return debits_pending == credits_pending && debits_posted == credits_posted;
  }
};

// Every account but a treasury's may be debited only for what it was credited.
bool is_capped(std::string_view account);

Result<Totals> read_totals(sql::Session& session);
// Of these accounts, absent ones as zero; of all where none is named.
Result<std::map<std::string, Balance>> read_balances(sql::Session& session,
                                                     const std::vector<std::string>& accounts);
Result<std::unordered_map<std::string, Recorded>> read_recorded(
    sql::Session& session, const std::vector<std::string>& ids);
Result<void> each_recorded(sql::Session& session,
                           const std::function<Result<void>(const Recorded&)>& fn);
// With each the position of its chain; transfers of a chain stand together.
Result<void> append_journal(sql::Tx& tx,
                            const std::vector<std::pair<Recorded, std::size_t>>& transfers,
                            Timestamp at);
Result<void> store_balances(sql::Tx& tx, const std::vector<Balance>& balances);

}  // namespace citybrain::benefit
