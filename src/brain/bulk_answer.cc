// What a block's models answer, and how many diagnostics they give: see bulk_run.h.
#include <algorithm>

#include "bulk_run.h"

namespace citybrain::brain {

using Form = GraphNode::Form;

std::span<const Answer> BulkRun::answers(std::size_t entry) {
  const EntryPlan& plan = plan_.entries[entry];
  answers_.resize(std::max(answers_.size(), plan.answers.size()));
  planes_used_ = 0;
  for (std::size_t i = 0; i < plan.answers.size(); ++i) {
    Answer& a = answers_[i];
    a.same.clear();
    a.numbers.clear();
    a.other_rows.clear();
    a.others.clear();
    answer(plan.answers[i], columns_.all(), a);
  }
  return {answers_.data(), plan.answers.size()};
}

CB_WIDE void BulkRun::answer_same(const Value& value, const Bits& rows, Answer& out) {
  const std::size_t count = rows.count();
  if (count == 0) return;
  if (planes_used_ == planes_.size()) planes_.push_back(std::make_unique<Bits>());
  Bits& kept = *planes_[planes_used_++];
  kept = rows;
  out.same.push_back({value, std::span<const std::uint64_t>(kept.words), count});
}

CB_WIDE void BulkRun::answer(NodeRef ref, const Bits& rows, Answer& out) {
  if (rows.none()) return;
  const GraphNode& n = plan_.graph[ref];
  if (n.form == Form::constant) return answer_same(n.value, rows, out);
  if (n.shape == Shape::truth) {
    const Planes& t = truth(ref, rows);
    answer_same(Value::boolean(true), rows & t.yes, out);
    answer_same(Value::boolean(false), rows & t.no, out);
    return answer_same({}, rows - t.yes - t.no, out);
  }
  if (n.form == Form::choice) {
    const std::vector<Bits>& taken_rows = taken(ref, rows);
    for (std::size_t leaf = 0; leaf < taken_rows.size(); ++leaf) {
      answer(n.kids[std::min(leaf * 2 + 1, n.kids.size() - 1)], taken_rows[leaf] & rows, out);
    }
    return;
  }
  if (n.shape == Shape::number && n.scale >= 0) return answer_numbers(ref, rows, out);
  prepare(ref, rows);
  rows.each([&](std::uint32_t row) {
    out.other_rows.push_back(row);
    out.others.push_back(exact(ref, row));
  });
}

void BulkRun::answer_numbers(NodeRef ref, const Bits& rows, Answer& out) {
  const Borrowed room(*this);
  room->list.set(rows);
  numbers(ref, room->list, room->units.data(), room->faults.data());
  Answer::Numbers part;
  part.scale = plan_.graph[ref].scale;
  part.rows.reserve(room->list.rows.size());
  part.units.reserve(room->list.rows.size());
  Bits null;
  for (const std::uint32_t row : room->list.rows) {
    if (room->faults[row] == 0) {
      part.rows.push_back(row);
      part.units.push_back(room->units[row]);
    } else if (room->faults[row] == 1) {
      null.set(row);
    } else {
      out.other_rows.push_back(row);
      out.others.push_back(exact(ref, row));
    }
  }
  if (!part.rows.empty()) out.numbers.push_back(std::move(part));
  answer_same({}, null, out);
}

std::size_t BulkRun::diagnostics(std::size_t entry) {
  const AccountRef account_ref = plan_.entries[entry].account;
  if (account_ref == no_account) return 0;
  Counted& known = counted_[account_ref];
  if (known.block != block_) {
    ++asking_;
    known.count = account(account_ref, columns_.all());
    known.block = block_;
  }
  return known.count;
}

// The rows, among these, where the account may count anything: cheaply, so at times too many.
CB_WIDE Bits BulkRun::support(AccountRef ref, const Bits& rows) {
  const Account& a = plan_.accounts[ref];
  switch (a.op) {
    case Account::Op::none: return {};
    case Account::Op::nulls: return rows & nulls(a.node, rows);
    case Account::Op::unknowns: return unknown_support(a.node, rows);
    case Account::Op::fixed:
    case Account::Op::rows: return rows;
    default: break;
  }
  Bits out;
  for (const AccountRef kid : a.kids) out |= support(kid, rows);
  return out;
}

Bits BulkRun::unknown_support(NodeRef ref, const Bits& rows) {
  const GraphNode& n = plan_.graph[ref];
  if (n.certain) return {};
  if (n.form == Form::column || n.form == Form::ask) {
    return rows & nulls(n.form == Form::ask ? n.kids[0] : ref, rows);
  }
  if (n.form != Form::all && n.form != Form::any && n.form != Form::negation) return rows;
  Bits out;
  for (const NodeRef kid : n.kids) out |= unknown_support(kid, rows);
  return out;
}

CB_WIDE std::size_t BulkRun::account(AccountRef ref, const Bits& rows) {
  const Account& a = plan_.accounts[ref];
  if (ref == no_account || rows.none()) return 0;
  std::size_t count = 0;
  const auto kids = [&](const Bits& here) {
    for (const AccountRef kid : a.kids) count += account(kid, here);
  };
  switch (a.op) {
    case Account::Op::none: break;
    case Account::Op::sum: kids(rows); break;
    case Account::Op::fixed: count = a.count * rows.count(); break;
    case Account::Op::nulls: count = (rows & nulls(a.node, rows)).count(); break;
    case Account::Op::unknowns: {
      const Planes& t = truth(a.node, rows);
      count = a.count * (rows - t.yes - t.no).count();
      break;
    }
    // The guard is asked only of rows that have something to tell.
    case Account::Op::where:
    case Account::Op::unless:
    case Account::Op::may: {
      const Bits telling = support(a.kids[0], rows);
      if (telling.none()) break;
      const Planes& guard = truth(a.node, telling);
      kids(a.op == Account::Op::where    ? telling & guard.yes
           : a.op == Account::Op::unless ? telling - guard.yes
                                         : telling - guard.no);
      break;
    }
    case Account::Op::rows: {
      const BulkRows::State& s = by_rows_.evaluate(a.node, rows);
      rows.each([&](std::uint32_t row) { count += s.notes[row]; });
      const auto& demands = plan_.graph.origin(plan_.graph[a.node]).demands;
      for (std::size_t k = 0; k < demands.size(); ++k) {
        count += account(demands[k].second, rows & s.demanded[k]);
      }
      break;
    }
    case Account::Op::decision: {
      Asked& asked = decisions_[ref];
      if (asked.asking != asking_) asked = {asking_, {}};
      const Bits todo = rows - asked.rows;
      asked.rows |= todo;
      kids(todo);
      break;
    }
  }
  return count;
}

Value Answer::at(std::size_t row) const {
  for (const Same& s : same) {
    if ((s.rows[row / 64] >> (row % 64) & 1) != 0) return s.value;
  }
  const auto wanted = static_cast<std::uint32_t>(row);
  for (const Numbers& n : numbers) {
    const auto it = std::lower_bound(n.rows.begin(), n.rows.end(), wanted);
    if (it != n.rows.end() && *it == wanted) {
      return Value::number(
          Decimal::scaled(n.units[static_cast<std::size_t>(it - n.rows.begin())], n.scale));
    }
  }
  const auto it = std::find(other_rows.begin(), other_rows.end(), wanted);
  if (it == other_rows.end()) return {};
  return others[static_cast<std::size_t>(it - other_rows.begin())];
}

}  // namespace citybrain::brain
