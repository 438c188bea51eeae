// Building the index: see index_subject.h.
#include "index_subject.h"

#include <algorithm>
#include <map>

namespace citybrain::brain {

using Form = GraphNode::Form;

namespace {

// A column that fewer bits read is not worth its search: gates ask it themselves.
constexpr std::size_t bits_min = 6;
constexpr std::uint32_t no_gate = UINT32_MAX;

void add_to(std::vector<std::uint32_t>& out, const std::vector<std::uint32_t>& more) {
  std::vector<std::uint32_t> both;
  std::set_union(out.begin(), out.end(), more.begin(), more.end(), std::back_inserter(both));
  out = std::move(both);
}

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
    gates_.push_back({hit, {}, {}});
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
  return residual_.guarded(a.op, a.node, sum);
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

// What must be true for the truth to be true, each by itself.
void SubjectIndex::add_conjuncts(NodeRef ref, std::vector<NodeRef>& out) const {
  const GraphNode& n = plan_.graph[ref];
  if (n.form == Form::hit || n.form == Form::all) {
    for (const NodeRef kid : n.kids) add_conjuncts(kid, out);
    return;
  }
  if (n.form == Form::ask && plan_.asks[n.number].by == AskPlan::By::truth) {
    const AskPlan& a = plan_.asks[n.number];
    if (a.of_yes == Answered::yes && a.of_no != Answered::yes && a.of_null != Answered::yes)
      return add_conjuncts(n.kids[0], out);
  }
  out.push_back(ref);
}

void SubjectIndex::find_columns() {
  for (NodeRef ref = 0; ref < plan_.graph.size(); ++ref) {  // kids first
    const GraphNode& n = plan_.graph[ref];
    Columns out;
    if (n.form == Form::column) out = {n.number};
    if (n.form != Form::rows) {
      for (const NodeRef kid : n.kids) add_to(out, columns_of_[kid]);
    }
    columns_of_.push_back(std::move(out));
  }
}

SubjectIndex::Columns SubjectIndex::columns_of(AccountRef ref) const {
  const Account& a = residual_[ref];
  Columns out;
  if (a.node != no_ref) out = columns_of_[a.node];
  for (const AccountRef kid : a.kids) add_to(out, columns_of(kid));
  return out;
}

void SubjectIndex::index_columns() {
  find_columns();
  std::map<std::uint32_t, std::vector<std::size_t>> bits;
  for (std::size_t g = 0; g < gates_.size(); ++g) {
    add_conjuncts(gates_[g].hit, gates_[g].open);
    for (const std::uint32_t column : columns_of_[gates_[g].hit]) bits[column].push_back(g);
  }
  for (std::size_t t = 0; t < accounts_.size(); ++t) {
    for (const std::uint32_t column : columns_of(accounts_[t].first))
      bits[column].push_back(gate_words() * 64 + t);
  }
  for (const auto& [column, of_column] : bits) {
    if (of_column.size() >= bits_min) columns_.push_back(index_column(column, of_column));
  }
  find_wakers();
  for (Gate& gate : gates_) {  // what is read off a column stands before what is computed
    std::stable_sort(gate.open.begin(), gate.open.end(), [&](NodeRef a, NodeRef b) {
      return plan_.graph[a].weight < plan_.graph[b].weight;
    });
  }
}

// A sum of what hardly anybody has is 0 but for these few.
void SubjectIndex::find_wakers() {
  Supposed::Columns nothing;
  const auto& fields = plan_.columns.fields;
  for (std::uint32_t c = 0; c < fields.size(); ++c) {
    if (fields[c].type == citybrain::Type::boolean) nothing[c] = {Value(), Value::boolean(false)};
    if (fields[c].type == citybrain::Type::integer || fields[c].type == citybrain::Type::decimal)
      nothing[c] = {Value(), Value::number(0)};
  }
  Supposed supposed(plan_.graph, nothing);
  std::map<std::uint32_t, std::vector<std::uint64_t>> wakers;
  awake_.assign(gate_words(), 0);
  for (std::size_t g = 0; g < gates_.size(); ++g) {
    const Columns* fewest = nullptr;
    for (const NodeRef kid : gates_[g].open) {
      if ((supposed.answers(kid) & can_be_yes) != 0) continue;
      if (fewest == nullptr || columns_of_[kid].size() < fewest->size()) fewest = &columns_of_[kid];
    }
    if (fewest == nullptr) awake_[g / 64] |= 1ULL << (g % 64);
    for (std::size_t i = 0; fewest != nullptr && i < fewest->size(); ++i) {
      if (!nothing.contains((*fewest)[i])) continue;
      auto& bits = wakers[(*fewest)[i]];
      bits.resize(gate_words());
      bits[g / 64] |= 1ULL << (g % 64);
    }
  }
  for (auto& [column, bits] : wakers) wakers_.push_back({column, std::move(bits)});
}

// A value for each place: of an interval or a code, and last of all null.
std::vector<Value> SubjectIndex::places_of(std::uint32_t column, ColumnIndex& index) const {
  const Field& field = plan_.columns.fields[column];
  std::vector<Value> out;
  index.by_code = field.type == citybrain::Type::text;
  if (index.by_code) {
    const TextCodes& codes = plan_.codes[column];
    std::string unnamed = "x";  // longer than any text that a condition names
    for (std::uint32_t c = 1; c <= codes.size(); ++c) unnamed += codes.text(c);
    out.push_back(Value::text(unnamed));
    for (std::uint32_t c = 1; c <= codes.size(); ++c) out.push_back(Value::text(codes.text(c)));
    out.emplace_back();
    return out;
  }
  index.starts = {INT64_MIN, 0, 1};
  for (NodeRef ref = 0; ref < plan_.graph.size(); ++ref) {
    const GraphNode& n = plan_.graph[ref];
    if (n.form != Form::ask || plan_.asks[n.number].by != AskPlan::By::ints) continue;
    const GraphNode& operand = plan_.graph[n.kids[0]];
    if (operand.form != Form::column || operand.number != column) continue;
    for (const Interval& i : plan_.asks[n.number].ints.intervals) {
      index.starts.push_back(i.low);
      if (i.high != INT64_MAX) index.starts.push_back(i.high + 1);
    }
  }
  std::sort(index.starts.begin(), index.starts.end());
  index.starts.erase(std::unique(index.starts.begin(), index.starts.end()), index.starts.end());
  for (const std::int64_t start : index.starts) {
    out.push_back(field.type == citybrain::Type::boolean ? Value::boolean(start > 0)
                  : field.type == citybrain::Type::date
                      ? Value::date(start)
                      : Value::number(Decimal::scaled(start, field.scale)));
  }
  out.emplace_back();
  return out;
}

ColumnIndex SubjectIndex::index_column(std::uint32_t column, const std::vector<std::size_t>& bits) {
  ColumnIndex out;
  out.column = column;
  out.words = gate_words() + (accounts_.size() + 63) / 64;
  const std::vector<Value> places = places_of(column, out);
  out.bits.assign(places.size() * out.words, ~0ULL);
  std::set<NodeRef> settled;  // parts of gates that this column answers by itself
  for (const std::size_t bit : bits) {
    if (bit >= gates_.size()) continue;
    for (const NodeRef kid : gates_[bit].open) {
      if (columns_of_[kid].size() == 1 && columns_of_[kid][0] == column) settled.insert(kid);
    }
  }
  for (std::size_t place = 0; place < places.size(); ++place) {
    Supposed supposed(plan_.graph, {{column, {places[place]}}}, &plan_.asks);
    std::erase_if(settled, [&](NodeRef kid) {
      const Possible answers = supposed.answers(kid);
      return (answers & (answers - 1)) != 0;
    });
    for (const std::size_t bit : bits) {
      const bool can =
          bit < gates_.size()
              ? (supposed.answers(gates_[bit].hit) & can_be_yes) != 0
              : residual_.can_count(accounts_[bit - gate_words() * 64].first, supposed);
      if (!can) out.bits[place * out.words + bit / 64] &= ~(1ULL << (bit % 64));
    }
  }
  for (const std::size_t bit : bits) {
    if (bit < gates_.size())
      std::erase_if(gates_[bit].open, [&](NodeRef kid) { return settled.contains(kid); });
  }
  return out;
}

}  // namespace citybrain::brain
