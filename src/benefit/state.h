// What Benefit holds: its parts and those of its own. Private to the room.
#pragma once

#include "benefit/benefit.h"
#include "benefit/ledger.h"
#include "claims.h"
#include "matcher.h"
#include "payer.h"
#include "policies.h"
#include "queue.h"

namespace citybrain::benefit {

struct Benefit::State {
  State(Parts p, Options o)
      : parts(p),
        options(std::move(o)),
        ledger(p.clock),
        matcher(p, options, ledger),
        payer(p, options, ledger),
        claims(p, options, ledger),
        policies(p) {}

  Parts parts;
  Options options;
  Ledger ledger;
  Matcher matcher;
  Payer payer;
  Claims claims;
  Policies policies;
  QueuePlace queue;
};

}  // namespace citybrain::benefit
