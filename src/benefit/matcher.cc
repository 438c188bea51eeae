// The runs of the matcher.
#include "matcher.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "matcher_store.h"

namespace citybrain::benefit {

namespace {

using Watch = std::chrono::steady_clock;

double seconds_since(Watch::time_point start) {
  return std::chrono::duration<double>(Watch::now() - start).count();
}

std::string text_at(const Batch& facts, const std::string& fact, std::size_t row) {
  return to_text(facts.column(fact).cell_at(row));
}

}  // namespace

const PayeeFacts& payee_facts(const Options& options, const std::string& subject_type) {
  return subject_type == "person" ? options.person : options.enterprise;
}

std::vector<std::string> Matcher::wanted_of(const Run& run, const std::string& subject_type) const {
  const PayeeFacts& payee = payee_facts(options_, subject_type);
  std::vector<std::string> wanted = {payee.name, payee.division, payee.account};
  for (const Work& work : run.works) {
    if (work.prepared.policy.subject != subject_type) continue;
    for (const std::string& fact : work.prepared.wanted) {
      if (std::find(wanted.begin(), wanted.end(), fact) == wanted.end()) wanted.push_back(fact);
    }
  }
  return wanted;
}

Result<Run> Matcher::prepare_run(const std::string& kind, const std::vector<Policy>& policies,
                                 bool strict) {
  Run run;
  run.kind = kind;
  const Date today = parts_.clock.today();
  for (const Policy& policy : policies) {
    auto prepared = prepare(policy, parts_.models, parts_.facts.known(policy.subject), today);
    if (!prepared) {
      if (strict) return std::move(prepared).error();
      log(Level::warn, "benefit", "a policy is left out of the run",
          {{"policy", policy.code}, {"error", prepared.error().message}});
      continue;
    }
    Work work;
    work.prepared = std::move(*prepared);
    run.works.push_back(std::move(work));
  }
  run.report.policies = static_cast<std::int64_t>(run.works.size());
  return run;
}

void Matcher::take_row(Work& work, const Batch& facts, std::size_t row,
                       std::int64_t amount_fen) const {
  Found found;
  found.subject = facts.columns[0].text_at(row);
  found.amount_fen = amount_fen;
  const auto there = work.held.find(found.subject);
  if (there != work.held.end()) {
    Held& held = there->second;
    held.seen = true;
    const bool lapsed = held.state == "lapsed";
    if (!lapsed && (held.state != "claimable" || held.amount_fen == amount_fen)) return;
    found.before_fen = lapsed ? 0 : held.amount_fen;
  }
  const PayeeFacts& payee = payee_facts(options_, work.prepared.policy.subject);
  found.payee = text_at(facts, payee.name, row);
  found.division = text_at(facts, payee.division, row);
  found.account = text_at(facts, payee.account, row);
  work.found.push_back(std::move(found));
}

Result<Run::Compiled*> Matcher::compile(Run& run, const Batch& facts,
                                        const std::string& subject_type) const {
  Run::Compiled& compiled = run.compiled[subject_type];
  if (compiled.catalogue) return &compiled;
  std::vector<const Prepared*> policies;
  for (std::size_t i = 0; i < run.works.size(); ++i) {
    if (run.works[i].prepared.policy.subject != subject_type) continue;
    compiled.works.push_back(i);
    policies.push_back(&run.works[i].prepared);
  }
  CB_TRY(compiled.catalogue, PolicyCatalogue::compile(policies, facts.schema));
  return &compiled;
}

Result<void> Matcher::decide_page(Run& run, const Batch& facts, const std::string& subject_type) {
  if (facts.rows == 0) return ok();
  run.report.subjects += static_cast<std::int64_t>(facts.rows);
  const auto start = Watch::now();
  CB_TRY(Run::Compiled * compiled, compile(run, facts, subject_type));
  struct Entitled {
    std::size_t policy, row;
    std::int64_t fen;
  };
  std::vector<Entitled> entitled;
  CB_DO(compiled->catalogue->decide(facts,
                                    [&](std::size_t policy, std::size_t row, std::int64_t fen) {
                                      entitled.push_back({policy, row, fen});
                                    }));
  run.report.evaluating_seconds += seconds_since(start);
  for (const std::size_t at : compiled->works) {
    run.works[at].subjects += static_cast<std::int64_t>(facts.rows);
    run.report.evaluations += static_cast<std::int64_t>(facts.rows);
  }
  for (const Entitled& e : entitled) {
    Work& work = run.works[compiled->works[e.policy]];
    ++work.entitled;
    work.amount_fen += e.fen;
    const std::size_t before = work.found.size();
    take_row(work, facts, e.row, e.fen);
    run.report.fresh += static_cast<std::int64_t>(work.found.size() - before);
  }
  return ok();
}

Result<MatchReport> Matcher::match(const std::string& policy) {
  const std::lock_guard one_at_a_time(mutex_);
  return match_locked(policy);
}

Result<MatchReport> Matcher::match_locked(const std::string& policy) {
  const auto start = Watch::now();
  CB_TRY(const auto policies,
         parts_.db.read([&](sql::Session& session) -> Result<std::vector<Policy>> {
           if (policy.empty()) return read_policies(session, {"open", "exhausted"});
           CB_TRY(Policy one, read_policy(session, policy));
           if (!one.takes_claims()) {
             return conflict("policy '" + policy + "' is " + one.state +
                             "; only an open one is matched");
           }
           return std::vector<Policy>{std::move(one)};
         }));
  CB_TRY(Run run, prepare_run("match", policies, !policy.empty()));
  CB_DO(load_held(parts_.db, run, nullptr));
  for (const std::string subject_type : {"enterprise", "person"}) {
    const bool any = std::any_of(run.works.begin(), run.works.end(), [&](const Work& work) {
      return work.prepared.policy.subject == subject_type;
    });
    if (!any) continue;
    CB_TRY(const FactsRead read,
           parts_.facts.batches(
               subject_type, wanted_of(run, subject_type), "benefit.match",
               [&](const Batch& facts) { return decide_page(run, facts, subject_type); }));
    run.note(read);
  }
  const Timestamp now = parts_.clock.now();
  CB_DO(flush(parts_.db, ledger_, run, now));
  CB_DO(lapse(parts_.db, run, now));
  CB_DO(end_run(parts_.db, run, now));
  if (policy.empty() && run.as_of >= 0) CB_DO(store_position(parts_.db, run.as_of));
  for (const Work& work : run.works) {
    run.report.entitled += work.entitled;
    run.report.amount_fen += work.amount_fen;
  }
  run.report.seconds = seconds_since(start);
  return run.report;
}

Result<bool> Matcher::redecide() {
  const std::lock_guard one_at_a_time(mutex_);
  CB_TRY(const auto position, read_position(parts_.db));
  if (!position) return false;
  CB_TRY(const Touched touched, parts_.facts.touched(*position, options_.redecide_group_max));
  if (touched.position == *position) return false;
  if (touched.behind > options_.redecide_behind_max) {
    CB_DO(match_locked(""));
    return true;
  }
  CB_DO(redecide_subjects(touched.subjects));
  CB_DO(store_position(parts_.db, touched.position));
  return touched.behind > 0;
}

Result<void> Matcher::redecide_subjects(const std::vector<Subject>& subjects) {
  if (subjects.empty()) return ok();
  CB_TRY(const auto policies, parts_.db.read([&](sql::Session& session) {
    return read_policies(session, {"open", "exhausted"});
  }));
  CB_TRY(Run run, prepare_run("touch", policies, false));
  CB_DO(load_held(parts_.db, run, &subjects));
  Principal engine;
  engine.kind = Principal::Kind::system;
  engine.name = "benefit";
  for (const std::string subject_type : {"enterprise", "person"}) {
    const auto wanted = wanted_of(run, subject_type);
    for (const Subject& subject : subjects) {
      if (subject.type != subject_type) continue;
      const auto page = parts_.facts.one(subject, wanted, engine, "benefit.redecide");
      if (!page && page.error().code == Code::not_found) continue;  // gone: what it had lapses
      if (!page) return page.error();
      run.note(page->read);
      CB_DO(decide_page(run, page->facts, subject_type));
    }
  }
  const Timestamp now = parts_.clock.now();
  CB_DO(flush(parts_.db, ledger_, run, now));
  CB_DO(lapse(parts_.db, run, now));
  return end_run(parts_.db, run, now);
}

}  // namespace citybrain::benefit
