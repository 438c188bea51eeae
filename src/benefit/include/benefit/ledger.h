// Ledger: double entry over accounts and immutable transfers. A transfer is never edited or
// removed; what was wrong is reversed by another one.
//
// Accounts: `treasury:DIVISION` (money of a level), `line:CODE` (an appropriation line),
// `payable:CODE` and `paid:CODE` (what that line owes and has paid). Flow of a payment:
//   appropriation   treasury:D → line:C                       direct, when the line is imported
//   commitment      line:C → payable:C                        pending: freezes the quota
//   paid            the commitment posted, payable:C → paid:C one chain
//   not paid        the commitment void                        the quota is free again
//   returned later  paid:C → payable:C → line:C               direct, a reversal
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace citybrain::sql {
class Db;
class Session;
class Tx;
}  // namespace citybrain::sql

namespace citybrain::benefit {

enum class Entry : std::uint8_t { direct, pending, post, voided };
const char* name_of(Entry entry);

// One transfer. `id` is derived from what it stands for, which makes a write idempotent: the same
// transfer again changes nothing, another transfer under the same id is a conflict.
struct Transfer {
  std::string id;
  Entry entry = Entry::direct;
  std::string of;     // post, voided: the pending transfer's id
  std::string debit;  // direct, pending: accounts
  std::string credit;
  std::int64_t amount_fen = 0;  // > 0; of a post or void: that of its pending transfer
  std::string cause;            // entitlement, payment or line it stands for
};

// Transfers that hold together: all are written or none.
struct Chain {
  std::vector<Transfer> transfers;
};

// What became of a chain. refused: says why in words (no quota left, resolved before, …).
struct Posting {
  enum class State : std::uint8_t { written, repeated, refused };
  State state = State::written;
  Error why = {};
};

struct Balance {
  std::string account;
  std::int64_t debits_pending = 0;
  std::int64_t debits_posted = 0;
  std::int64_t credits_pending = 0;
  std::int64_t credits_posted = 0;

  // What a line may still spend.
  std::int64_t available() const { return credits_posted - debits_posted - debits_pending; }
  friend bool operator==(const Balance&, const Balance&) = default;
};

struct Verification {
  std::int64_t transfers = 0;
  std::int64_t accounts = 0;
  std::int64_t pending = 0;  // commitments not resolved
  std::int64_t posted_fen = 0;
  std::vector<std::string> faults;  // empty = every balance follows from the journal
};

// The ledger of one store. No state of its own besides the clock; threads may share it. Always
// holds, checked before a write and again after: debits equal credits; no line spends more than was
// appropriated (posted + pending); a pending transfer is resolved at most once.
class Ledger {
 public:
  explicit Ledger(const Clock& clock) : clock_(clock) {}

  // Writes chains in order inside the caller's transaction; one Posting a chain, so that a chain
  // without quota does not hold up the others. An Error means that nothing was written.
  Result<std::vector<Posting>> write(sql::Tx& tx, std::span<const Chain> chains) const;
  // Balances of accounts; an account never used is all zero.
  Result<std::map<std::string, Balance>> balances(sql::Session& session,
                                                  const std::vector<std::string>& accounts) const;
  // Recomputes every balance from the journal and compares.
  Result<Verification> verify(sql::Session& session) const;

 private:
  const Clock& clock_;
};

std::string treasury_account(std::string_view division);
std::string line_account(std::string_view line);
std::string payable_account(std::string_view line);
std::string paid_account(std::string_view line);

}  // namespace citybrain::benefit
