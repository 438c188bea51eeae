// A claim as rows: reading it, moving it along an edge, its deadlines and notices. Private to the
// claims.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "claim_graph.h"
#include "procedure.h"
#include "sql/db.h"

namespace citybrain::benefit {

// A paper of a claim: missing, given, or promised until `due`.
struct PaperState {
  std::string code;
  std::string name;
  std::string state;
  std::int64_t due = 0;
};

struct Claim {
  std::string id;
  std::string entitlement;
  std::int64_t attempt = 1;
  std::string policy;
  std::string department;  // whose desk it lies on
  std::string subject_type;
  std::string subject;
  std::string payee;
  std::string division;
  std::int64_t amount_fen = 0;
  std::string state;
  std::vector<PaperState> papers;
  bool promised = false;  // the claimant stands in for its truth (承诺兑现)
  std::string reason_code;
  std::string reason;
  std::string submitted_by;
  std::int64_t submitted_at = 0;
  std::optional<std::int64_t> asked_at, complete_at, objected_at, closed_at;
  std::int64_t events = 0;

  std::vector<std::string> missing() const;  // names of papers that are missing
  bool promises_papers() const;
};

extern const char* const claim_columns;
Claim claim_of(const sql::Row& row);
// By the claim's id, or the newest claim of the entitlement with that id.
Result<Claim> read_claim(sql::Session& session, const std::string& id);
Result<std::optional<Claim>> newest_claim(sql::Session& session, const std::string& entitlement);
Result<void> insert_claim(sql::Tx& tx, const Claim& claim);
std::string papers_text(const std::vector<PaperState>& papers);

// Who takes an edge, and what is said with it.
struct Act {
  std::string actor;       // id of the account; "program"
  std::string department;  // of whom it concerns
  std::string code;        // a reason's code
  std::string words;
};

// Takes the edge `event`: state, event row, outbox event benefit.claim.EVENT and the claimant's
// notice, in the caller's transaction. conflict where there is no such edge.
Result<void> move(sql::Tx& tx, Claim& claim, const char* event, const Act& act, Timestamp now);

Result<void> set_deadline(sql::Tx& tx, const std::string& claim, const char* kind,
                          const std::string& who, Timestamp due, Timestamp now);
// All of that kind, of that one where `who` is named, and of all kinds where kind is "".
Result<void> end_deadlines(sql::Tx& tx, const std::string& claim, const std::string& kind,
                           const std::string& who = "");

struct Notice {
  std::string subject;
  std::string kind;
  std::string policy;
  std::string claim;
  std::string words;
  std::string words_en;
};
Result<void> put_notice(sql::Tx& tx, const Notice& notice, Timestamp now);

}  // namespace citybrain::benefit
