// One subject: see subject_run.h.
#include "subject_run.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace citybrain::brain {

using Form = GraphNode::Form;

SubjectRun::SubjectRun(const Catalogue::Impl& plan)
    : plan_(plan),
      index_(plan),
      bulk_(plan),
      units_(plan.graph.size()),
      truths_(plan.graph.size()),
      nulls_(plan.graph.size()),
      node_nulls_(plan.graph.size()),
      added_(plan.entries.size()) {
  plan_nulls();
  null_columns_.resize(null_words_);
  plan_terms();
  plan_entries();
  gates_.resize(index_.gate_words() + term_words_);
  awake_.resize(index_.gate_words());
}

Result<void> SubjectRun::open(const Batch& batch) {
  batch_ = nullptr;
  CB_DO(bulk_.find_columns(batch, columns_));
  batch_ = &batch;
  sources_.resize(columns_.size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const Column& column = batch.columns[columns_[c]];
    sources_[c] = {column.valid().data(), column.ints().data()};
  }
  return ok();
}

void SubjectRun::read_nulls() {
  for (std::size_t w = 0; w < null_words_; ++w) {
    std::uint64_t bits = 0;
    const std::size_t first = std::min(w * 64, sources_.size());
    const std::size_t n = std::min<std::size_t>(64, sources_.size() - first);
    for (std::size_t i = 0; i < n; ++i)
      bits |= static_cast<std::uint64_t>(sources_[first + i].valid[row_] == 0) << i;
    null_columns_[w] = bits;
  }
  const auto set = [&](std::size_t bit) { null_columns_[bit / 64] |= 1ULL << (bit % 64); };
  set(sources_.size());
  for (std::size_t i = 0; i < zero_columns_.size(); ++i) {
    const Source& source = sources_[zero_columns_[i]];
    if (source.valid[row_] != 0 && source.ints[row_] == 0) set(sources_.size() + 1 + i);
  }
}

const SubjectAnswers& SubjectRun::evaluate(std::size_t row) {
  CB_CHECK(batch_ != nullptr && row < batch_->rows);
  row_ = row;
  bulk_begun_ = false;
  ++subject_;
  answers_.special.clear();
  answers_.diagnostics = 0;
  order_.clear();
  read_nulls();
  possible_gates();
  for (std::size_t w = 0; w < index_.gate_words(); ++w) {
    for (std::uint64_t bits = gates_[w]; bits != 0; bits &= bits - 1) {
      const std::size_t g = w * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
      const SubjectIndex::Gate& gate = index_.gates()[g];
      const bool holds = std::all_of(gate.open.begin(), gate.open.end(),
                                     [&](NodeRef kid) { return truth(kid) == Answered::yes; });
      if (!holds) continue;
      for (const std::uint32_t entry : gate.entries) {
        if (added_[entry] == subject_) continue;
        added_[entry] = subject_;
        order_.push_back(entry);
      }
    }
  }
  count_usual();
  order_.insert(order_.end(), index_.unusual().begin(), index_.unusual().end());
  std::sort(order_.begin(), order_.end());
  if (values_.size() < order_.size()) values_.resize(order_.size());
  for (const std::uint32_t entry : order_) add(entry);
  return answers_;
}

// Most terms count nothing where none of their columns is null.
void SubjectRun::count_usual() {
  terms_ = terms_always_;
  for (std::size_t w = 0; w < null_words_; ++w) {
    for (std::uint64_t bits = null_columns_[w]; bits != 0; bits &= bits - 1) {
      const std::size_t bit = w * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
      const std::uint64_t* of_bit = &terms_of_null_[bit * term_words_];
      for (std::size_t t = 0; t < term_words_; ++t) terms_[t] |= of_bit[t];
    }
  }
  for (std::size_t w = 0; w < term_words_; ++w) {
    std::uint64_t bits = terms_[w] & gates_[index_.gate_words() + w];
    for (; bits != 0; bits &= bits - 1) {
      const auto& [account, models] =
          index_.accounts()[w * 64 + static_cast<std::size_t>(__builtin_ctzll(bits))];
      if ((terms_exact_[w] & (bits & -bits)) != 0) {
        answers_.diagnostics += models;
        continue;
      }
      asked_.clear();
      answers_.diagnostics += models * count(index_.usual_accounts(), account);
    }
  }
}

