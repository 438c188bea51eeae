// Account: how many diagnostics an evaluation gives, as a formula over the graph's planes, so that
// a batch counts what one-by-one evaluation would write, without writing it. Each distinct formula
// stands once.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "graph_null.h"

namespace citybrain::brain {

using AccountRef = std::uint32_t;
constexpr AccountRef no_account = 0;  // nothing can go wrong

struct Account {
  enum class Op : std::uint8_t {
    none,
    sum,       // kids
    fixed,     // `count` for each row
    nulls,     // one for each row whose `node` is null
    unknowns,  // `count` for each row whose truth `node` is unknown
    where,     // kids, for the rows whose `node` is true
    unless,    // kids, for those whose `node` is not true
    may,       // kids, for those whose `node` is not false
    rows,      // what the machine counts for `node`, and for the decisions it asks for
    decision,  // kids, for the rows that did not ask for item `count` before
  };
  Op op = Op::none;
  NodeRef node = no_ref;
  std::uint32_t count = 0;
  std::vector<AccountRef> kids;
};

class Accounts {
 public:
  explicit Accounts(const Graph& graph) : nulls_(graph), accounts_(1), supports_(1) {}

  AccountRef sum(std::vector<AccountRef> kids);
  AccountRef fixed(std::uint32_t count);
  AccountRef nulls(NodeRef node);
  AccountRef unknowns(NodeRef truth, std::uint32_t count);
  // Where the guard is constant, or shut by each null that the kid tells of: the kid alone or
  // nothing.
  AccountRef guarded(Account::Op op, NodeRef guard, AccountRef kid);
  AccountRef rows(NodeRef node);
  AccountRef decision(std::uint32_t item, AccountRef body);

  const Account& operator[](AccountRef ref) const { return accounts_[ref]; }
  std::size_t size() const { return accounts_.size(); }
  // What an account can count anything of: these causes only, unless `always`.
  const NullSupport& support(AccountRef ref) const { return supports_[ref]; }
  const NullSupport& support_of(NodeRef node) { return nulls_.of(node); }
  // Can an account count anything where that is so?
  bool can_count(AccountRef ref, Supposed& supposed) const;

 private:
  AccountRef intern(Account account);
  NullSupport support_of(const Account& account);

  GraphNulls nulls_;
  std::vector<Account> accounts_;
  std::vector<NullSupport> supports_;  // by account
  std::unordered_map<std::string, AccountRef> known_;
};

}  // namespace citybrain::brain
