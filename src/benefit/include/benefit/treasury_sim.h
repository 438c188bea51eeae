// The treasury simulator: a treasury and bank that runs as its own process and answers over HTTP.
// It keeps what it paid in its own SQLite file, so that it survives kill -9, and misbehaves by
// script.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "base/room.h"

namespace citybrain::benefit {

// Shares of payments that meet each fault, in thousandths; a payment's fault follows from the seed
// and its end-to-end id, so a run can be replayed.
struct TreasuryFaults {
  std::uint64_t seed = 1;
  int slow = 0;      // answers after slow_ms
  int timeout = 0;   // takes the batch, answers after timeout_ms
  int lost = 0;      // forgets the batch the first time, and answers after timeout_ms
  int twice = 0;     // the answer stands twice in the reply
  int unknown = 0;   // says "unknown" the first unknown_asks times
  int returned = 0;  // accepts, then returns the money: wrong account
  int slow_ms = 50;
  int timeout_ms = 3000;
  int unknown_asks = 2;
};

// "slow=5,timeout=2,lost=1,twice=10,unknown=10,returned=3,seed=7" (and slow_ms, timeout_ms,
// unknown_asks); unknown names are refused.
Result<TreasuryFaults> parse_faults(const std::string& script);

struct TreasuryOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0 = any free one
  std::string file;        // its SQLite file
  TreasuryFaults faults = {};
  std::function<void(std::uint16_t port)> listening = {};  // called once it answers
};

// Serves until `stop`. POST /payments {end_to_end_id, payee, account, amount_fen}; GET
// /payments/{end_to_end_id}; POST /payments/batch {payments:[…]}; POST /payments/ask {ids:[…]};
// GET /totals → {payments, amount_fen, returned, repeated, conflicts}. An id that comes again with
// other contents is a conflict and pays nothing.
Result<void> run_treasury(const TreasuryOptions& options, std::stop_token stop);

// `citybrain treasury --port N --file PATH [--faults SCRIPT]`: runs it until SIGTERM or SIGINT.
Command treasury_command();

}  // namespace citybrain::benefit
