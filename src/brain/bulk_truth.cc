// Truths as planes: see bulk_run.h. A truth is evaluated for the rows asked for that it was not
// evaluated for before; cheap ones for the whole block at once.
#include <algorithm>

#include "bulk_run.h"

namespace citybrain::brain {

using Form = GraphNode::Form;

namespace {

void put(Answered answer, const Bits& rows, Planes& out) {
  if (answer == Answered::yes) out.yes |= rows;
  if (answer == Answered::no) out.no |= rows;
}

// The first blocks teach how many rows each condition lets through; then every so many blocks.
constexpr std::uint32_t learning_blocks = 2;
constexpr std::uint32_t relearn_every = 64;

bool is_learning(std::uint32_t block) {
  return block <= learning_blocks || block % relearn_every == 0;
}

}  // namespace

const Planes& BulkRun::truth(NodeRef ref, const Bits& rows) {
  TruthState& s = truths_[ref];
  if (s.block != block_) {
    s.block = block_;
    s.whole = false;
    s.done = s.planes.yes = s.planes.no = {};
  }
  if (s.whole) return s.planes;
  const Bits todo = rows - s.done;
  if (todo.none()) return s.planes;
  const GraphNode& n = plan_.graph[ref];
  Planes made;
  switch (n.form) {
    case Form::constant: put(answered(n.value), todo, made); break;
    case Form::column: column_truth(n, s); break;
    case Form::ask: ask(n, todo, s); break;
    case Form::all:
    case Form::any: all_or_any(n, todo, made); break;
    case Form::negation: {
      const Planes& t = truth(n.kids[0], todo);
      made = {t.no & todo, t.yes & todo};
      break;
    }
    case Form::hit: hit(ref, todo, made); break;
    case Form::twice: twice(n, todo, made); break;
    case Form::misfit:
      made.yes = by_rows_.evaluate(n.kids[0], todo).misfits & todo;
      made.no = todo - made.yes;
      break;
    case Form::choice: choice_truth(ref, todo, made); break;
    case Form::truth_of: value_truth(n.kids[0], todo, made); break;
    default: value_truth(ref, todo, made); break;
  }
  if (!s.whole) {
    s.planes.yes |= made.yes;
    s.planes.no |= made.no;
    s.done |= todo;
  }
  if (is_learning(block_)) {
    const Bits& asked = s.whole ? columns_.all() : todo;
    asked_[ref] += asked.count();
    passed_[ref] += (s.planes.yes & asked).count();
  }
  return s.planes;
}

void BulkRun::column_truth(const GraphNode& n, TruthState& s) {
  IntAsk is_true;
  is_true.intervals.push_back({1, INT64_MAX, false, false});
  is_true.mark(columns_.ints(n.number), columns_.rows(), s.planes.yes);
  const Bits& null = columns_.nulls(n.number);
  s.planes.yes -= null;
  s.planes.no = columns_.all() - s.planes.yes - null;
  s.whole = true;
}

void BulkRun::ask(const GraphNode& n, const Bits& rows, TruthState& s) {
  const AskPlan& a = plan_.asks[n.number];
  const GraphNode& operand = plan_.graph[n.kids[0]];
  const bool column = operand.form == Form::column;
  if (a.by == AskPlan::By::truth) return ask_truth(n, rows, s.planes), void(s.done |= rows);
  if (!column || a.by == AskPlan::By::value) {
    return ask_values(n, rows, s.planes), void(s.done |= rows);
  }
  if (a.by == AskPlan::By::ints) {
    a.ints.mark(columns_.ints(operand.number), columns_.rows(), s.planes.yes);
  } else {
    for (const std::uint32_t code : a.codes) s.planes.yes |= columns_.rows_of(operand.number, code);
  }
  const Bits& null = columns_.nulls(operand.number);
  s.planes.yes -= null;
  s.planes.no = columns_.all() - s.planes.yes - null;
  put(a.of_null, null, s.planes);
  s.whole = true;
}

void BulkRun::ask_truth(const GraphNode& n, const Bits& rows, Planes& out) {
  const AskPlan& a = plan_.asks[n.number];
  const Planes& t = truth(n.kids[0], rows);
  put(a.of_yes, t.yes & rows, out);
  put(a.of_no, t.no & rows, out);
  put(a.of_null, rows - t.yes - t.no, out);
}

// A condition on computed values.
void BulkRun::ask_values(const GraphNode& n, const Bits& rows, Planes& out) {
  const AskPlan& a = plan_.asks[n.number];
  const Predicate& p = plan_.graph.predicate(n);
  const auto put_one = [&](Answered answer, std::uint32_t row) {
    if (answer == Answered::yes) out.yes.set(row);
    if (answer == Answered::no) out.no.set(row);
  };
  prepare(n.kids[0], rows);
  if (a.by != AskPlan::By::ints) {
    rows.each([&](std::uint32_t row) { put_one(answered(p.holds(exact(n.kids[0], row))), row); });
    return;
  }
  std::vector<std::uint32_t> list;
  rows.each([&](std::uint32_t row) { list.push_back(row); });
  std::vector<std::int64_t> units(list.size());
  std::vector<Fault> faults(list.size());
  numbers(n.kids[0], list, units.data(), faults.data());
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (faults[i] == 0) {
      put_one(a.ints.holds(units[i]) ? Answered::yes : Answered::no, list[i]);
    } else if (faults[i] == 1) {
      put_one(a.of_null, list[i]);
    } else {
      put_one(answered(p.holds(exact(n.kids[0], list[i]))), list[i]);
    }
  }
}