CB_WIDE void SubjectRun::possible_gates() {
  const std::size_t words = gates_.size();
  std::uint64_t* gates = gates_.data();
  std::fill_n(gates, words, ~0ULL);
  if (index_.gates().size() % 64 != 0)
    gates[index_.gate_words() - 1] = (1ULL << (index_.gates().size() % 64)) - 1;
  for (const ColumnIndex& index : index_.columns()) {
    const Source& source = sources_[index.column];
    const std::uint64_t* bits = nullptr;
    if (source.valid[row_] == 0) {
      bits = index.of_null();
    } else if (index.by_code) {
      const Column& column = batch_->columns[columns_[index.column]];
      bits = index.of_code(plan_.codes[index.column].code(column.text_at(row_)));
    } else {
      bits = index.of_int(source.ints[row_]);
    }
    for (std::size_t w = 0; w < words; ++w) gates[w] &= bits[w];
  }
  const std::size_t gate_words = index_.gate_words();
  std::uint64_t* awake = awake_.data();
  std::copy_n(index_.awake().data(), gate_words, awake);
  for (const SubjectIndex::Waker& waker : index_.wakers()) {
    const Source& source = sources_[waker.column];
    if (source.ints[row_] == 0 || source.valid[row_] == 0) continue;
    for (std::size_t w = 0; w < gate_words; ++w) awake[w] |= waker.gates[w];
  }
  for (std::size_t w = 0; w < gate_words; ++w) gates[w] &= awake[w];
}

void SubjectRun::add(std::uint32_t entry) {
  const EntryPlan& plan = plan_.entries[entry];
  std::vector<Value>& values = values_[answers_.special.size()];
  values.clear();
  for (const NodeRef answer : plan.answers) values.push_back(value(answer));
  answers_.special.push_back({entry, values});
  if (meets_null(&entry_masks_[entry * null_words_])) answers_.diagnostics += count_more(entry);
}

// What its whole account counts beyond the usual one, which has been counted: modulo 2^64, since it
// may be less.
std::size_t SubjectRun::count_more(std::uint32_t entry) {
  asked_.clear();
  const std::size_t whole = count(plan_.accounts, plan_.entries[entry].account);
  const SubjectIndex::Entry& usual = index_.entries()[entry];
  if (!usual.usual || usual.account == no_account) return whole;
  asked_.clear();
  return whole - count(index_.usual_accounts(), usual.account);
}

BulkRun& SubjectRun::bulk() {
  if (!bulk_begun_) bulk_.begin(*batch_, columns_, row_, 1);
  bulk_begun_ = true;
  return bulk_;
}

Answered SubjectRun::truth(NodeRef ref) {
  Known& known = truths_[ref];
  if (known.subject == subject_) return known.answer;
  const Answered answer = compute(plan_.graph[ref], ref);
  known = {subject_, answer};
  return answer;
}

Answered SubjectRun::compute(const GraphNode& n, NodeRef ref) {
  switch (n.form) {
    case Form::constant: return answered(n.value);
    case Form::column: {
      const Source& source = sources_[n.number];
      if (source.valid[row_] == 0) return Answered::unknown;
      return source.ints[row_] != 0 ? Answered::yes : Answered::no;
    }
    case Form::ask: return ask(n);
    case Form::hit: {
      const bool all = std::all_of(n.kids.begin(), n.kids.end(),
                                   [&](NodeRef kid) { return truth(kid) == Answered::yes; });
      return all ? Answered::yes : Answered::no;
    }
    case Form::twice: {
      const auto hits = std::count_if(n.kids.begin(), n.kids.end(),
                                      [&](NodeRef kid) { return truth(kid) == Answered::yes; });
      return hits > 1 ? Answered::yes : Answered::no;
    }
    case Form::all:
    case Form::any: {
      const Answered deciding = n.form == Form::all ? Answered::no : Answered::yes;
      const Answered other = n.form == Form::all ? Answered::yes : Answered::no;
      Answered out = other;
      for (const NodeRef kid : n.kids) {
        const Answered a = truth(kid);
        if (a == deciding) return deciding;
        if (a == Answered::unknown) out = a;
      }
      return out;
    }
    case Form::negation: {
      const Answered a = truth(n.kids[0]);
      return a == Answered::yes ? Answered::no : a == Answered::no ? Answered::yes : a;
    }
    case Form::is_null: return is_null(n.kids[0]) ? Answered::yes : Answered::no;
    case Form::choice: return truth(leaf_of(n));
    case Form::truth_of: return answered(value(n.kids[0]));
    default: return answered(bulk().exact(ref, 0));
  }
}

