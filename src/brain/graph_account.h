// Account: how many diagnostics an evaluation gives, as a formula over the graph's planes, so that
// a batch counts what one-by-one evaluation would write, without writing it. Each distinct formula
// stands once.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "graph.h"

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
  Accounts() : accounts_(1) {}

  AccountRef sum(std::vector<AccountRef> kids);
  AccountRef fixed(std::uint32_t count);
  AccountRef nulls(const Graph& graph, NodeRef node);
  AccountRef unknowns(const Graph& graph, NodeRef truth, std::uint32_t count);
  // Where the guard is constant, the kid alone or nothing.
  AccountRef guarded(const Graph& graph, Account::Op op, NodeRef guard, AccountRef kid);
  AccountRef rows(NodeRef node);
  AccountRef decision(std::uint32_t item, AccountRef body);

  const Account& operator[](AccountRef ref) const { return accounts_[ref]; }
  std::size_t size() const { return accounts_.size(); }

 private:
  AccountRef intern(Account account);

  std::vector<Account> accounts_;
  std::unordered_map<std::string, AccountRef> known_;
};

}  // namespace citybrain::brain