void BulkRun::all_or_any(const GraphNode& n, const Bits& rows, Planes& out) {
  const bool all = n.form == Form::all;
  Bits open = rows;  // rows that no kid has decided
  Bits each = rows;  // rows where every kid so far said what does not decide
  for (const NodeRef kid : n.kids) {
    if (open.none()) break;
    const Planes& t = truth(kid, open);
    each &= all ? t.yes : t.no;
    open -= all ? t.no : t.yes;
  }
  const Bits decided = rows - open;
  each &= open;
  out = all ? Planes{each, decided} : Planes{decided, each};
}

const std::vector<NodeRef>& BulkRun::ordered(NodeRef ref) {
  Order& order = orders_[ref];
  const GraphNode& n = plan_.graph[ref];
  const bool fresh = order.learned == 0;
  if (!fresh && (!is_learning(block_ - 1) || order.learned == block_)) return order.kids;
  order.learned = block_;
  if (fresh) order.kids = n.kids;
  const auto rank = [&](NodeRef kid) {
    const GraphNode& k = plan_.graph[kid];
    const bool cheap = k.form == Form::ask && plan_.graph[k.kids[0]].form == Form::column;
    const bool dear = k.form == Form::truth_of;
    const double share = asked_[kid] == 0
                             ? 0.5
                             : static_cast<double>(passed_[kid]) / static_cast<double>(asked_[kid]);
    return (dear ? 4.0 : cheap || k.form == Form::column ? 0.0 : 2.0) + share;
  };
  std::stable_sort(order.kids.begin(), order.kids.end(),
                   [&](NodeRef a, NodeRef b) { return rank(a) < rank(b); });
  return order.kids;
}

void BulkRun::hit(NodeRef ref, const Bits& rows, Planes& out) {
  Bits alive = rows;
  for (const NodeRef kid : ordered(ref)) {
    alive &= truth(kid, alive).yes;
    if (alive.none()) break;
  }
  out.yes = alive;
  out.no = rows - alive;
}

void BulkRun::twice(const GraphNode& n, const Bits& rows, Planes& out) {
  Bits once;
  for (const NodeRef kid : n.kids) {
    const Bits yes = truth(kid, rows).yes & rows;
    out.yes |= once & yes;
    once |= yes;
  }
  out.no = rows - out.yes;
}

const std::vector<Bits>& BulkRun::taken(NodeRef ref, const Bits& rows) {
  const GraphNode& n = plan_.graph[ref];
  ChoiceState& s = choices_[ref];
  if (s.block != block_) {
    s.block = block_;
    s.done = {};
    s.taken.assign(n.kids.size() / 2 + 1, Bits{});
  }
  const Bits todo = rows - s.done;
  if (todo.none()) return s.taken;
  s.done |= todo;
  Bits open = todo;
  for (std::size_t i = 0; i + 1 < n.kids.size() && !open.none(); i += 2) {
    const Bits here = truth(n.kids[i], open).yes & open;
    s.taken[i / 2] |= here;
    open -= here;
  }
  s.taken.back() |= open;
  return s.taken;
}

void BulkRun::choice_truth(NodeRef ref, const Bits& rows, Planes& out) {
  const GraphNode& n = plan_.graph[ref];
  const std::vector<Bits>& taken_rows = taken(ref, rows);
  for (std::size_t leaf = 0; leaf < taken_rows.size(); ++leaf) {
    const Bits here = taken_rows[leaf] & rows;
    if (here.none()) continue;
    const Planes& t = truth(n.kids[std::min(leaf * 2 + 1, n.kids.size() - 1)], here);
    out.yes |= t.yes & here;
    out.no |= t.no & here;
  }
}

// Any node's values as truths: all that is neither true nor false is unknown.
void BulkRun::value_truth(NodeRef ref, const Bits& rows, Planes& out) {
  prepare(ref, plan_.graph[ref].shape == Shape::truth ? Bits{} : rows);
  if (plan_.graph[ref].form == Form::rows) by_rows_.evaluate(ref, rows);
  rows.each([&](std::uint32_t row) {
    const Value v = exact(ref, row);
    if (v.is_true()) out.yes.set(row);
    if (v.is_false()) out.no.set(row);
  });
}

}  // namespace citybrain::brain
