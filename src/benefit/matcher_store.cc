// The rows behind a run of the matcher.
#include "matcher_store.h"

#include <algorithm>
#include <span>

#include "commits.h"
#include "lists.h"
#include "sql/outbox.h"
#include "sql/sequence.h"

namespace citybrain::benefit {

namespace {

constexpr const char* position_name = "redecide";
constexpr std::size_t found_max = 5000;  // entitlements a write

// Some of what a work found: what one write takes of it.
struct Slice {
  Work* work;
  std::span<const Found> found;
};

// One row of benefit_run for a work that has none; returns its number.
Result<std::int64_t> begin_run(sql::Tx& tx, const Run& run, const Work& work, Timestamp now) {
  CB_TRY(const std::int64_t sequence, sql::next_sequence(tx, "benefit_run"));
  const Prepared& p = work.prepared;
  CB_DO(tx.exec(
      "INSERT INTO benefit_run (sequence, policy, kind, model, model_version, model_hash,"
      " parameters, on_date, facts_as_of, audit_index, subjects, entitled, amount_fen, at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, $11)",
      {sequence, p.policy.code, run.kind, p.policy.model, p.effective.version, p.effective.hash,
       p.policy.parameters, p.on.days, run.as_of, run.audit_index, now.us}));
  return sequence;
}

Result<void> store_found(sql::Tx& tx, const Policy& policy, std::span<const Found> found,
                         std::int64_t run, const std::vector<std::string>& ids, Timestamp now) {
  const bool unasked = policy.unasked();
  const std::string period = policy.period();
  CB_DO(tx.exec_rows(
      "INSERT INTO benefit_entitlement (id, policy, subject_type, subject, period, amount_fen,"
      " state, payee, account, division, run, decided_at, claimed_by, approved_at, approved_by,"
      " waiting_since, note)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', $13, $14, $15, '')"
      " ON CONFLICT (id) DO UPDATE SET amount_fen = excluded.amount_fen, state = excluded.state,"
      " payee = excluded.payee, account = excluded.account, division = excluded.division,"
      " run = excluded.run, decided_at = excluded.decided_at,"
      " approved_at = excluded.approved_at, approved_by = excluded.approved_by,"
      " waiting_since = excluded.waiting_since, note = ''"
      " WHERE benefit_entitlement.state IN ('claimable', 'lapsed')",
      found.size(), [&](std::size_t i, sql::Binder& bind) {
        bind.text(ids[i]);
        bind.text(policy.code);
        bind.text(policy.subject);
        bind.text(found[i].subject);
        bind.text(period);
        bind.integer(found[i].amount_fen);
        bind.text(unasked ? "approved" : "claimable");
        bind.text(found[i].payee);
        bind.text(found[i].account);
        bind.text(found[i].division);
        bind.integer(run);
        bind.integer(now.us);
        unasked ? bind.integer(now.us) : bind.null();
        bind.text(unasked ? std::string_view(policy.mode) : "");
        unasked ? bind.integer(now.us) : bind.null();
      }));
  return ok();
}

Result<void> write_slice(sql::Tx& tx, const Ledger& ledger, const Slice& slice, std::int64_t run,
                         Timestamp now) {
  const Policy& policy = slice.work->prepared.policy;
  std::vector<std::string> ids;
  std::vector<Due> dues;
  Tally tally;
  std::int64_t amount_fen = 0;
  for (const Found& f : slice.found) {
    ids.push_back(entitlement_id(policy, f.subject));
    if (policy.unasked()) {
      dues.push_back({ids.back(), f.subject, f.payee, f.account, f.division, f.amount_fen});
    }
    Tally::Sum& sum = tally.at(policy.code, f.division);
    sum.entitled += f.before_fen > 0 ? 0 : 1;
    sum.entitled_fen += f.amount_fen - f.before_fen;
    amount_fen += f.amount_fen;
  }
  CB_DO(store_found(tx, policy, slice.found, run, ids, now));
  if (!dues.empty()) CB_DO(commit_due(tx, ledger, policy, dues, now));
  CB_DO(tally.add_to(tx, city_date(now)));
  const std::string count = std::to_string(slice.found.size());
  CB_DO(sql::put(tx, now, "benefit.entitled", policy.code,
                 {{"live", "match"},
                  {"text", "政策匹配：" + policy.name + "，新增 " + count + " 户"},
                  {"amount_fen", amount_fen},
                  {"division", policy.division},
                  {"policy", policy.code},
                  {"entitled", slice.found.size()}}));
  return ok();
}

Result<void> write_slices(sql::Db& db, const Ledger& ledger, const Run& run,
                          const std::vector<Slice>& slices, Timestamp now) {
  CB_TRY(const auto runs, db.write([&](sql::Tx& tx) -> Result<std::vector<std::int64_t>> {
    std::vector<std::int64_t> numbers;
    for (const Slice& slice : slices) {
      std::int64_t number = slice.work->run;
      if (number == 0) {
        CB_TRY(number, begin_run(tx, run, *slice.work, now));
      }
      CB_DO(write_slice(tx, ledger, slice, number, now));
      numbers.push_back(number);
    }
    return numbers;
  }));
  for (std::size_t i = 0; i < slices.size(); ++i) slices[i].work->run = runs[i];
  return ok();
}

bool may_lapse(const Policy& policy, const std::string& state) {
  return state == "claimable" || (state == "approved" && policy.unasked());
}

}  // namespace

Result<void> load_held(sql::Db& db, Run& run, const std::vector<Subject>* only) {
  std::unordered_map<std::string, Work*> by_policy;
  for (Work& work : run.works) by_policy[work.prepared.policy.code] = &work;
  const std::string select =
      "SELECT policy, subject, period, amount_fen, state, division FROM benefit_entitlement";
  const auto take = [&](const sql::Row& row) -> Result<void> {
    const auto work = by_policy.find(row.text(0));
    if (work != by_policy.end() && work->second->prepared.policy.period() == row.text(2)) {
      work->second->held[row.text(1)] = {row.integer(3), row.text(4), row.text(5)};
    }
    return ok();
  };
  return db.read([&](sql::Session& session) -> Result<void> {
    if (only != nullptr) {
      std::vector<std::string> ids;
      for (const Subject& subject : *only) ids.push_back(subject.id);
      return each_among(session, select + " WHERE subject IN ", ids, take);
    }
    for (const auto& [code, work] : by_policy) {
      CB_DO(session.each(select + " WHERE policy = $1", {code}, take));
    }
    return ok();
  });
}

Result<void> flush(sql::Db& db, const Ledger& ledger, Run& run, Timestamp now) {
  std::vector<Slice> slices;
  std::size_t rows = 0;
  for (Work& work : run.works) {
    std::size_t from = 0;
    while (from < work.found.size()) {
      const std::size_t count = std::min(found_max - rows, work.found.size() - from);
      slices.push_back({&work, std::span(work.found).subspan(from, count)});
      from += count;
      rows += count;
      if (rows < found_max) continue;
      CB_DO(write_slices(db, ledger, run, slices, now));
      slices.clear();
      rows = 0;
    }
  }
  if (!slices.empty()) CB_DO(write_slices(db, ledger, run, slices, now));
  for (Work& work : run.works) work.found.clear();
  return ok();
}

Result<void> lapse(sql::Db& db, Run& run, Timestamp now) {
  struct Lost {
    const Policy* policy;
    const Held* held;
  };
  std::unordered_map<std::string, Lost> lost;
  std::vector<std::string> ids;
  for (const Work& work : run.works) {
    const Policy& policy = work.prepared.policy;
    for (const auto& [subject, held] : work.held) {
      if (held.seen || !may_lapse(policy, held.state)) continue;
      ids.push_back(entitlement_id(policy, subject));
      lost[ids.back()] = {&policy, &held};
    }
  }
  if (ids.empty()) return ok();
  CB_TRY(run.report.lapsed, db.write([&](sql::Tx& tx) -> Result<std::int64_t> {
    std::vector<std::string> still;  // what nobody claimed meanwhile
    CB_DO(each_among(tx, "SELECT id, state FROM benefit_entitlement WHERE id IN ", ids,
                     [&](const sql::Row& row) -> Result<void> {
                       const Policy& policy = *lost.at(row.text(0)).policy;
                       if (may_lapse(policy, row.text(1))) still.push_back(row.text(0));
                       return ok();
                     }));
    std::sort(still.begin(), still.end());  // a group's filling repeats ids
    still.erase(std::unique(still.begin(), still.end()), still.end());
    Tally tally;
    for (const std::string& id : still) {
      Tally::Sum& sum = tally.at(lost.at(id).policy->code, lost.at(id).held->division);
      --sum.entitled;
      sum.entitled_fen -= lost.at(id).held->amount_fen;
    }
    CB_DO(
        tx.exec_rows("UPDATE benefit_entitlement SET state = 'lapsed', waiting_since = NULL,"
                     " note = '' WHERE id = $1",
                     still.size(), [&](std::size_t i, sql::Binder& bind) { bind.text(still[i]); }));
    CB_DO(tally.add_to(tx, city_date(now)));
    return static_cast<std::int64_t>(still.size());
  }));
  return ok();
}

Result<void> end_run(sql::Db& db, Run& run, Timestamp now) {
  return db.write([&](sql::Tx& tx) -> Result<void> {
    for (const Work& work : run.works) {
      std::int64_t number = work.run;
      if (number == 0) {
        if (run.kind == "touch") continue;
        CB_TRY(number, begin_run(tx, run, work, now));
      }
      CB_DO(tx.exec(
          "UPDATE benefit_run SET facts_as_of = $1, audit_index = $2, subjects = $3,"
          " entitled = $4, amount_fen = $5 WHERE sequence = $6",
          {run.as_of, run.audit_index, work.subjects, work.entitled, work.amount_fen, number}));
    }
    return ok();
  });
}

Result<std::optional<std::int64_t>> read_position(sql::Db& db) {
  return db.read([&](sql::Session& session) -> Result<std::optional<std::int64_t>> {
    CB_TRY(const auto row,
           session.query_one("SELECT position FROM benefit_position WHERE name = $1",
                             {position_name}));
    return row ? std::optional(row->integer(0)) : std::nullopt;
  });
}

Result<void> store_position(sql::Db& db, std::int64_t position) {
  return db.write([&](sql::Tx& tx) -> Result<void> {
    CB_DO(
        tx.exec("INSERT INTO benefit_position (name, position) VALUES ($1, $2)"
                " ON CONFLICT (name) DO UPDATE SET position = excluded.position",
                {position_name, position}));
    return ok();
  });
}

}  // namespace citybrain::benefit
