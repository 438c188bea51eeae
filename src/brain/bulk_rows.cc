// Rows by the machine: see bulk_rows.h.
#include "bulk_rows.h"

#include "bulk_run.h"

namespace citybrain::brain {

class BulkRows::Row final : public Evaluation {
 public:
  Row(BulkRun& run, const EntryPlan& plan)
      : Evaluation(*plan.model, run.plan().options), run_(run), plan_(plan) {
    for (std::uint32_t i = 0; i < plan.given.size(); ++i) {
      if (plan.given[i]) give(i, *plan.given[i]);
    }
    machine_.count_only();
  }

  Value global(std::uint32_t number, Machine& machine) override {
    const Origin* o = origin_;
    const bool known = o != nullptr && states_[number] == Evaluation::State::open &&
                       model_.items[number].kind == Item::Kind::decision &&
                       (o->code != nullptr || o->item != number) && plan_.nodes[number] != no_ref;
    if (!known) return Evaluation::global(number, machine);
    for (std::size_t k = 0; k < o->demands.size(); ++k) {
      if (o->demands[k].first == number) state_->demanded[k].set(row_);
    }
    return run_.exact(plan_.nodes[number], row_);
  }

  Value evaluate(const Origin& o, std::uint32_t row, BulkRows::State& state) {
    row_ = row;
    state_ = &state;
    origin_ = o.item == UINT32_MAX ? nullptr : &o;
    Value v;
    if (o.item == UINT32_MAX) {
      // What is given is brought to its type when it is given, read or not.
      for (std::uint32_t i = 0; i < plan_.columns.size(); ++i) {
        if (plan_.columns[i]) global(i, machine_);
      }
      std::vector<Value> all;
      for (const std::uint32_t d : plan_.decisions) all.push_back(decide(d));
      return Value::list(std::move(all));
    }
    if (o.code == nullptr) return decide(o.item);
    Machine::FrameMark mark;
    if (!machine_.enter_frame(model_.items[o.item].logic->slots, {}, {}, mark)) return {};
    if (o.tested != no_ref) {
      machine_.slot(o.slot) = run_.exact(o.tested, row);
      machine_.quiet(1);
    }
    v = machine_.eval_here(*o.code, o.node);
    if (o.tested != no_ref) machine_.quiet(-1);
    machine_.leave_frame(mark);
    return v;
  }

 protected:
  Value input(std::uint32_t number, bool& absent) override {
    absent = !plan_.columns[number];
    return absent ? Value() : run_.columns().value(*plan_.columns[number], row_);
  }

 private:
  BulkRun& run_;
  const EntryPlan& plan_;
  const Origin* origin_ = nullptr;
  BulkRows::State* state_ = nullptr;
  std::uint32_t row_ = 0;
};

BulkRows::BulkRows(BulkRun& run) : run_(run) {}
BulkRows::~BulkRows() = default;

BulkRows::Row& BulkRows::row_of(std::uint32_t entry) {
  if (rows_.size() <= entry) rows_.resize(run_.plan().entries.size());
  if (!rows_[entry]) rows_[entry] = std::make_unique<Row>(run_, run_.plan().entries[entry]);
  return *rows_[entry];
}

const BulkRows::State& BulkRows::evaluate(NodeRef ref, const Bits& rows) {
  const GraphNode& n = run_.plan().graph[ref];
  const Origin& origin = run_.plan().graph.origin(n);
  State& s = states_[ref];
  if (s.block != block_) {
    s.block = block_;
    s.done = s.misfits = s.nulls = {};
    s.values.resize(block_rows_max);
    s.notes.resize(block_rows_max);
    s.demanded.assign(origin.demands.size(), Bits{});
  }
  const Bits todo = rows - s.done;
  if (todo.none()) return s;
  for (const NodeRef read : n.kids) run_.prepare(read, todo);
  Memo& memo = memos_[ref];
  if (!memo.planned) plan_memo(ref, memo);
  todo.each([&](std::uint32_t row) {
    Kept kept = memo.column == UINT32_MAX ? compute(ref, row, s) : remembered(ref, row, s, memo);
    s.notes[row] = kept.notes;
    if (kept.misfit) s.misfits.set(row);
    if (kept.value.is_null()) s.nulls.set(row);
    s.values[row] = std::move(kept.value);
  });
  s.done |= todo;
  return s;
}

const Value& BulkRows::value(NodeRef ref, std::uint32_t row) {
  State& s = states_[ref];
  if (s.block != block_ || !s.done.get(row)) evaluate(ref, Bits::only(row));
  return s.values[row];
}

BulkRows::Kept BulkRows::compute(NodeRef ref, std::uint32_t row, State& state) {
  const Origin& origin = run_.plan().graph.origin(run_.plan().graph[ref]);
  Row& one = row_of(origin.entry);
  Kept kept;
  kept.value = one.evaluate(origin, row, state);
  kept.notes = static_cast<std::uint32_t>(one.machine().note_count());
  for (const TypeRef& type : origin.types) {
    if (coerce(kept.value, type, &one.machine())) continue;
    ++kept.notes;
    kept.misfit = true;
    kept.value = {};
  }
  one.refresh();
  return kept;
}

// One column and nothing else: the same value gives the same.
void BulkRows::plan_memo(NodeRef ref, Memo& memo) const {
  memo.planned = true;
  const Graph& graph = run_.plan().graph;
  const GraphNode& n = graph[ref];
  const Origin& origin = graph.origin(n);
  if (origin.item == UINT32_MAX || !origin.demands.empty()) return;
  std::uint32_t column = UINT32_MAX;
  for (const NodeRef read : n.kids) {
    const GraphNode& k = graph[read];
    if (k.form == GraphNode::Form::constant) continue;
    if (k.form != GraphNode::Form::column || (column != UINT32_MAX && column != k.number)) return;
    column = k.number;
  }
  memo.column = column;
}

BulkRows::Kept BulkRows::remembered(NodeRef ref, std::uint32_t row, State& state, Memo& memo) {
  const BlockColumns& columns = run_.columns();
  if (columns.is_null(memo.column, row)) {
    if (!memo.of_null) memo.of_null = std::make_unique<Kept>(compute(ref, row, state));
    return *memo.of_null;
  }
  const auto in = [&](auto& map, auto key) {
    if (const auto it = map.find(key); it != map.end()) return it->second;
    if (map.size() >= memo_entries_max) map.clear();
    return map.emplace(std::move(key), compute(ref, row, state)).first->second;
  };
  if (run_.plan().columns.fields[memo.column].type == citybrain::Type::text) {
    return in(memo.by_text, std::string(columns.text(memo.column, row)));
  }
  return in(memo.by_int, columns.ints(memo.column)[row]);
}

}  // namespace citybrain::brain
