// Running a program over a block, column by column, row by row where it must: see bulk_run.h.
#include "bulk_run.h"

#include <algorithm>

namespace citybrain::brain {

BulkRun::Rows::Rows(BulkRun& run, const Program::Impl& program)
    : Evaluation(*program.model, program.options), run_(run) {
  for (std::uint32_t i = 0; i < program.given.size(); ++i) {
    if (program.given[i]) give(i, *program.given[i]);
  }
}

Value BulkRun::Rows::input(std::uint32_t number, bool& absent) {
  const auto column = run_.columns_[number];
  absent = !column;
  return column ? run_.block_.value_at(*column, row) : Value();
}

Value BulkRun::Rows::global(std::uint32_t number, Machine& machine) {
  if (states_[number] == State::open && model_.items[number].kind == Item::Kind::decision) {
    const BulkRun::State& known = run_.states_[number];
    if (known.done.get(row)) return known.result.at(row);
  }
  return Evaluation::global(number, machine);
}

Value BulkRun::Rows::evaluate(const Logic& logic, const Code& code, NodeId node) {
  Machine::FrameMark mark;
  if (!machine_.enter_frame(logic.slots, {}, {}, mark)) return {};
  Value v = machine_.eval_here(code, node);
  machine_.leave_frame(mark);
  return v;
}

Value BulkRun::Rows::evaluate_alone(const Code& code, NodeId node) {
  Machine::FrameMark mark;
  if (!machine_.enter_frame(code.slots, {}, {}, mark)) return {};
  Value v = machine_.eval_here(code, node);
  machine_.leave_frame(mark);
  return v;
}

Value BulkRun::Rows::test(const Logic& logic, const Code& code, std::uint32_t slot,
                          const Value& input) {
  Machine::FrameMark mark;
  if (!machine_.enter_frame(logic.slots, {}, {}, mark)) return {};
  machine_.slot(slot) = input;
  Value v = machine_.eval_here(code);
  machine_.leave_frame(mark);
  return v;
}

void BulkRun::Rows::leave() {
  for (const std::uint32_t item : touched_) {
    if (model_.items[item].kind != Item::Kind::decision) continue;
    BulkRun::State& s = run_.states_[item];
    if (s.done.get(row)) continue;
    s.result.codes[row] = run_.code_of(item, values_[item]);
    s.done.set(row);
  }
  run_.notes_ += machine_.note_count();
  refresh();
}

BulkRun::BulkRun(const Program::Impl& program, Block::Impl& block)
    : program_(program),
      block_(block),
      rows_(block.batch.rows),
      one_(*this, program),
      states_(program.model->items.size()),
      columns_(program.model->items.size()) {
  one_.machine().count_only();
  for (std::uint32_t i = 0; i < columns_.size(); ++i) {
    const Item& item = program.model->items[i];
    if (item.kind == Item::Kind::decision) {
      states_[i].done = Bits(rows_);
      states_[i].result.codes.assign(rows_, 0);
      states_[i].result.values.emplace_back();
    }
    if (!item.path.empty() && item.kind == Item::Kind::input) continue;  // no column names it
    if (program.given[i]) {
      if (item.kind == Item::Kind::decision) put(i, Bits(rows_, true), *program.given[i]);
      continue;
    }
    if (const auto it = block.names.find(item.name); it != block.names.end())
      columns_[i] = it->second;
  }
}

BatchOutcome BulkRun::run() {
  const Bits all(rows_, true);
  if (reads_cleanly()) {
    for (const std::uint32_t item : program_.decisions) demand(item, all);
  } else {
    all.each([&](std::size_t row) {
      one_.row = row;
      for (const std::uint32_t item : program_.decisions) one_.decide(item);
      one_.leave();
    });
  }
  BatchOutcome out;
  for (std::size_t i = 0; i < program_.decisions.size(); ++i) {
    ResultColumn column = states_[program_.decisions[i]].result;
    column.decision = program_.names[i];
    out.columns.push_back(std::move(column));
  }
  out.diagnostics = notes_;
  return out;
}

// Reading an input can't go wrong: every column has its input's type. Otherwise reading itself
// writes notes, once a row, and rows go one by one from beginning to end.
bool BulkRun::reads_cleanly() const {
  for (std::uint32_t i = 0; i < columns_.size(); ++i) {
    const Item& item = program_.model->items[i];
    if (item.kind != Item::Kind::input || program_.given[i]) continue;
    if (!columns_[i]) {
      if (program_.options.strict) return false;
      continue;
    }
    if (!item.type || item.type->kind == Type::Kind::any) continue;
    const Kind kind = kind_of(block_.batch.columns[*columns_[i]].type());
    if (item.type->allowed || type_of_kind(kind)->kind != item.type->kind) return false;
  }
  return true;
}

void BulkRun::demand(std::uint32_t item, const Bits& rows) {
  State& s = states_[item];
  Bits todo = rows;
  todo.minus(s.done);
  if (todo.none()) return;
  const Boxed& root = program_.model->items[item].logic->root;
  if (root.kind == Boxed::Kind::table && table(item, todo)) {
    s.done |= todo;
  } else if (root.kind == Boxed::Kind::literal && root.code && !root.type) {
    literal(item, root.code->root, todo);
    s.done |= todo;
  } else {
    by_rows(item, todo);
  }
}

void BulkRun::by_rows(std::uint32_t item, const Bits& rows) {
  rows.each([&](std::size_t row) {
    one_.row = row;
    one_.decide(item);
    one_.leave();
  });
}

std::uint32_t BulkRun::code_of(std::uint32_t item, Value value) {
  State& s = states_[item];
  auto& values = s.result.values;
  if (value.is_null()) return 0;
  if (value.is(Kind::boolean)) {
    if (!s.has_truths) {
      s.code_no = static_cast<std::uint32_t>(values.size());
      s.code_yes = s.code_no + 1;
      values.push_back(Value::boolean(false));
      values.push_back(Value::boolean(true));
      s.has_truths = true;
    }
    return value.as_boolean() ? s.code_yes : s.code_no;
  }
  if (values.size() > 1 && same(values.back(), value))
    return static_cast<std::uint32_t>(values.size() - 1);
  values.push_back(std::move(value));
  return static_cast<std::uint32_t>(values.size() - 1);
}

// The decision's value is `value` in these rows; brings it to the decision's type.
void BulkRun::put(std::uint32_t item, const Bits& rows, const Value& value) {
  Value v = value;
  if (!coerce(v, program_.model->items[item].type, &one_.machine())) {
    notes_ += rows.count();
    v = {};
  }
  const std::uint32_t code = code_of(item, std::move(v));
  auto& codes = states_[item].result.codes;
  rows.each([&](std::size_t row) { codes[row] = code; });
}

void BulkRun::put_planes(std::uint32_t item, const Bits& rows, const Planes& planes) {
  put(item, rows & planes.yes, Value::boolean(true));
  put(item, rows & planes.no, Value::boolean(false));
  Bits unknown = rows;
  put(item, unknown.minus(planes.yes).minus(planes.no), {});
}

// Would condition() answer this node for the whole column?
bool BulkRun::can_be_condition(const Code& code, NodeId id) const {
  const Node& n = code.nodes[id];
  if (n.op == Op::and_ || n.op == Op::or_) {
    return can_be_condition(code, n.a) && can_be_condition(code, n.b);
  }
  const auto is_item = [&](NodeId node) { return code.nodes[node].op == Op::global; };
  const auto p = program_.predicates.find({&code, id});
  if (p == program_.predicates.end())
    return n.op == Op::constant && code.constants[n.a].is(Kind::boolean);
  if (n.op == Op::in) return is_item(n.a);
  const auto side = program_.sides.find({&code, id});
  return side != program_.sides.end() && is_item(side->second);
}

bool BulkRun::has_condition(const Code& code, NodeId id) const {
  return code.nodes[id].op == Op::global || can_be_condition(code, id);
}

void BulkRun::literal(std::uint32_t item, NodeId id, const Bits& rows) {
  if (rows.none()) return;
  const Code& code = *program_.model->items[item].logic->root.code;
  const Node& n = code.nodes[id];
  if (n.op == Op::constant) return put(item, rows, code.constants[n.a]);
  if (n.op == Op::if_ && has_condition(code, n.a)) {
    const auto c = code.nodes[n.a].op == Op::global ? truth_of_item(code, n.a, rows)
                                                    : condition(code, n.a, rows, item);
    if (c) {
      Bits unknown = rows;
      notes_ += unknown.minus(c->yes).minus(c->no).count();
      literal(item, n.b, rows & c->yes);
      Bits otherwise = rows;
      literal(item, n.c, otherwise.minus(c->yes));
      return;
    }
  } else if (can_be_condition(code, id)) {
    if (const auto planes = condition(code, id, rows, item)) return put_planes(item, rows, *planes);
  }
  put_rows(item, rows, code, id, nullptr);
}

// The truth of an input or decision; none where its values are no booleans.
std::optional<Planes> BulkRun::truth_of_item(const Code& code, NodeId id, const Bits& rows) {
  const Operand source = operand(code, id, rows);
  if (!fits(source, Kind::boolean)) return std::nullopt;
  Predicate is_true;
  is_true.tests.push_back({Op::equal, Value::boolean(true), {}});
  is_true.kind = Kind::boolean;
  is_true.key = "|is true";
  auto c = ask(is_true, source);
  if (!c) return c;
  // `null = true` is false, but null is neither.
  if (source.from == Operand::From::column) {
    c->no.minus(block_.null_rows(source.column));
  } else if (source.from == Operand::From::constant) {
    if (source.value.is_null()) c->no = Bits(rows_);
  } else {
    const ResultColumn& r = states_[source.item].result;
    for (std::size_t row = 0; row < rows_; ++row) {
      if (r.codes[row] == 0) c->no.words()[row >> 6] &= ~(1ULL << (row & 63));
    }
  }
  return c;
}

BulkRun::Operand BulkRun::operand(const Code& code, NodeId id, const Bits& rows) {
  Operand out;
  const Node& n = code.nodes[id];
  if (n.op != Op::global) return out;
  const Item& item = program_.model->items[n.a];
  if (program_.given[n.a]) {
    out.from = Operand::From::constant;
    out.value = *program_.given[n.a];
  } else if (item.kind == Item::Kind::input && columns_[n.a]) {
    out.from = Operand::From::column;
    out.column = *columns_[n.a];
    // Where the column's values are not of the input's type, rows tell it one by one.
    const Kind kind = kind_of(block_.batch.columns[out.column].type());
    const bool typed = !item.type || item.type->kind == Type::Kind::any ||
                       (!item.type->allowed && type_of_kind(kind)->kind == item.type->kind);
    if (!typed) out.from = Operand::From::nothing;
  } else if (item.kind == Item::Kind::input && !program_.options.strict) {
    out.from = Operand::From::constant;
  } else if (item.kind == Item::Kind::decision) {
    demand(n.a, rows);
    out.from = Operand::From::result;
    out.item = n.a;
  }
  return out;
}

bool BulkRun::fits(const Operand& o, Kind kind) const {
  const auto all_of = [&](const std::vector<Value>& values) {
    return std::all_of(values.begin(), values.end(),
                       [&](const Value& v) { return v.is_null() || v.is(kind); });
  };
  switch (o.from) {
    case Operand::From::nothing: return false;
    case Operand::From::own: return all_of(o.own->values);
    case Operand::From::column: return kind_of(block_.batch.columns[o.column].type()) == kind;
    case Operand::From::constant: return o.value.is_null() || o.value.is(kind);
    case Operand::From::result: return all_of(states_[o.item].result.values);
  }
  return false;
}

std::optional<Planes> BulkRun::ask(const Predicate& p, const Operand& o) {
  if (!fits(o, p.kind)) return std::nullopt;
  switch (o.from) {
    case Operand::From::column: {
      const std::string key = std::to_string(o.column) + p.key;
      if (const auto it = block_.predicates.find(key); it != block_.predicates.end())
        return it->second;
      return block_.predicates.emplace(key, ask_column(p, block_, o.column)).first->second;
    }
    case Operand::From::result: {
      const ResultColumn& r = states_[o.item].result;
      return ask_codes(p, r.codes, r.values);
    }
    case Operand::From::constant: {
      const Value v = p.holds(o.value);
      return Planes{Bits(rows_, v.is_true()), Bits(rows_, v.is_false())};
    }
    case Operand::From::own: return ask_codes(p, o.own->codes, o.own->values);
    case Operand::From::nothing: break;
  }
  return std::nullopt;
}

std::optional<Planes> BulkRun::junction(const Code& code, NodeId id, const Bits& rows,
                                        std::uint32_t item) {
  const Node& n = code.nodes[id];
  auto a = condition(code, n.a, rows, item);
  if (!a) return std::nullopt;
  const bool is_and = n.op == Op::and_;
  Bits open = rows;  // rows that the left side does not decide
  open.minus(is_and ? a->no : a->yes);
  auto b = condition(code, n.b, open, item);
  if (!b) return std::nullopt;
  Planes out =
      is_and ? Planes{a->yes & b->yes, a->no | b->no} : Planes{a->yes | b->yes, a->no & b->no};
  Bits unknown = rows;
  notes_ += unknown.minus(out.yes).minus(out.no).count();
  return out;
}

// The condition's truth in all rows; counts the notes of `rows`. None: not a condition on columns.
std::optional<Planes> BulkRun::condition(const Code& code, NodeId id, const Bits& rows,
                                         std::uint32_t item) {
  const std::size_t notes = notes_;
  const auto give_up = [&]() -> std::optional<Planes> {
    notes_ = notes;
    return std::nullopt;
  };
  const Node& n = code.nodes[id];
  if (n.op == Op::constant) {
    const Value& v = code.constants[n.a];
    return Planes{Bits(rows_, v.is_true()), Bits(rows_, v.is_false())};
  }
  if (n.op == Op::and_ || n.op == Op::or_) {
    auto out = junction(code, id, rows, item);
    return out ? out : give_up();
  }
  const auto p = program_.predicates.find({&code, id});
  if (p == program_.predicates.end()) return std::nullopt;
  NodeId side = n.a;
  if (n.op != Op::in) side = program_.sides.at({&code, id});
  const Operand o = operand(code, side, rows);
  auto out = ask(p->second, o);
  if (!out) return give_up();
  if (p->second.unknown_of_null > 0) {
    Bits unknown = rows;
    unknown.minus(out->yes).minus(out->no);
    notes_ += unknown.count() * static_cast<std::size_t>(p->second.unknown_of_null);
  }
  return out;
}

}  // namespace citybrain::brain