Answered SubjectRun::ask(const GraphNode& n) {
  const AskPlan& a = plan_.asks[n.number];
  const GraphNode& operand = plan_.graph[n.kids[0]];
  if (a.by == AskPlan::By::truth) {
    const Answered t = truth(n.kids[0]);
    return t == Answered::yes ? a.of_yes : t == Answered::no ? a.of_no : a.of_null;
  }
  if (operand.form == Form::column && a.by != AskPlan::By::value) {
    const Column& column = batch_->columns[columns_[operand.number]];
    if (column.is_null(row_)) return a.of_null;
    bool holds = false;
    if (a.by == AskPlan::By::ints) {
      holds = a.ints.holds(column.int_at(row_));
    } else {
      const std::uint32_t code = plan_.codes[operand.number].code(column.text_at(row_));
      holds = std::find(a.codes.begin(), a.codes.end(), code) != a.codes.end();
    }
    return holds ? Answered::yes : Answered::no;
  }
  if (a.by == AskPlan::By::ints) {
    if (is_null(n.kids[0])) return a.of_null;
    if (const auto known = units(n.kids[0])) {
      return a.ints.holds(*known) ? Answered::yes : Answered::no;
    }
  }
  return answered(plan_.graph.predicate(n).holds(value(n.kids[0])));
}

std::optional<std::int64_t> SubjectRun::units(NodeRef ref) {
  const GraphNode& n = plan_.graph[ref];
  if (n.shape != Shape::number || n.scale < 0) return std::nullopt;
  if (n.form == Form::column) return sources_[n.number].ints[row_];
  if (n.form == Form::constant) return fixed_[ref];
  KnownUnits& known = units_[ref];
  if (known.subject != subject_) known = {subject_, compute_units(ref)};
  return known.units;
}

std::optional<std::int64_t> SubjectRun::compute_units(NodeRef ref) {
  const GraphNode& n = plan_.graph[ref];
  constexpr std::size_t operands_max = 8;
  if (n.form == Form::choice) {
    const NodeRef leaf = leaf_of(n);
    const auto of_leaf = units(leaf);
    std::int64_t out = 0;
    const int shift = n.scale - plan_.graph[leaf].scale;
    if (!of_leaf || __builtin_mul_overflow(*of_leaf, power_of_ten(shift), &out))
      return std::nullopt;
    return out;
  }
  if (n.form != Form::calc || n.kids.size() > operands_max) return std::nullopt;
  std::array<std::int64_t, operands_max> args{};
  for (std::size_t i = 0; i < n.kids.size(); ++i) {
    const auto arg = units(n.kids[i]);
    if (!arg) return arg;
    args[i] = *arg;
  }
  return calc_units(n, plan_.graph, {args.data(), n.kids.size()});
}

NodeRef SubjectRun::leaf_of(const GraphNode& n) {
  for (std::size_t i = 0; i + 1 < n.kids.size(); i += 2) {
    if (truth(n.kids[i]) == Answered::yes) return n.kids[i + 1];
  }
  return n.kids.back();
}

