// The simulator's books: what it was asked to pay, in its own SQLite file, and what its fault
// script makes of each payment.
#pragma once

#include <memory>
#include <mutex>
#include <set>

#include "base/clock.h"

#include "benefit/ports.h"
#include "benefit/treasury_sim.h"
#include "sql/db.h"

namespace citybrain::benefit {

enum class Fault : std::uint8_t { none, slow, timeout, lost, twice, unknown, returned };

// The fault a payment meets: it follows from the seed and the id alone.
Fault fault_of(const TreasuryFaults& faults, std::string_view end_to_end_id);

struct BookReply {
  std::vector<TreasuryAnswer> answers;
  int delay_ms = 0;  // to be waited before answering
};

struct BookTotals {
  std::int64_t payments = 0;    // paid
  std::int64_t amount_fen = 0;  // paid
  std::int64_t returned = 0;
  std::int64_t repeated = 0;   // ids that came more than once
  std::int64_t conflicts = 0;  // ids that came again with other contents
};

// Thread-safe. Always holds: an id is paid at most once, and what pay() answered is on disk.
class TreasuryBooks {
 public:
  static Result<std::unique_ptr<TreasuryBooks>> open(const std::string& file,
                                                     const TreasuryFaults& faults,
                                                     const Clock& clock);
  // conflict where an id stands in the books with other contents (nothing of the batch is paid).
  Result<BookReply> pay(const std::vector<PaymentOrder>& orders);
  Result<BookReply> ask(const std::vector<std::string>& ids);
  Result<BookTotals> totals();

 private:
  TreasuryBooks(std::unique_ptr<sql::Db> db, const TreasuryFaults& faults, const Clock& clock)
      : db_(std::move(db)), faults_(faults), clock_(clock) {}
  Result<std::vector<TreasuryAnswer>> answers(sql::Tx& tx, const std::vector<std::string>& ids,
                                              bool first);
  bool loses(const std::vector<PaymentOrder>& orders);

  const std::unique_ptr<sql::Db> db_;
  const TreasuryFaults faults_;
  const Clock& clock_;
  std::mutex mutex_;
  std::set<std::string> lost_;  // batches whose first coming was lost, by first id
};

}  // namespace citybrain::benefit
