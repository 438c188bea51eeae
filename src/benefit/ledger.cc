// The ledger's writes. Chains are tried one after another on balances held in memory, then the
// transfers that held and the balances that moved are written in the caller's transaction.
#include "benefit/ledger.h"

#include <set>
#include <unordered_map>

#include "base/money.h"
#include "ledger_journal.h"
#include "sql/db.h"

namespace citybrain::benefit {

namespace {

// What a chain asks for that is already in the journal, or that an earlier chain of this write put
// there.
using Known = std::unordered_map<std::string, Recorded>;

std::string id_of(const Transfer& t) {
  return t.entry == Entry::post || t.entry == Entry::voided ? t.of + ".end" : t.id;
}

// Balances as they will be, with a way back to where the chain began.
class Trial {
 public:
  explicit Trial(std::map<std::string, Balance>& balances) : balances_(balances) {}

  Balance& touch(const std::string& account) {
    Balance& balance = balances_[account];
    if (balance.account.empty()) balance.account = account;
    before_.try_emplace(account, balance);
    return balance;
  }
  void undo() {
    for (auto& [account, balance] : before_) balances_[account] = balance;
  }
  const std::map<std::string, Balance>& before() const { return before_; }

 private:
  std::map<std::string, Balance>& balances_;
  std::map<std::string, Balance> before_;
};

void apply(const Recorded& t, Balance& debit, Balance& credit) {
  const std::int64_t fen = t.amount_fen;
  switch (t.entry) {
    case Entry::direct:
      debit.debits_posted += fen;
      credit.credits_posted += fen;
      return;
    case Entry::pending:
      debit.debits_pending += fen;
      credit.credits_pending += fen;
      return;
    case Entry::post:
      debit.debits_posted += fen;
      credit.credits_posted += fen;
      [[fallthrough]];
    case Entry::voided:
      debit.debits_pending -= fen;
      credit.credits_pending -= fen;
      return;
  }
}

Error over_cap(const Balance& before, const Recorded& t) {
  return exhausted("account '" + t.debit + "' has " + to_yuan({before.available()}) +
                   " yuan left and " + to_yuan({t.amount_fen}) +
                   " are asked for; raise the appropriation or wait for money to come back");
}

// The transfer as the journal will hold it; checks what can be checked without balances.
Result<Recorded> resolve(const Transfer& t, const Known& known) {
  Recorded r{id_of(t), t.entry, t.debit, t.credit, t.amount_fen, t.cause};
  if (t.entry == Entry::post || t.entry == Entry::voided) {
    const auto pending = known.find(t.of);
    if (pending == known.end() || pending->second.entry != Entry::pending) {
      return not_found("there is no pending transfer '" + t.of + "' to resolve");
    }
    r.debit = pending->second.debit;
    r.credit = pending->second.credit;
    r.amount_fen = pending->second.amount_fen;
  }
  if (r.id.empty() || r.debit.empty() || r.credit.empty() || r.debit == r.credit) {
    return invalid("transfer '" + r.id + "' needs an id and two different accounts");
  }
  if (r.amount_fen <= 0) {
    return invalid("transfer '" + r.id + "' moves " + std::to_string(r.amount_fen) +
                   " fen; it must move more than 0");
  }
  return r;
}

struct Write {
  std::map<std::string, Balance> balances;
  Known known;
  std::vector<std::pair<Recorded, std::size_t>> fresh;  // with the position of their chain
  std::set<std::string> moved;
};

Posting refuse(Error why) { return {Posting::State::refused, std::move(why)}; }

Posting try_chain(Write& w, const Chain& chain, std::size_t position) {
  Trial trial(w.balances);
  std::vector<Recorded> added;
  std::size_t repeated = 0;
  const auto give_up = [&](Error why) {
    trial.undo();
    for (const Recorded& r : added) w.known.erase(r.id);
    return refuse(std::move(why));
  };
  for (const Transfer& t : chain.transfers) {
    auto r = resolve(t, w.known);
    if (!r) return give_up(std::move(r).error());
    if (const auto there = w.known.find(r->id); there != w.known.end()) {
      if (!(there->second == *r)) {
        return give_up(conflict("transfer '" + r->id + "' stands in the journal with other " +
                                "contents (" + name_of(there->second.entry) + ")"));
      }
      ++repeated;
      continue;
    }
    Balance& debit = trial.touch(r->debit);
    const Balance before = debit;
    apply(*r, debit, trial.touch(r->credit));
    if (is_capped(r->debit) && debit.available() < 0) return give_up(over_cap(before, *r));
    w.known.emplace(r->id, *r);
    added.push_back(std::move(*r));
  }
  if (repeated != 0 && !added.empty()) {
    return give_up(conflict("a part of this chain stands in the journal and a part does not"));
  }
  if (added.empty()) return {Posting::State::repeated, {}};
  for (const auto& [account, balance] : trial.before()) w.moved.insert(account);
  for (Recorded& r : added) w.fresh.emplace_back(std::move(r), position);
  return {};
}

}  // namespace

const char* name_of(Entry entry) {
  switch (entry) {
    case Entry::direct: return "direct";
    case Entry::pending: return "pending";
    case Entry::post: return "post";
    case Entry::voided: return "void";
  }
  return "";
}

std::string treasury_account(std::string_view division) {
  return "treasury:" + std::string(division);
}
std::string line_account(std::string_view line) { return "line:" + std::string(line); }
std::string payable_account(std::string_view line) { return "payable:" + std::string(line); }
std::string paid_account(std::string_view line) { return "paid:" + std::string(line); }

Result<std::map<std::string, Balance>> Ledger::balances(
    sql::Session& session, const std::vector<std::string>& accounts) const {
  return read_balances(session, accounts);
}

Result<std::vector<Posting>> Ledger::write(sql::Tx& tx, std::span<const Chain> chains) const {
  CB_TRY(const Totals before, read_totals(tx));
  CB_CHECK(before.balanced());

  Write w;
  std::vector<std::string> ids;
  std::set<std::string> accounts;
  for (const Chain& chain : chains) {
    for (const Transfer& t : chain.transfers) {
      ids.push_back(id_of(t));
      if (!t.of.empty()) ids.push_back(t.of);
      if (!t.debit.empty()) accounts.insert(t.debit);
      if (!t.credit.empty()) accounts.insert(t.credit);
    }
  }
  CB_TRY(w.known, read_recorded(tx, ids));
  for (const auto& [id, r] : w.known) {
    accounts.insert(r.debit);
    accounts.insert(r.credit);
  }
  CB_TRY(w.balances, read_balances(tx, {accounts.begin(), accounts.end()}));

  std::vector<Posting> postings;
  postings.reserve(chains.size());
  for (std::size_t i = 0; i < chains.size(); ++i) postings.push_back(try_chain(w, chains[i], i));
  if (w.fresh.empty()) return postings;

  CB_DO(append_journal(tx, w.fresh, clock_.now()));
  std::vector<Balance> moved;
  for (const std::string& account : w.moved) moved.push_back(w.balances[account]);
  CB_DO(store_balances(tx, moved));

  CB_TRY(const auto stored, read_balances(tx, {w.moved.begin(), w.moved.end()}));
  for (const Balance& balance : moved) {
    CB_CHECK(stored.at(balance.account) == balance);
    CB_CHECK(!is_capped(balance.account) || balance.available() >= 0);
  }
  CB_TRY(const Totals after, read_totals(tx));
  CB_CHECK(after.balanced());
  return postings;
}

Result<Verification> Ledger::verify(sql::Session& session) const {
  Verification v;
  std::map<std::string, Balance> rebuilt;
  std::unordered_map<std::string, Recorded> open;
  CB_DO(each_recorded(session, [&](const Recorded& r) -> Result<void> {
    ++v.transfers;
    Balance& debit = rebuilt[r.debit];
    Balance& credit = rebuilt[r.credit];
    debit.account = r.debit;
    credit.account = r.credit;
    if (r.entry == Entry::pending) open.emplace(r.id, r);
    if (r.entry == Entry::post || r.entry == Entry::voided) {
      const auto pending = open.find(r.id.substr(0, r.id.size() - 4));
      if (pending == open.end() || pending->second.amount_fen != r.amount_fen ||
          pending->second.debit != r.debit || pending->second.credit != r.credit) {
        v.faults.push_back("transfer '" + r.id + "' resolves nothing that is pending");
      } else {
        open.erase(pending);
      }
    }
    apply(r, debit, credit);
    if (r.entry == Entry::direct || r.entry == Entry::post) v.posted_fen += r.amount_fen;
    if (is_capped(r.debit) && debit.available() < 0) {
      v.faults.push_back("account '" + r.debit + "' went over its cap with '" + r.id + "'");
    }
    return ok();
  }));
  v.pending = static_cast<std::int64_t>(open.size());
  CB_TRY(const auto stored, read_balances(session, {}));
  v.accounts = static_cast<std::int64_t>(stored.size());
  for (const auto& [account, balance] : rebuilt) {
    const auto there = stored.find(account);
    if (there == stored.end() || !(there->second == balance)) {
      v.faults.push_back("account '" + account + "' does not follow from the journal");
    }
  }
  for (const auto& [account, balance] : stored) {
    if (!rebuilt.contains(account) && !(balance == Balance{account})) {
      v.faults.push_back("account '" + account + "' has a balance and no transfers");
    }
  }
  return v;
}

}  // namespace citybrain::benefit
