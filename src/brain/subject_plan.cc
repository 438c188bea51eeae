// What a run over single subjects works out once: where nodes are null, what a gate must ask beside
// the index, which diagnostics need a null. See subject_run.h.
#include <algorithm>

#include "subject_run.h"

namespace citybrain::brain {

using Form = GraphNode::Form;

void SubjectRun::plan_nulls() {
  fixed_.resize(plan_.graph.size());
  for (NodeRef ref = 0; ref < plan_.graph.size(); ++ref) {
    const GraphNode& n = plan_.graph[ref];
    if (n.form == Form::constant && n.value.is(Kind::number) && n.scale >= 0)
      fixed_[ref] = n.value.as_number().to_scaled(n.scale);
  }
  Accounts accounts = index_.usual_accounts();
  zero_bits_.resize(plan_.columns.fields.size(), no_bit);
  for (NodeRef ref = 0; ref < plan_.graph.size(); ++ref) {
    for (const NullCause cause : accounts.support_of(ref).causes) {
      if (!cause.zero || zero_bits_[cause.column] != no_bit) continue;
      zero_bits_[cause.column] = plan_.columns.fields.size() + 1 + zero_columns_.size();
      zero_columns_.push_back(cause.column);
    }
  }
  null_words_ = (plan_.columns.fields.size() + 1 + zero_columns_.size() + 63) / 64;
  for (NodeRef ref = 0; ref < plan_.graph.size(); ++ref) {
    const NullSupport& support = accounts.support_of(ref);
    node_nulls_[ref] = {mask_of(support), support.exact};
  }
  plain_.resize(accounts.size());
  for (AccountRef ref = 0; ref < accounts.size(); ++ref) {
    const Account& a = accounts[ref];
    plain_[ref] =
        a.op == Account::Op::nulls || a.op == Account::Op::unknowns ||
        (a.op == Account::Op::sum && std::all_of(a.kids.begin(), a.kids.end(), [&](AccountRef kid) {
           return kid < ref && plain_[kid];
         }));
  }
}

void SubjectRun::plan_terms() {
  const auto& terms = index_.accounts();
  term_words_ = (terms.size() + 63) / 64;
  terms_.resize(term_words_);
  terms_always_.resize(term_words_);
  terms_exact_.resize(term_words_);
  terms_of_null_.resize(null_words_ * 64 * term_words_);
  for (std::size_t t = 0; t < terms.size(); ++t) {
    const NullSupport& support = index_.usual_accounts().support(terms[t].first);
    const std::uint64_t term = 1ULL << (t % 64);
    if (support.always) terms_always_[t / 64] |= term;
    const Account& account = index_.usual_accounts()[terms[t].first];
    if (account.op == Account::Op::nulls && node_nulls_[account.node].exact)
      terms_exact_[t / 64] |= term;
    for (const NullCause cause : support.causes)
      terms_of_null_[bit_of(cause) * term_words_ + t / 64] |= term;
  }
}

void SubjectRun::plan_entries() {
  const Accounts& accounts = index_.usual_accounts();  // begins with the plan's
  for (std::size_t e = 0; e < plan_.entries.size(); ++e) {
    Mask mask = mask_of(accounts.support(plan_.entries[e].account));
    const Mask usual = mask_of(accounts.support(index_.entries()[e].account));
    for (std::size_t w = 0; w < null_words_; ++w) entry_masks_.push_back(mask[w] | usual[w]);
  }
}

SubjectRun::Mask SubjectRun::mask_of(const NullSupport& support) const {
  Mask out(null_words_);
  const auto set = [&](std::size_t bit) { out[bit / 64] |= 1ULL << (bit % 64); };
  for (const NullCause cause : support.causes) set(bit_of(cause));
  if (support.always) set(plan_.columns.fields.size());  // of any subject
  return out;
}

}  // namespace citybrain::brain
