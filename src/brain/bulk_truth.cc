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

// Is it as cheap for the whole block as for some rows?
bool BulkRun::is_whole(const GraphNode& n) const {
  if (n.form == Form::column) return true;
  return n.form == Form::ask && plan_.graph[n.kids[0]].form == Form::column &&
         plan_.asks[n.number].by != AskPlan::By::value;
}

CB_WIDE const Planes& BulkRun::truth(NodeRef ref, const Bits& rows) {
  TruthState& s = truths_[ref];
  const bool fresh = s.block != block_;
  if (!fresh && s.whole) return s.planes;
  Bits todo = rows;
  if (fresh) {
    s.block = block_;
    s.whole = is_whole(plan_.graph[ref]);
    if (s.whole) todo = columns_.all();
    s.done = todo;
    s.planes = {};
    compute_truth(ref, todo, s.planes);
  } else {
    todo -= s.done;
    if (todo.none()) return s.planes;
    s.done |= todo;
    Planes made;
    compute_truth(ref, todo, made);
    s.planes.yes |= made.yes;
    s.planes.no |= made.no;
  }
  if (is_learning(block_)) {
    asked_[ref] += todo.count();
    passed_[ref] += (s.planes.yes & todo).count();
  }
  return s.planes;
}

// Into planes that are empty.
void BulkRun::compute_truth(NodeRef ref, const Bits& rows, Planes& out) {
  const GraphNode& n = plan_.graph[ref];
  switch (n.form) {
    case Form::constant: return put(answered(n.value), rows, out);
    case Form::column: return column_truth(n, out);
    case Form::ask:
      if (is_whole(n)) return ask_column(n, out);
      if (plan_.asks[n.number].by == AskPlan::By::truth) return ask_truth(n, rows, out);
      return ask_values(n, rows, out);
    case Form::all:
    case Form::any: return all_or_any(n, rows, out);
    case Form::negation: {
      const Planes& t = truth(n.kids[0], rows);
      out = {t.no & rows, t.yes & rows};
      return;
    }
    case Form::hit: return hit(ref, rows, out);
    case Form::twice: return twice(n, rows, out);
    case Form::is_null: out.yes = nulls(n.kids[0], rows) & rows; break;
    case Form::misfit: out.yes = by_rows_.evaluate(n.kids[0], rows).misfits & rows; break;
    case Form::choice: return choice_truth(ref, rows, out);
    case Form::truth_of: return value_truth(n.kids[0], rows, out);
    default: return value_truth(ref, rows, out);
  }
  out.no = rows - out.yes;
}

void BulkRun::column_truth(const GraphNode& n, Planes& out) {
  IntAsk is_true;
  is_true.intervals.push_back({1, INT64_MAX, false, false});
  is_true.mark(columns_.ints(n.number), columns_.rows(), out.yes);
  const Bits& null = columns_.nulls(n.number);
  out.yes -= null;
  out.no = columns_.all() - out.yes - null;
}

CB_WIDE void BulkRun::ask_column(const GraphNode& n, Planes& out) {
  const AskPlan& a = plan_.asks[n.number];
  const std::uint32_t column = plan_.graph[n.kids[0]].number;
  if (a.by == AskPlan::By::truth) return ask_truth(n, columns_.all(), out);
  if (a.by == AskPlan::By::ints) {
    a.ints.mark(columns_.ints(column), columns_.rows(), out.yes);
  } else {
    for (const std::uint32_t code : a.codes) out.yes |= columns_.rows_of(column, code);
  }
  const Bits& null = columns_.nulls(column);
  out.yes -= null;
  out.no = columns_.all() - out.yes - null;
  put(a.of_null, null, out);
}

CB_WIDE void BulkRun::ask_truth(const GraphNode& n, const Bits& rows, Planes& out) {
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
  if (a.by != AskPlan::By::ints) {
    prepare(n.kids[0], rows);
    rows.each([&](std::uint32_t row) { put_one(answered(p.holds(exact(n.kids[0], row))), row); });
    return;
  }
  const Borrowed room(*this);
  room->list.set(rows);
  numbers(n.kids[0], room->list, room->units.data(), room->faults.data());
  for (const std::uint32_t row : room->list.rows) {
    if (room->faults[row] == 0) {
      put_one(a.ints.holds(room->units[row]) ? Answered::yes : Answered::no, row);
    } else if (room->faults[row] == 1) {
      put_one(a.of_null, row);
    } else {
      put_one(answered(p.holds(exact(n.kids[0], row))), row);
    }
  }
}

CB_WIDE void BulkRun::all_or_any(const GraphNode& n, const Bits& rows, Planes& out) {
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

CB_WIDE void BulkRun::hit(NodeRef ref, const Bits& rows, Planes& out) {
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

CB_WIDE const std::vector<Bits>& BulkRun::taken(NodeRef ref, const Bits& rows) {
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

CB_WIDE void BulkRun::choice_truth(NodeRef ref, const Bits& rows, Planes& out) {
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
