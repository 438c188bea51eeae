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
  for (NodeRef ref = 0; ref < plan_.graph.size(); ++ref) plan_null(ref);  // kids first
  const Accounts& accounts = index_.usual_accounts();
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

void SubjectRun::plan_null(NodeRef ref) {
  const GraphNode& n = plan_.graph[ref];
  Null& out = node_nulls_[ref];
  out.mask.assign(null_words_, 0);
  out.exact = true;
  if (n.certain) return;
  const auto set = [&](std::size_t bit) { out.mask[bit / 64] |= 1ULL << (bit % 64); };
  const auto add = [&](NodeRef kid) {
    for (std::size_t w = 0; w < null_words_; ++w) out.mask[w] |= node_nulls_[kid].mask[w];
    out.exact = out.exact && node_nulls_[kid].exact;
  };
  switch (n.form) {
    case Form::column: return set(n.number);
    case Form::calc:
      for (const NodeRef kid : n.kids) add(kid);
      if (n.zero == no_ref) return;
      break;
    case Form::choice:  // null only where a leaf is, but not each leaf is taken
      for (std::size_t i = 1; i <= n.kids.size(); i += 2)
        add(n.kids[std::min(i, n.kids.size() - 1)]);
      out.exact = false;
      return;
    case Form::ask:
    case Form::all:
    case Form::any:
    case Form::negation:
      for (const NodeRef kid : n.kids) add(kid);
      out.exact = false;
      return;
    default: break;
  }
  out.exact = false;
  set(plan_.columns.fields.size());  // of any subject
}

void SubjectRun::plan_gates() {
  for (const SubjectIndex::Gate& gate : index_.gates()) {
    std::vector<NodeRef> open;
    for (const NodeRef kid : plan_.graph[gate.hit].kids) {
      if (!index_.has_asked(kid)) open.push_back(kid);
    }
    // What is read off a column stands before what is computed.
    std::stable_sort(open.begin(), open.end(), [&](NodeRef a, NodeRef b) {
      return plan_.graph[a].weight < plan_.graph[b].weight;
    });
    residuals_.push_back(std::move(open));
  }
}

void SubjectRun::plan_terms() {
  const auto& terms = index_.accounts();
  const std::size_t columns = plan_.columns.fields.size();
  term_words_ = (terms.size() + 63) / 64;
  terms_.resize(term_words_);
  terms_always_.resize(term_words_);
  terms_exact_.resize(term_words_);
  terms_of_null_.resize(columns * term_words_);
  for (std::size_t t = 0; t < terms.size(); ++t) {
    Mask mask(null_words_);
    add_support(terms[t].first, mask);
    const auto has = [&](std::size_t bit) { return (mask[bit / 64] >> (bit % 64) & 1) != 0; };
    const std::uint64_t term = 1ULL << (t % 64);
    if (has(columns)) terms_always_[t / 64] |= term;
    const Account& account = index_.usual_accounts()[terms[t].first];
    if (account.op == Account::Op::nulls && node_nulls_[account.node].exact)
      terms_exact_[t / 64] |= term;
    for (std::size_t c = 0; c < columns; ++c) {
      if (has(c)) terms_of_null_[c * term_words_ + t / 64] |= term;
    }
  }
}

void SubjectRun::plan_entries() {
  for (std::size_t e = 0; e < plan_.entries.size(); ++e) {
    Mask mask(null_words_);
    add_support(plan_.entries[e].account, mask);  // the index's accounts begin with the plan's
    add_support(index_.entries()[e].account, mask);
    entry_masks_.insert(entry_masks_.end(), mask.begin(), mask.end());
  }
}

void SubjectRun::add_support(AccountRef ref, Mask& mask) const {
  const Account& a = index_.usual_accounts()[ref];
  switch (a.op) {
    case Account::Op::none: return;
    case Account::Op::nulls:
    case Account::Op::unknowns:
      for (std::size_t w = 0; w < null_words_; ++w) mask[w] |= node_nulls_[a.node].mask[w];
      return;
    case Account::Op::fixed:
    case Account::Op::rows: mask.assign(null_words_, ~0ULL); return;
    default:
      for (const AccountRef kid : a.kids) add_support(kid, mask);
  }
}

}  // namespace citybrain::brain
