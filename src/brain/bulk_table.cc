// Decision tables over a block, and how computed values become a decision's.
#include <algorithm>

#include "bulk_run.h"

namespace citybrain::brain {

bool BulkRun::table(std::uint32_t item, const Bits& rows) {
  const Item& decision = program_.model->items[item];
  const Table& t = *decision.logic->root.table;
  if (decision.logic->root.type || t.outputs.size() != 1 || t.outputs[0].allowed) return false;
  if (t.policy != HitPolicy::first && t.policy != HitPolicy::unique) return false;
  for (const TableInput& in : t.inputs) {
    if (in.allowed || (in.type && in.type->allowed)) return false;
  }
  std::vector<Operand> operands(t.inputs.size());
  const auto is_item = [&](std::size_t i) {
    return t.inputs[i].expression->nodes[t.inputs[i].expression->root].op == Op::global;
  };
  for (std::size_t i = 0; i < t.inputs.size(); ++i) {
    const TableInput& in = t.inputs[i];
    if (!is_item(i)) continue;
    operands[i] = operand(*in.expression, in.expression->root, rows);
    if (operands[i].from == Operand::From::nothing) return false;
    if (!in.type || in.type->kind == Type::Kind::any) continue;
    bool typed = false;
    for (const Kind k : {Kind::boolean, Kind::number, Kind::text, Kind::date}) {
      typed = typed || (type_of_kind(k)->kind == in.type->kind && fits(operands[i], k));
    }
    if (!typed) return false;
  }
  Bits sound = rows;  // rows whose inputs are all of their types
  for (std::size_t i = 0; i < t.inputs.size(); ++i) {
    if (!is_item(i)) operands[i] = own_operand(item, t.inputs[i], sound);
  }
  Bits wrong = rows;
  put(item, wrong.minus(sound), {});
  Bits open = sound;
  Bits twice(rows_);  // of UNIQUE: rows that two rules claim
  std::vector<Bits> hits;
  for (const TableRule& rule : t.rules) {
    Bits hit = hits_of(item, rule, operands, t.policy == HitPolicy::first ? open : sound);
    if (t.policy == HitPolicy::unique) {
      Bits again = sound;
      again.minus(open);
      twice |= again & hit;
    }
    open.minus(hit);
    hits.push_back(std::move(hit));
  }
  notes_ += twice.count();
  put(item, twice, {});
  for (std::size_t i = 0; i < t.rules.size(); ++i) {
    output(item, t.outputs[0], t.rules[i].outputs[0], hits[i].minus(twice));
  }
  if (t.outputs[0].otherwise)
    output(item, t.outputs[0], t.outputs[0].otherwise, open);
  else
    put(item, open, {});
  return true;
}

// An input expression that is no item: its values, for these rows; takes out the rows where the
// value is not of the input's type.
BulkRun::Operand BulkRun::own_operand(std::uint32_t item, const TableInput& input, Bits& rows) {
  const Logic& logic = *program_.model->items[item].logic;
  const Code& code = *input.expression;
  Operand out;
  out.from = Operand::From::own;
  out.own = std::make_shared<ResultColumn>();
  out.own->codes.assign(rows_, 0);
  out.own->values.emplace_back();
  Values all(rows_);
  if (can_be_values(code, code.root)) {
    values(code, code.root, rows, all);
  } else {
    rows.each([&](std::size_t row) {
      one_.row = row;
      all[row] = one_.evaluate(logic, code, code.root);
      one_.leave();
    });
  }
  Bits wrong(rows_);
  rows.each([&](std::size_t row) {
    Value& v = all[row];
    if (!coerce(v, input.type, &one_.machine())) {
      ++notes_;
      wrong.set(row);
    } else if (!v.is_null()) {
      out.own->codes[row] = static_cast<std::uint32_t>(out.own->values.size());
      out.own->values.push_back(std::move(v));
    }
  });
  rows.minus(wrong);
  return out;
}

const Value& BulkRun::value_of(const Operand& o, std::size_t row, Value& room) {
  switch (o.from) {
    case Operand::From::constant: return o.value;
    case Operand::From::result: return states_[o.item].result.at(row);
    case Operand::From::own: return o.own->at(row);
    case Operand::From::column: room = block_.value_at(o.column, row); return room;
    case Operand::From::nothing: break;
  }
  return room;
}

// The rows, among these, in which every condition of the rule holds. Conditions that are no
// predicates are asked row by row, of the rows that no condition before has ruled out.
Bits BulkRun::hits_of(std::uint32_t item, const TableRule& rule,
                      const std::vector<Operand>& operands, const Bits& rows) {
  const Logic& logic = *program_.model->items[item].logic;
  const Table& t = *logic.root.table;
  Bits hit = rows;
  Bits alive = rows;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!rule.tests[i] || alive.none()) continue;
    const Code& test = *rule.tests[i];
    const auto p = program_.predicates.find({&test, test.root});
    if (p != program_.predicates.end()) {
      if (const auto answer = ask(p->second, operands[i])) {
        hit &= answer->yes;
        alive.minus(answer->no);
        continue;
      }
    }
    Bits yes(rows_);
    Bits no(rows_);
    one_.machine().quiet(1);
    alive.each([&](std::size_t row) {
      one_.row = row;
      Value room;
      const Value holds =
          one_.test(logic, test, t.inputs[i].slot, value_of(operands[i], row, room));
      if (holds.is_true()) yes.set(row);
      if (holds.is_false()) no.set(row);
      one_.leave();
    });
    one_.machine().quiet(-1);
    hit &= yes;
    alive.minus(no);
  }
  return hit;
}

void BulkRun::output(std::uint32_t item, const TableOutput& o,
                     const std::shared_ptr<const Code>& code, const Bits& rows) {
  if (rows.none()) return;
  const bool constant = !code || code->nodes[code->root].op == Op::constant;
  if (!constant) return put_rows(item, rows, *code, code->root, o.type);
  Value v = code ? code->constants[code->nodes[code->root].a] : Value();
  if (!coerce(v, o.type, &one_.machine())) {
    notes_ += rows.count();
    v = {};
  }
  put(item, rows, v);
}

// An expression's values become the decision's: first of `type`, then of the decision's own.
void BulkRun::put_rows(std::uint32_t item, const Bits& rows, const Code& code, NodeId id,
                       const TypeRef& type) {
  Values all(rows_);
  if (can_be_values(code, id)) {
    values(code, id, rows, all);
  } else {
    const Logic& logic = *program_.model->items[item].logic;
    rows.each([&](std::size_t row) {
      one_.row = row;
      all[row] = one_.evaluate(logic, code, id);
      one_.leave();
    });
  }
  put_values(item, rows, all, type);
}

void BulkRun::put_values(std::uint32_t item, const Bits& rows, Values& all, const TypeRef& type) {
  const TypeRef& own = program_.model->items[item].type;
  auto& codes = states_[item].result.codes;
  rows.each([&](std::size_t row) {
    Value& v = all[row];
    for (const TypeRef* t : {&type, &own}) {
      if (coerce(v, *t, &one_.machine())) continue;
      ++notes_;
      v = {};
    }
    codes[row] = code_of(item, std::move(v));
  });
}

}  // namespace citybrain::brain
