// What the parts of Transparency share. Private to guard.
#pragma once

#include <mutex>

#include "guard/transparency.h"
#include "sql/db.h"

namespace citybrain::guard {

struct Transparency::State {
  State(sql::Db& d, AuditLog& l, const Clock& c, Random& r, std::string o)
      : db(d), log(l), clock(c), random(r), origin(std::move(o)) {}

  struct Attempt {
    std::string line;             // the cosignature
    std::uint64_t seen_size = 0;  // where the witness stands
    std::string problem;
    bool again = false;  // it said where it stands: worth another call
  };

  sql::Db& db;
  AuditLog& log;
  const Clock& clock;
  Random& random;
  std::string origin;
  NoteSigner log_signer;
  NoteSigner witness_signer;
  std::mutex publishing;  // one head at a time goes to the witnesses

  std::string sign(const AuditHead& head) const;
  Result<Attempt> attempt(const Witness& witness, std::uint64_t old_size, const AuditHead& head,
                          const std::string& note, const AskWitness& ask) const;
  Result<std::string> cosign(const Witness& witness, const AuditHead& head, const std::string& note,
                             const AskWitness& ask);
};

}  // namespace citybrain::guard
