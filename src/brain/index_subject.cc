// Building the index: see index_subject.h.
#include "index_subject.h"

#include <algorithm>
#include <map>

namespace citybrain::brain {

using Form = GraphNode::Form;

namespace {

// A column that fewer gates ask is not worth its search: these gates ask it themselves.
constexpr std::size_t asks_min = 6;
constexpr std::uint32_t no_gate = UINT32_MAX;

}  // namespace

const std::uint64_t* ColumnIndex::of_int(std::int64_t value) const {
  const auto it = std::upper_bound(starts.begin(), starts.end(), value);
  return &bits[static_cast<std::size_t>(it - starts.begin() - 1) * words];
}

SubjectIndex::SubjectIndex(const Catalogue::Impl& plan)
    : plan_(plan), gate_of_(plan.graph.size(), no_gate), residual_(plan.accounts) {
  std::map<AccountRef, std::size_t> accounts;
  for (std::uint32_t e = 0; e < plan.entries.size(); ++e) {
    Entry entry;
    entry.usual = true;
    for (const NodeRef answer : plan.entries[e].answers) {
      const auto value = assume(answer, entry, true);
      entry.usual = entry.usual && value.has_value();
      entry.answers.push_back(value.value_or(Value()));
    }
    if (entry.usual) {
      entry.account = assume_account(plan.entries[e].account, entry);
      for (const AccountRef term : terms_of(entry.account)) ++accounts[term];
      std::sort(entry.gates.begin(), entry.gates.end());
      entry.gates.erase(std::unique(entry.gates.begin(), entry.gates.end()), entry.gates.end());
      for (const std::uint32_t g : entry.gates) gates_[g].entries.push_back(e);
    } else {
      unusual_.push_back(e);
    }
    entries_.push_back(std::move(entry));
  }
  accounts_.assign(accounts.begin(), accounts.end());
  index_columns();
}

std::uint32_t SubjectIndex::gate(NodeRef hit) {
  if (gate_of_[hit] == no_gate) {
    gate_of_[hit] = static_cast<std::uint32_t>(gates_.size());
    gates_.push_back({hit, {}});
  }
  return gate_of_[hit];
}

std::optional<Value> SubjectIndex::assume(NodeRef ref, Entry& entry, bool adding) {
  const GraphNode& n = plan_.graph[ref];
  switch (n.form) {
    case Form::constant: return n.value;
    case Form::hit: {
      const auto known = [&] {
        return std::find(entry.gates.begin(), entry.gates.end(), gate_of_[ref]) !=
               entry.gates.end();
      };
      if (adding) entry.gates.push_back(gate(ref));
      return known() ? std::optional(Value::boolean(false)) : std::nullopt;
    }
    case Form::twice: {  // no hit, so not two
      for (const NodeRef kid : n.kids) {
        const auto v = assume(kid, entry, adding);
        if (!v || !v->is_false()) return std::nullopt;
      }
      return Value::boolean(false);
    }
    case Form::ask: {
      const auto v = assume(n.kids[0], entry, adding);
      if (!v) return v;
      const Predicate& p = plan_.graph.predicate(n);
      return v->is_null() || v->is(p.kind) ? std::optional(p.holds(*v)) : std::nullopt;
    }
    case Form::choice:
      for (std::size_t i = 0; i + 1 < n.kids.size(); i += 2) {
        const auto guard = assume(n.kids[i], entry, adding);
        if (!guard) return guard;
        if (guard->is_true()) return assume(n.kids[i + 1], entry, adding);
      }
      return assume(n.kids.back(), entry, adding);
    default: return std::nullopt;
  }
}

AccountRef SubjectIndex::assume_account(AccountRef ref, Entry& entry) {
  const Account a = plan_.accounts[ref];
  std::vector<AccountRef> kids;
  switch (a.op) {
    case Account::Op::none:
    case Account::Op::fixed:
    case Account::Op::nulls:
    case Account::Op::unknowns:
    case Account::Op::rows: return ref;
    case Account::Op::where:
    case Account::Op::unless:
    case Account::Op::may: {
      const auto guard = assume(a.node, entry, false);
      if (!guard) return ref;
      const bool in = a.op == Account::Op::where    ? guard->is_true()
                      : a.op == Account::Op::unless ? !guard->is_true()
                                                    : !guard->is_false();
      return in ? assume_account(a.kids[0], entry) : no_account;
    }
    case Account::Op::sum:
      for (const AccountRef kid : a.kids) kids.push_back(assume_account(kid, entry));
      return residual_.sum(std::move(kids));
    case Account::Op::decision:
      return residual_.decision(a.count, assume_account(a.kids[0], entry));
  }
  return ref;
}

void SubjectIndex::ask_always(AccountRef ref, std::set<std::uint32_t>& items,
                              std::vector<AccountRef>& terms) const {
  const Account& a = residual_[ref];
  if (a.op == Account::Op::decision && !items.insert(a.count).second) return;
  if (a.op == Account::Op::decision || a.op == Account::Op::sum) {
    for (const AccountRef kid : a.kids) ask_always(kid, items, terms);
  } else if (ref != no_account) {
    terms.push_back(ref);
  }
}

AccountRef SubjectIndex::without(AccountRef ref, const std::set<std::uint32_t>& items) {
  const Account a = residual_[ref];
  if (a.op == Account::Op::decision && items.contains(a.count)) return no_account;
  if (a.kids.empty()) return ref;
  std::vector<AccountRef> kids;
  for (const AccountRef kid : a.kids) kids.push_back(without(kid, items));
  const AccountRef sum = residual_.sum(std::move(kids));
  if (a.op == Account::Op::sum) return sum;
  if (a.op == Account::Op::decision) return residual_.decision(a.count, sum);
  return residual_.guarded(plan_.graph, a.op, a.node, sum);
}

void SubjectIndex::collect_items(AccountRef ref, std::vector<std::uint32_t>& items) const {
  const Account& a = residual_[ref];
  if (a.op == Account::Op::decision) items.push_back(a.count);
  if (a.op == Account::Op::rows) {
    for (const auto& [item, account] : plan_.graph.origin(plan_.graph[a.node]).demands) {
      items.push_back(item);
      collect_items(account, items);
    }
  }
  for (const AccountRef kid : a.kids) collect_items(kid, items);
}

std::vector<AccountRef> SubjectIndex::terms_of(AccountRef account) {
  std::set<std::uint32_t> always;
  std::vector<AccountRef> terms;
  ask_always(account, always, terms);
  for (AccountRef& term : terms) term = without(term, always);
  std::erase(terms, no_account);
  // A decision that two terms may ask for counts once in both: then they stay together.
  std::vector<std::uint32_t> items;
  for (const AccountRef term : terms) collect_items(term, items);
  std::sort(items.begin(), items.end());
  const bool apart = std::adjacent_find(items.begin(), items.end()) == items.end() &&
                     std::none_of(items.begin(), items.end(),
                                  [&](std::uint32_t item) { return always.contains(item); });
  if (apart) return terms;
  return {account};
}

bool SubjectIndex::is_indexed(NodeRef kid) const {
  const GraphNode& n = plan_.graph[kid];
  if (n.form == Form::column) return n.shape == Shape::truth;
  if (n.form != Form::ask || plan_.graph[n.kids[0]].form != Form::column) return false;
  return plan_.asks[n.number].by != AskPlan::By::value;
}

// Of an ask on a column of whole numbers or truths, or of a column of truths itself.
Answered SubjectIndex::answer(NodeRef ask, std::int64_t value) const {
  const GraphNode& n = plan_.graph[ask];
  if (n.form == Form::column) return value != 0 ? Answered::yes : Answered::no;
  const AskPlan& a = plan_.asks[n.number];
  if (a.by == AskPlan::By::truth) return value != 0 ? a.of_yes : a.of_no;
  return a.ints.holds(value) ? Answered::yes : Answered::no;
}

std::uint32_t SubjectIndex::column_of(NodeRef kid) const {
  const GraphNode& n = plan_.graph[kid];
  return n.form == Form::column ? n.number : plan_.graph[n.kids[0]].number;
}

void SubjectIndex::index_columns() {
  indexed_.resize(plan_.columns.fields.size());
  std::map<std::uint32_t, std::vector<std::pair<std::uint32_t, NodeRef>>> asks;
  for (std::uint32_t g = 0; g < gates_.size(); ++g) {
    for (const NodeRef kid : plan_.graph[gates_[g].hit].kids) {
      if (!is_indexed(kid)) continue;
      asks[column_of(kid)].emplace_back(g, kid);
    }
  }
  for (const auto& [column, of_column] : asks) {
    if (of_column.size() < asks_min) continue;
    const bool by_code = plan_.columns.fields[column].type == citybrain::Type::text;
    indexed_[column] = true;
    columns_.push_back(index_column(column, by_code, of_column));
  }
}

ColumnIndex SubjectIndex::index_column(
    std::uint32_t column, bool by_code,
    const std::vector<std::pair<std::uint32_t, NodeRef>>& asks) const {
  ColumnIndex out;
  out.column = column;
  out.by_code = by_code;
  out.words = (gates_.size() + 63) / 64;
  std::size_t places = plan_.codes[column].size() + 1;
  if (!by_code) {
    out.starts = {INT64_MIN, 0, 1};
    for (const auto& [gate, ask] : asks) {
      if (plan_.graph[ask].form == Form::column) continue;
      for (const Interval& i : plan_.asks[plan_.graph[ask].number].ints.intervals) {
        out.starts.push_back(i.low);
        if (i.high != INT64_MAX) out.starts.push_back(i.high + 1);
      }
    }
    std::sort(out.starts.begin(), out.starts.end());
    out.starts.erase(std::unique(out.starts.begin(), out.starts.end()), out.starts.end());
    places = out.starts.size();
  }
  out.bits.assign((places + 1) * out.words, ~0ULL);
  const auto clear = [&](std::size_t place, std::uint32_t gate) {
    out.bits[place * out.words + gate / 64] &= ~(1ULL << (gate % 64));
  };
  for (const auto& [gate, ask] : asks) {
    const GraphNode& n = plan_.graph[ask];
    const bool null_holds = n.form == Form::ask && plan_.asks[n.number].of_null == Answered::yes;
    if (!null_holds) clear(places, gate);
    for (std::size_t place = 0; place < places; ++place) {
      bool holds = false;
      if (by_code) {
        const auto& codes = plan_.asks[n.number].codes;
        holds = std::find(codes.begin(), codes.end(), place) != codes.end();
      } else {
        holds = answer(ask, out.starts[place]) == Answered::yes;
      }
      if (!holds) clear(place, gate);
    }
  }
  return out;
}

}  // namespace citybrain::brain
