// Making accounts: see graph_account.h.
#include "graph_account.h"

namespace citybrain::brain {

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
  if (fresh) accounts_.push_back(std::move(account));
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

AccountRef Accounts::nulls(const Graph& graph, NodeRef node) {
  return graph[node].certain ? no_account : intern({Account::Op::nulls, node, 0, {}});
}

AccountRef Accounts::unknowns(const Graph& graph, NodeRef truth, std::uint32_t count) {
  if (count == 0 || graph[truth].certain) return no_account;
  if (graph.is_constant(truth)) return fixed(count);
  return intern({Account::Op::unknowns, truth, count, {}});
}

AccountRef Accounts::guarded(const Graph& graph, Account::Op op, NodeRef guard, AccountRef kid) {
  if (kid == no_account) return kid;
  if (graph.is_constant(guard)) {
    const Value& v = graph[guard].value;
    const bool in = op == Account::Op::where    ? v.is_true()
                    : op == Account::Op::unless ? !v.is_true()
                                                : !v.is_false();
    return in ? kid : no_account;
  }
  return intern({op, guard, 0, {kid}});
}

AccountRef Accounts::rows(NodeRef node) { return intern({Account::Op::rows, node, 0, {}}); }

AccountRef Accounts::decision(std::uint32_t item, AccountRef body) {
  return body == no_account ? body : intern({Account::Op::decision, no_ref, item, {body}});
}

}  // namespace citybrain::brain
