// Verdicts of many policies over many subjects: see policy_catalogue.h.
#include "policy_catalogue.h"

#include <array>

namespace citybrain::benefit {

namespace {

bool holds(std::span<const std::uint64_t> rows, std::size_t row) {
  return (rows[row / 64] >> (row % 64) & 1) != 0;
}

// The sums of the entitled rows. `verdict` leaves out what is not above 0.
void entitle(const brain::Answer& sums, std::span<const std::uint64_t> entitled,
             const std::function<void(std::size_t, const brain::Value&)>& each) {
  for (const brain::Answer::Same& same : sums.same) {
    for (std::size_t word = 0; word < entitled.size(); ++word) {
      for (std::uint64_t bits = same.rows[word] & entitled[word]; bits != 0; bits &= bits - 1) {
        each(word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits)), same.value);
      }
    }
  }
  for (const brain::Answer::Numbers& numbers : sums.numbers) {
    for (std::size_t i = 0; i < numbers.rows.size(); ++i) {
      if (!holds(entitled, numbers.rows[i])) continue;
      each(numbers.rows[i],
           brain::Value::number(brain::Decimal::scaled(numbers.units[i], numbers.scale)));
    }
  }
  for (std::size_t i = 0; i < sums.other_rows.size(); ++i) {
    if (holds(entitled, sums.other_rows[i])) each(sums.other_rows[i], sums.others[i]);
  }
}

}  // namespace

Result<PolicyCatalogue> PolicyCatalogue::compile(const std::vector<const Prepared*>& policies,
                                                 const Schema& facts) {
  std::vector<brain::CatalogueEntry> entries;
  for (const Prepared* policy : policies) {
    entries.push_back(
        {policy->effective.model, {decision_entitled, decision_amount}, policy->constants});
  }
  CB_TRY(auto catalogue, brain::Catalogue::compile(std::move(entries), facts));
  return PolicyCatalogue(std::move(catalogue), policies.size());
}

// One subject, through the catalogue's index.
Result<void> PolicyCatalogue::decide_one(const Batch& facts, const Entitled& entitled) {
  CB_DO(run_.open(facts));
  const brain::SubjectAnswers& answers = run_.subject(0);
  auto special = answers.special.begin();
  for (std::size_t policy = 0; policy < policies_; ++policy) {
    const bool is_special = special != answers.special.end() && special->model == policy;
    const std::span<const brain::Value> values = is_special ? special->values : run_.usual(policy);
    if (is_special) ++special;
    const Verdict verdict = verdict_of(values[0], values[1]);
    if (verdict.entitled) entitled(policy, 0, verdict.amount_fen);
  }
  return ok();
}

Result<void> PolicyCatalogue::decide(const Batch& facts, const Entitled& entitled) {
  if (facts.rows == 1) return decide_one(facts, entitled);
  const auto decided = run_.batch(facts, [&](const brain::ModelAnswers& answers) -> Result<void> {
    for (const brain::Answer::Same& same : answers.decisions[0].same) {
      if (!same.value.is_true()) continue;
      entitle(answers.decisions[1], same.rows, [&](std::size_t row, const brain::Value& sum) {
        const Verdict verdict = verdict_of(same.value, sum);
        if (verdict.entitled) entitled(answers.model, answers.first_row + row, verdict.amount_fen);
      });
    }
    return ok();
  });
  if (!decided) return decided.error();
  return ok();
}

}  // namespace citybrain::benefit
