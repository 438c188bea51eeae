// Beginning a block, and the values of single rows: see bulk_run.h.
#include "bulk_run.h"

namespace citybrain::brain {

using Form = GraphNode::Form;

BulkRun::BulkRun(const Catalogue::Impl& plan)
    : plan_(plan),
      columns_(plan.codes),
      truths_(plan.graph.size()),
      nulls_(plan.graph.size()),
      choices_(plan.graph.size()),
      by_rows_(*this),
      orders_(plan.graph.size()),
      passed_(plan.graph.size()),
      asked_(plan.graph.size()),
      decisions_(plan.accounts.size()),
      counted_(plan.accounts.size()) {}

Result<void> BulkRun::find_columns(const Batch& batch, std::vector<std::size_t>& columns) const {
  const std::vector<Field>& fields = plan_.columns.fields;
  const auto& there = batch.schema.fields;
  columns.resize(fields.size(), SIZE_MAX);
  for (std::size_t c = 0; c < fields.size(); ++c) {
    const Field& wanted = fields[c];
    std::size_t& at = columns[c];  // mostly as in the batch before
    if (at >= there.size() || there[at].name != wanted.name) {
      const auto found = batch.schema.find(wanted.name);
      if (!found) return invalid("the batch has no column '" + wanted.name + "'");
      at = *found;
    }
    const Field& is = batch.columns[at].field();
    if (is.type != wanted.type || is.scale != wanted.scale) {
      return invalid("the batch's column '" + wanted.name + "' is " + name_of(is.type) + "(" +
                     std::to_string(is.scale) + "); the catalogue was compiled for " +
                     name_of(wanted.type) + "(" + std::to_string(wanted.scale) + ")");
    }
  }
  return ok();
}

void BulkRun::begin(const Batch& batch, const std::vector<std::size_t>& columns, std::size_t first,
                    std::size_t rows) {
  ++block_;
  columns_.set(batch, columns, first, rows);
  by_rows_.begin();
}

CB_WIDE const Bits& BulkRun::nulls(NodeRef ref, const Bits& rows) {
  const GraphNode& n = plan_.graph[ref];
  if (n.form == Form::column) return columns_.nulls(n.number);
  static const Bits none;
  if (n.certain) return none;
  NullState& s = nulls_[ref];
  if (s.block != block_) {
    s.block = block_;
    s.done = s.nulls = {};
  }
  const Bits todo = rows - s.done;
  if (todo.none()) return s.nulls;
  s.done |= todo;
  Bits found;
  if (n.shape == Shape::truth) {
    const Planes& t = truth(ref, todo);
    found = todo - t.yes - t.no;
  } else if (n.form == Form::constant) {
    if (n.value.is_null()) found = todo;
  } else if (n.form == Form::calc) {
    for (const NodeRef kid : n.kids) found |= nulls(kid, todo);
    if (n.zero != no_ref) found |= truth(n.zero, todo).yes;
    found &= todo;
  } else if (n.form == Form::choice) {
    const std::vector<Bits>& taken_rows = taken(ref, todo);
    for (std::size_t leaf = 0; leaf < taken_rows.size(); ++leaf) {
      const Bits here = taken_rows[leaf] & todo;
      if (here.none()) continue;
      found |= nulls(n.kids[std::min(leaf * 2 + 1, n.kids.size() - 1)], here) & here;
    }
  } else if (n.form == Form::rows) {
    found = by_rows_.evaluate(ref, todo).nulls & todo;
  } else {
    todo.each([&](std::uint32_t row) {
      if (exact(ref, row).is_null()) found.set(row);
    });
  }
  s.nulls |= found;
  return s.nulls;
}

// Makes what many rows share, so that exact() finds it done.
void BulkRun::prepare(NodeRef ref, const Bits& rows) {
  if (rows.none()) return;
  const GraphNode& n = plan_.graph[ref];
  if (n.form == Form::constant || n.form == Form::column) return;
  if (n.shape == Shape::truth) {
    truth(ref, rows);
  } else if (n.form == Form::choice) {
    const std::vector<Bits>& taken_rows = taken(ref, rows);
    for (std::size_t leaf = 0; leaf < taken_rows.size(); ++leaf) {
      prepare(n.kids[std::min(leaf * 2 + 1, n.kids.size() - 1)], taken_rows[leaf] & rows);
    }
  } else if (n.form == Form::rows) {
    by_rows_.evaluate(ref, rows);
  } else {
    for (const NodeRef kid : n.kids) prepare(kid, rows);
  }
}

Value BulkRun::exact(NodeRef ref, std::uint32_t row) {
  const GraphNode& n = plan_.graph[ref];
  if (n.form == Form::constant) return n.value;
  if (n.form == Form::column) return columns_.value(n.number, row);
  if (n.form == Form::rows) return by_rows_.value(ref, row);
  if (n.form == Form::pick) return by_rows_.value(n.kids[0], row).as_list()[n.number];
  if (n.shape == Shape::truth) {
    const TruthState& s = truths_[ref];
    const bool known = s.block == block_ && (s.whole || s.done.get(row));
    const Planes& t = known ? s.planes : truth(ref, Bits::only(row));
    if (t.yes.get(row)) return Value::boolean(true);
    return t.no.get(row) ? Value::boolean(false) : Value();
  }
  if (n.form == Form::choice) return exact(leaf_of(ref, row), row);
  return calc_exact(n, row);
}

NodeRef BulkRun::leaf_of(NodeRef choice, std::uint32_t row) {
  const GraphNode& n = plan_.graph[choice];
  const ChoiceState& s = choices_[choice];
  if (s.block != block_ || !s.done.get(row)) taken(choice, Bits::only(row));
  for (std::size_t leaf = 0; leaf < s.taken.size(); ++leaf) {
    if (s.taken[leaf].get(row)) return n.kids[std::min(leaf * 2 + 1, n.kids.size() - 1)];
  }
  return n.kids.back();
}

}  // namespace citybrain::brain
