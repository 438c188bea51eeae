// The rows of claims.
#include "claim_store.h"

#include "base/text.h"
#include "sql/outbox.h"
#include "sql/sequence.h"

namespace citybrain::benefit {

namespace {

std::vector<PaperState> papers_from(const std::string& text) {
  std::vector<PaperState> papers;
  const auto list = parse_json(text);
  if (!list || !list->is_array()) return papers;
  for (const json::value& item : list->as_array()) {
    const json::object& o = item.as_object();
    papers.push_back({text_of(o, "code"), text_of(o, "name"), text_of(o, "state"),
                      o.at("due").to_number<std::int64_t>()});
  }
  return papers;
}

// The claimant reads on its phone what others did; what it did itself it knows.
Result<void> tell_claimant(sql::Tx& tx, const Claim& claim, const ClaimEdge& edge, const Act& act,
                           Timestamp now) {
  if (edge.actor == Actor::claimant || edge.to == std::string_view("reviewing")) return ok();
  CB_TRY(const auto name,
         tx.query_one("SELECT name FROM benefit_policy WHERE code = $1", {claim.policy}));
  const std::string policy = name ? name->text(0) : claim.policy;
  const std::string because = act.words.empty() ? "" : "：" + act.words;
  return put_notice(tx,
                    {claim.subject, std::string("claim.") + edge.event, claim.policy, claim.id,
                     "“" + policy + "”" + edge.words + because,
                     policy + ": " + edge.words_en + (act.words.empty() ? "" : ": " + act.words)},
                    now);
}

}  // namespace

const char* const claim_columns =
    "id, entitlement, attempt, policy, department, subject_type, subject, payee, division,"
    " amount_fen, state, papers, promised, reason_code, reason, submitted_by, submitted_at,"
    " asked_at, complete_at, objected_at, closed_at, events";

std::vector<std::string> Claim::missing() const {
  std::vector<std::string> names;
  for (const PaperState& paper : papers) {
    if (paper.state == "missing") names.push_back(paper.name);
  }
  return names;
}

bool Claim::promises_papers() const {
  for (const PaperState& paper : papers) {
    if (paper.state == "promised") return true;
  }
  return false;
}

Claim claim_of(const sql::Row& row) {
  Claim c;
  c.id = row.text(0);
  c.entitlement = row.text(1);
  c.attempt = row.integer(2);
  c.policy = row.text(3);
  c.department = row.text(4);
  c.subject_type = row.text(5);
  c.subject = row.text(6);
  c.payee = row.text(7);
  c.division = row.text(8);
  c.amount_fen = row.integer(9);
  c.state = row.text(10);
  c.papers = papers_from(row.text(11));
  c.promised = row.integer(12) != 0;
  c.reason_code = row.text(13);
  c.reason = row.text(14);
  c.submitted_by = row.text(15);
  c.submitted_at = row.integer(16);
  c.asked_at = row.maybe_integer(17);
  c.complete_at = row.maybe_integer(18);
  c.objected_at = row.maybe_integer(19);
  c.closed_at = row.maybe_integer(20);
  c.events = row.integer(21);
  return c;
}

std::string papers_text(const std::vector<PaperState>& papers) {
  json::array list;
  for (const PaperState& p : papers) {
    list.push_back({{"code", p.code}, {"name", p.name}, {"state", p.state}, {"due", p.due}});
  }
  return json::serialize(list);
}

Result<std::optional<Claim>> newest_claim(sql::Session& session, const std::string& entitlement) {
  CB_TRY(const auto row, session.query_one(std::string("SELECT ") + claim_columns +
                                               " FROM benefit_claim WHERE entitlement = $1"
                                               " ORDER BY attempt DESC LIMIT 1",
                                           {entitlement}));
  return row ? std::optional(claim_of(*row)) : std::nullopt;
}

Result<Claim> read_claim(sql::Session& session, const std::string& id) {
  CB_TRY(const auto row,
         session.query_one(
             std::string("SELECT ") + claim_columns + " FROM benefit_claim WHERE id = $1", {id}));
  if (row) return claim_of(*row);
  CB_TRY(auto newest, newest_claim(session, id));
  if (!newest) return not_found("there is no claim '" + id + "'");
  return *std::move(newest);
}

Result<void> insert_claim(sql::Tx& tx, const Claim& c) {
  CB_DO(tx.exec(
      std::string("INSERT INTO benefit_claim (") + claim_columns +
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
          " $16, $17, NULL, NULL, NULL, NULL, 0)",
      {c.id, c.entitlement, c.attempt, c.policy, c.department, c.subject_type, c.subject, c.payee,
       c.division, c.amount_fen, c.state, papers_text(c.papers), std::int64_t{c.promised ? 1 : 0},
       c.reason_code, c.reason, c.submitted_by, c.submitted_at}));
  return ok();
}

Result<void> move(sql::Tx& tx, Claim& claim, const char* event, const Act& act, Timestamp now) {
  CB_TRY(const ClaimEdge* edge, claim_edge(claim.state, event));
  const std::int64_t number = claim.events + 1;
  CB_DO(
      tx.exec("INSERT INTO benefit_claim_event (claim, number, event, from_state, to_state,"
              " actor, department, code, words, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
              " $10)",
              {claim.id, number, edge->event, edge->from, edge->to, act.actor, act.department,
               act.code, act.words, now.us}));
  claim.state = edge->to;
  claim.events = number;
  if (is_over(claim.state)) {
    claim.reason_code = act.code;
    claim.reason = act.words;
    claim.closed_at = now.us;
  }
  CB_TRY(const std::int64_t changed,
         tx.exec("UPDATE benefit_claim SET state = $1, events = $2, papers = $3, reason_code = $4,"
                 " reason = $5, asked_at = $6, complete_at = $7, objected_at = $8, closed_at = $9,"
                 " amount_fen = $10 WHERE id = $11 AND events = $12",
                 {claim.state, number, papers_text(claim.papers), claim.reason_code, claim.reason,
                  claim.asked_at, claim.complete_at, claim.objected_at, claim.closed_at,
                  claim.amount_fen, claim.id, number - 1}));
  if (changed != 1) return conflict("claim '" + claim.id + "' was changed by another meanwhile");
  CB_DO(sql::put(
      tx, now, std::string("benefit.claim.") + event, claim.id,
      {{"live", "claim"},
       {"text", std::string(edge->words) + "：" + mask_name(claim.payee, claim.subject_type)},
       {"amount_fen", claim.amount_fen},
       {"division", claim.division},
       {"policy", claim.policy},
       {"department", act.department},
       {"state", claim.state}}));
  return tell_claimant(tx, claim, *edge, act, now);
}

Result<void> set_deadline(sql::Tx& tx, const std::string& claim, const char* kind,
                          const std::string& who, Timestamp due, Timestamp now) {
  // Reminded of a day before, but not before it was set.
  const std::int64_t remind = std::max(now.us, due.us - 86'400'000'000);
  CB_DO(
      tx.exec("INSERT INTO benefit_deadline (claim, kind, who, due, state, next)"
              " VALUES ($1, $2, $3, $4, 'open', $5) ON CONFLICT (claim, kind, who) DO UPDATE SET"
              " due = excluded.due, state = 'open', next = excluded.next",
              {claim, kind, who, due.us, remind}));
  return ok();
}

Result<void> end_deadlines(sql::Tx& tx, const std::string& claim, const std::string& kind,
                           const std::string& who) {
  CB_DO(
      tx.exec("UPDATE benefit_deadline SET state = 'done', next = NULL WHERE claim = $1"
              " AND ($2 = '' OR kind = $2) AND ($3 = '' OR who = $3) AND state <> 'done'",
              {claim, kind, who}));
  return ok();
}

Result<void> put_notice(sql::Tx& tx, const Notice& n, Timestamp now) {
  CB_TRY(const std::int64_t sequence, sql::next_sequence(tx, "benefit_notice"));
  CB_DO(
      tx.exec("INSERT INTO benefit_notice (sequence, subject, kind, policy, claim, words,"
              " words_en, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
              {sequence, n.subject, n.kind, n.policy, n.claim, n.words, n.words_en, now.us}));
  return ok();
}

}  // namespace citybrain::benefit
