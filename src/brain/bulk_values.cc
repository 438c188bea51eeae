// Expressions over a block, a column of values at a time: each operator runs for all rows that need
// it before the next one does, with the same functions and the same notes as for one subject.
#include <algorithm>

#include "builtin.h"
#include "bulk_run.h"

namespace citybrain::brain {

bool BulkRun::can_be_values(const Code& code, NodeId id) const {
  const Node& n = code.nodes[id];
  switch (n.op) {
    case Op::constant:
    case Op::global: return true;
    case Op::negate:
    case Op::path: return can_be_values(code, n.a);
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::power: return can_be_values(code, n.a) && can_be_values(code, n.b);
    case Op::if_:
      return has_condition(code, n.a) && can_be_values(code, n.b) && can_be_values(code, n.c);
    case Op::call:
      for (std::uint32_t i = 0; i < n.count; ++i) {
        const NodeId kid = code.kids[n.first + i];
        if (kid == no_node || !can_be_values(code, kid)) return false;
      }
      return true;
    default: return false;
  }
}

void BulkRun::take_notes() {
  notes_ += one_.machine().note_count();
  one_.machine().refresh();
}

void BulkRun::values(const Code& code, NodeId id, const Bits& rows, Values& out) {
  if (rows.none()) return;
  const Node& n = code.nodes[id];
  switch (n.op) {
    case Op::constant: rows.each([&](std::size_t row) { out[row] = code.constants[n.a]; }); return;
    case Op::global: return global_values(n.a, rows, out);
    case Op::if_: return if_values(code, n, rows, out);
    case Op::call: return call_values(code, n, rows, out);
    case Op::negate:
    case Op::path: {
      values(code, n.a, rows, out);
      rows.each([&](std::size_t row) { out[row] = one_.machine().apply(code, id, out[row]); });
      return take_notes();
    }
    default: return arithmetic_values(code, n, rows, out);
  }
}

void BulkRun::global_values(std::uint32_t item, const Bits& rows, Values& out) {
  if (program_.given[item]) {
    rows.each([&](std::size_t row) { out[row] = *program_.given[item]; });
  } else if (program_.model->items[item].kind == Item::Kind::decision) {
    demand(item, rows);
    const ResultColumn& r = states_[item].result;
    rows.each([&](std::size_t row) { out[row] = r.at(row); });
  } else if (columns_[item]) {
    const std::size_t column = *columns_[item];
    rows.each([&](std::size_t row) { out[row] = block_.value_at(column, row); });
  } else if (program_.model->items[item].kind == Item::Kind::input) {
    rows.each([&](std::size_t row) { out[row] = Value(); });
  } else {
    rows.each([&](std::size_t row) { out[row] = program_.model->items[item].function; });
  }
}

void BulkRun::arithmetic_values(const Code& code, const Node& n, const Bits& rows, Values& out) {
  values(code, n.a, rows, out);
  Values right(rows_);
  values(code, n.b, rows, right);
  rows.each([&](std::size_t row) {
    auto v = arithmetic(n.op, out[row], right[row]);
    if (!v) ++notes_;
    out[row] = v ? *std::move(v) : Value();
  });
}

void BulkRun::call_values(const Code& code, const Node& n, const Bits& rows, Values& out) {
  std::vector<Values> args(n.count);
  for (std::uint32_t i = 0; i < n.count; ++i) {
    args[i].resize(rows_);
  }
  // An argument that does not fit ends the call before the next is evaluated, as for one subject.
  Bits open = rows;
  for (std::uint32_t i = 0; i < n.count; ++i) {
    values(code, code.kids[n.first + i], open, args[i]);
    Bits wrong(rows_);
    open.each([&](std::size_t row) {
      if (fit_argument(n.a, i, args[i][row])) return;
      ++notes_;
      wrong.set(row);
      out[row] = {};
    });
    open.minus(wrong);
  }
  const BuiltinEntry& e = builtins()[n.a];
  Values row_args(std::max<std::size_t>(n.count, e.parameters.size()));
  open.each([&](std::size_t row) {
    for (std::uint32_t i = 0; i < n.count; ++i) row_args[i] = args[i][row];
    out[row] = e.builtin->run({one_.machine(), row_args, n.count});
  });
  take_notes();
}

void BulkRun::if_values(const Code& code, const Node& n, const Bits& rows, Values& out) {
  const auto c = code.nodes[n.a].op == Op::global ? truth_of_item(code, n.a, rows)
                                                  : condition(code, n.a, rows, 0);
  if (c) {
    Bits unknown = rows;
    notes_ += unknown.minus(c->yes).minus(c->no).count();
    values(code, n.b, rows & c->yes, out);
    Bits otherwise = rows;
    return values(code, n.c, otherwise.minus(c->yes), out);
  }
  // The condition's values are of other kinds than its comparison: each row for itself.
  rows.each([&](std::size_t row) {
    one_.row = row;
    out[row] = one_.evaluate_alone(code, static_cast<NodeId>(&n - code.nodes.data()));
    one_.leave();
  });
}

}  // namespace citybrain::brain
