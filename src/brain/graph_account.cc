// Making accounts: see graph_account.h.
#include "graph_account.h"

#include <algorithm>

namespace citybrain::brain {

namespace {

// The answers of a guard that let its kids count.
Possible letting(Account::Op op) {
  if (op == Account::Op::where) return can_be_yes;
  return op == Account::Op::unless ? (can_be_no | can_be_unknown) : (can_be_yes | can_be_unknown);
}

}  // namespace

NullSupport Accounts::support_of(const Account& account) {
  NullSupport out;
  switch (account.op) {
    case Account::Op::none: return out;
    case Account::Op::fixed:
    case Account::Op::rows: out.always = true; return out;
    case Account::Op::nulls:
    case Account::Op::unknowns: return nulls_.of(account.node);
    default: break;
  }
  for (const AccountRef kid : account.kids) out.add(supports_[kid]);
  if (account.node == no_ref) return out;
  std::erase_if(out.causes, [&](NullCause cause) {
    return (nulls_.supposed(cause).answers(account.node) & letting(account.op)) == 0;
  });
  return out;
}

bool Accounts::can_count(AccountRef ref, Supposed& supposed) const {
  const Account& a = accounts_[ref];
  switch (a.op) {
    case Account::Op::none: return false;
    case Account::Op::fixed:
    case Account::Op::rows: return true;
    case Account::Op::nulls: return supposed.can_be_null(a.node);
    case Account::Op::unknowns: return (supposed.answers(a.node) & can_be_unknown) != 0;
    case Account::Op::where:
    case Account::Op::unless:
    case Account::Op::may:
      if ((supposed.answers(a.node) & letting(a.op)) == 0) return false;
      break;
    default: break;
  }
  return std::any_of(a.kids.begin(), a.kids.end(),
                     [&](AccountRef kid) { return can_count(kid, supposed); });
}

AccountRef Accounts::intern(Account account) {
  std::string key;
  const auto put = [&](const auto& plain) {
    key.append(reinterpret_cast<const char*>(&plain), sizeof plain);
  };
  put(account.op);
  put(account.node);
  put(account.count);
  for (const AccountRef kid : account.kids) put(kid);
  const auto [it, fresh] =
      known_.emplace(std::move(key), static_cast<AccountRef>(accounts_.size()));
  if (!fresh) return it->second;
  NullSupport support = support_of(account);
  if (support.causes.empty() && !support.always) {
    it->second = no_account;
  } else {
    accounts_.push_back(std::move(account));
    supports_.push_back(std::move(support));
  }
  return it->second;
}

AccountRef Accounts::sum(std::vector<AccountRef> kids) {
  std::vector<AccountRef> flat;
  for (const AccountRef kid : kids) {
    if (accounts_[kid].op != Account::Op::sum) {
      flat.push_back(kid);
    } else {
      flat.insert(flat.end(), accounts_[kid].kids.begin(), accounts_[kid].kids.end());
    }
  }
  kids = std::move(flat);
  std::erase(kids, no_account);
  if (kids.empty()) return no_account;
  if (kids.size() == 1) return kids[0];
  return intern({Account::Op::sum, no_ref, 0, std::move(kids)});
}

AccountRef Accounts::fixed(std::uint32_t count) {
  return count == 0 ? no_account : intern({Account::Op::fixed, no_ref, count, {}});
}

AccountRef Accounts::nulls(NodeRef node) { return intern({Account::Op::nulls, node, 0, {}}); }

AccountRef Accounts::unknowns(NodeRef truth, std::uint32_t count) {
  const Graph& graph = nulls_.graph();
  if (count == 0 || graph[truth].certain) return no_account;
  if (graph.is_constant(truth)) return fixed(count);
  return intern({Account::Op::unknowns, truth, count, {}});
}

AccountRef Accounts::guarded(Account::Op op, NodeRef guard, AccountRef kid) {
  const Graph& graph = nulls_.graph();
  if (kid == no_account) return kid;
  if (graph.is_constant(guard)) {
    return (possible(answered(graph[guard].value)) & letting(op)) != 0 ? kid : no_account;
  }
  return intern({op, guard, 0, {kid}});
}

AccountRef Accounts::rows(NodeRef node) { return intern({Account::Op::rows, node, 0, {}}); }

AccountRef Accounts::decision(std::uint32_t item, AccountRef body) {
  return body == no_account ? body : intern({Account::Op::decision, no_ref, item, {body}});
}

}  // namespace citybrain::brain