Value SubjectRun::value(NodeRef ref) {
  const GraphNode& n = plan_.graph[ref];
  if (n.form == Form::constant) return n.value;
  if (n.form == Form::rows || n.form == Form::pick) return bulk().exact(ref, 0);
  if (n.shape == Shape::truth) {
    const Answered a = truth(ref);
    return a == Answered::unknown ? Value() : Value::boolean(a == Answered::yes);
  }
  if (n.form == Form::choice) return value(leaf_of(n));
  if (n.form == Form::calc) {
    if (is_null(ref)) return {};
    if (const auto known = units(ref)) return Value::number(Decimal::scaled(*known, n.scale));
    std::vector<Value> args;
    for (const NodeRef kid : n.kids) {
      args.push_back(value(kid));
      if (args.back().is_null()) return {};
    }
    return calc_value(n, args);
  }
  const Column& column = batch_->columns[columns_[n.number]];
  if (column.is_null(row_)) return {};
  if (n.shape == Shape::number) return Value::number(Decimal::scaled(column.int_at(row_), n.scale));
  if (n.shape == Shape::date) return Value::date(column.int_at(row_));
  return Value::of(column.cell_at(row_));
}

bool SubjectRun::is_null(NodeRef ref) {
  const Null& null = node_nulls_[ref];
  if (!meets_null(null.mask.data())) return false;
  if (null.exact) return true;
  Known& known = nulls_[ref];
  if (known.subject != subject_) {
    known = {subject_, compute_null(ref) ? Answered::yes : Answered::no};
  }
  return known.answer == Answered::yes;
}

bool SubjectRun::compute_null(NodeRef ref) {
  const GraphNode& n = plan_.graph[ref];
  if (n.certain) return false;
  if (n.form == Form::column) return batch_->columns[columns_[n.number]].is_null(row_);
  if (n.shape == Shape::truth) return truth(ref) == Answered::unknown;
  if (n.form == Form::calc) {
    if (std::any_of(n.kids.begin(), n.kids.end(), [&](NodeRef k) { return is_null(k); }))
      return true;
    return n.zero != no_ref && truth(n.zero) == Answered::yes;
  }
  if (n.form == Form::choice) {  // mostly no leaf is null: then no guard is asked
    bool any = false;
    for (std::size_t i = 1; i <= n.kids.size() && !any; i += 2)
      any = is_null(n.kids[std::min(i, n.kids.size() - 1)]);
    return any && is_null(leaf_of(n));
  }
  return value(ref).is_null();
}

std::size_t SubjectRun::count(const Accounts& accounts, AccountRef ref) {
  const Account& a = accounts[ref];
  const auto kids = [&] {
    std::size_t sum = 0;
    for (const AccountRef kid : a.kids) sum += count(accounts, kid);
    return sum;
  };
  switch (a.op) {
    case Account::Op::none: return 0;
    case Account::Op::sum: return kids();
    case Account::Op::fixed: return a.count;
    case Account::Op::nulls: return is_null(a.node) ? 1 : 0;
    case Account::Op::unknowns: return truth(a.node) == Answered::unknown ? a.count : 0;
    case Account::Op::where:
    case Account::Op::unless:
    case Account::Op::may: {
      const bool plain = plain_[a.kids[0]];
      const std::size_t first = plain ? kids() : 1;  // mostly nothing: then no guard is asked
      if (first == 0) return 0;
      const Answered guard = truth(a.node);
      const bool in = a.op == Account::Op::where    ? guard == Answered::yes
                      : a.op == Account::Op::unless ? guard != Answered::yes
                                                    : guard != Answered::no;
      return !in ? 0 : plain ? first : kids();
    }
    case Account::Op::rows: {
      const BulkRows::State& s = bulk().rows_state(a.node, 0);
      std::size_t sum = s.notes[0];
      const auto& demands = plan_.graph.origin(plan_.graph[a.node]).demands;
      for (std::size_t k = 0; k < demands.size(); ++k) {
        if (s.demanded[k].get(0)) sum += count(plan_.accounts, demands[k].second);
      }
      return sum;
    }
    case Account::Op::decision:
      if (std::find(asked_.begin(), asked_.end(), a.count) != asked_.end()) return 0;
      asked_.push_back(a.count);
      return kids();
  }
  return 0;
}

}  // namespace citybrain::brain
