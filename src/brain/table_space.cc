// A decision table as boxes: see table_space.h.
#include "table_space.h"

#include <algorithm>

#include "table_cut.h"

namespace citybrain::brain {
namespace {

constexpr std::size_t pieces_max = 400'000;  // of one column

Kind kind_of(const TypeRef& type) {
  if (!type) return Kind::null;
  switch (type->kind) {
    case Type::Kind::boolean: return Kind::boolean;
    case Type::Kind::number: return Kind::number;
    case Type::Kind::text: return Kind::text;
    case Type::Kind::date: return Kind::date;
    case Type::Kind::time: return Kind::time;
    case Type::Kind::date_time: return Kind::date_time;
    case Type::Kind::months: return Kind::months;
    case Type::Kind::duration: return Kind::duration;
    case Type::Kind::list: return Kind::list;
    case Type::Kind::context: return Kind::context;
    case Type::Kind::range: return Kind::range;
    case Type::Kind::function: return Kind::function;
    default: return Kind::null;
  }
}

// Answers for the names that stand as bounds.
class Bounds : public Globals {
 public:
  Value global(std::uint32_t number, Machine&) override {
    const auto it = values.find(number);
    return it == values.end() ? Value() : it->second;
  }
  Value invoke(int, std::span<const Value>, Machine&) override { return {}; }
  std::map<std::uint32_t, Value> values;
};

// The inputs of the model behind an item.
void add_sources(const Model::Impl& model, std::uint32_t number, std::set<std::uint32_t>& seen,
                 std::set<std::uint32_t>& out) {
  if (!seen.insert(number).second) return;
  if (model.items[number].kind == Item::Kind::input) out.insert(number);
  for (const std::uint32_t need : model.items[number].needs) add_sources(model, need, seen, out);
}

void read_sources(const Model::Impl& model, const Code& code, SpaceColumn& column) {
  std::set<std::uint32_t> seen;
  for (const Node& n : code.nodes) {
    if (n.op == Op::global) add_sources(model, n.a, seen, column.sources);
    column.local = column.local || n.op == Op::local;
  }
  for (const auto& inner : code.codes) read_sources(model, *inner, column);
}

}  // namespace

TableSpace::TableSpace(const Model::Impl& model, const Logic& logic, const Table& table,
                       const std::set<std::string>& whole_inputs, Budget& budget)
    : model_(model), logic_(logic), table_(table), whole_inputs_(whole_inputs), budget_(budget) {
  for (std::size_t i = 0; i < table.inputs.size(); ++i) {
    const std::string& text = table.inputs[i].text;
    auto at = std::find_if(columns_.begin(), columns_.end(),
                           [&](const SpaceColumn& c) { return c.text == text; });
    if (at == columns_.end()) {
      at = columns_.emplace(columns_.end());
      at->text = text;
      read_sources(model_, *table.inputs[i].expression, *at);
    }
    at->inputs.push_back(i);
  }
  rules_.resize(table.rules.size());
  impossible_.assign(table.rules.size(), -1);
  for (SpaceRule& rule : rules_) rule.cells.resize(columns_.size());
  for (std::size_t c = 0; c < columns_.size() && usable_; ++c) cut(c);
}

Box TableSpace::known() const {
  Box out;
  for (const SpaceColumn& c : columns_) {
    const auto all = static_cast<std::uint32_t>(c.pieces.size());
    out.push_back(c.null_spoken ? Runs(0, all) : c.known);
  }
  return out;
}

namespace {

// What all conditions of one column are made of.
struct ColumnScan {
  Kind kind = Kind::null;
  std::vector<Point> points;
  std::set<std::uint32_t> symbols;
  std::vector<CellScan::Before> ranges;
  bool null = false;
};

void take(const CellScan& cell, bool with_symbols, ColumnScan& out) {
  out.null = out.null || cell.null;
  if (!cell.simple || (!with_symbols && !cell.symbols.empty())) return;
  for (const Value& v : cell.values) {
    if (v.kind() == out.kind) out.points.push_back({v, ""});
  }
  out.symbols.insert(cell.symbols.begin(), cell.symbols.end());
  out.ranges.insert(out.ranges.end(), cell.ranges.begin(), cell.ranges.end());
}

}  // namespace

void TableSpace::cut(std::size_t at) {
  SpaceColumn& column = columns_[at];
  ColumnScan scan;
  std::vector<CellScan> cells;
  std::vector<CellScan> allowed;
  for (const std::size_t i : column.inputs) {
    const TableInput& in = table_.inputs[i];
    if (scan.kind == Kind::null) scan.kind = kind_of(in.type);
    for (const TableRule& rule : table_.rules) {
      if (rule.tests[i]) cells.push_back(scan_cell(model_, *rule.tests[i], in.slot));
    }
    if (in.allowed) allowed.push_back(scan_cell(model_, *in.allowed, in.slot));
    if (in.type && in.type->allowed) allowed.push_back(scan_cell(model_, *in.type->allowed, 0));
  }
  for (const CellScan& cell : cells) {
    for (const Value& v : cell.values) {
      if (scan.kind == Kind::null) scan.kind = v.kind();
    }
  }
  for (const CellScan& cell : allowed) {
    if (cell.simple && cell.symbols.empty()) take(cell, true, scan);
  }
  ColumnScan plain = scan;
  for (const CellScan& cell : cells) take(cell, true, scan);
  for (const CellScan& cell : cells) take(cell, false, plain);
  column.null_spoken = scan.null;
  Cut cut;
  cut.kind = scan.kind;
  const bool of_itself =
      std::any_of(scan.symbols.begin(), scan.symbols.end(), [&](std::uint32_t symbol) {
        std::set<std::uint32_t> seen;
        std::set<std::uint32_t> sources;
        add_sources(model_, symbol, seen, sources);
        return std::any_of(sources.begin(), sources.end(),
                           [&](std::uint32_t n) { return column.sources.count(n) > 0; });
      });
  cut.points = scan.points;
  const bool truths = cut.kind == Kind::boolean;  // have no order and need none
  const bool sorted = truths || sort_points(cut.points);
  const bool placed = !scan.symbols.empty() && sorted && !of_itself &&
                      place_symbols(model_, cut.kind, scan.symbols, scan.ranges, cut.points,
                                    cut.names, column.symbols);
  if (!placed && !scan.symbols.empty()) {
    column.symbols.clear();
    cut.names.clear();
    cut.points = plain.points;
    cut.good = truths || sort_points(cut.points);
  } else {
    cut.good = sorted;
  }
  if (!cut.good) cut.points.clear();
  fill(at, cut);
}

void TableSpace::make_pieces(std::size_t at, const Cut& cut, Machine& machine) {
  SpaceColumn& column = columns_[at];
  column.points = cut.points;
  std::vector<Piece> all;
  if (cut.kind == Kind::boolean) {
    column.points = {{Value::boolean(true), ""}, {Value::boolean(false), ""}};
    for (int i = 0; i < 2; ++i)
      all.push_back({Piece::Form::point, column.points[static_cast<std::size_t>(i)].value, i, i});
  } else if (is_ordered(cut.kind)) {
    const bool whole = whole_inputs_.count(column.text) > 0;
    const int n = static_cast<int>(column.points.size());
    for (int i = 0; i <= n; ++i) {
      const Value low = i == 0 ? Value() : column.points[static_cast<std::size_t>(i) - 1].value;
      const Value high = i == n ? Value() : column.points[static_cast<std::size_t>(i)].value;
      if (auto v = between(cut.kind, low, high, whole))
        all.push_back({Piece::Form::between, *std::move(v), i - 1, i == n ? -1 : i});
      if (i == n) continue;
      const bool part = whole && column.points[static_cast<std::size_t>(i)].symbol.empty() &&
                        !high.as_number().is_whole();
      if (!part) all.push_back({Piece::Form::point, high, i, i});
    }
  } else {
    std::string other = "其他";
    for (std::size_t i = 0; i < column.points.size(); ++i) {
      const Value& v = column.points[i].value;
      all.push_back({Piece::Form::point, v, static_cast<int>(i), static_cast<int>(i)});
      if (v.is(Kind::text) && v.as_text().find(other) != std::string::npos) other += "他";
    }
    all.push_back({Piece::Form::other, Value::text(other), -1, -1});
  }
  std::vector<Piece> allowed;
  for (const Piece& piece : all) {
    bool good = true;
    for (const std::size_t i : column.inputs) {
      const TableInput& in = table_.inputs[i];
      machine.slot(in.slot) = piece.sample;
      if (in.allowed && is_exact(scan_cell(model_, *in.allowed, in.slot), cut))
        good = good && machine.eval_here(*in.allowed).is_true();
      if (in.type && in.type->allowed && is_exact(scan_cell(model_, *in.type->allowed, 0), cut))
        good = good && machine.test(*in.type->allowed, piece.sample).is_true();
    }
    if (good) allowed.push_back(piece);
  }
  // Allowed values that leave nothing are a fault of their own, which is no reason to call every
  // rule unreachable.
  column.pieces = allowed.empty() ? std::move(all) : std::move(allowed);
  const auto count = static_cast<std::uint32_t>(column.pieces.size());
  column.known = Runs(0, count);
  column.null = Runs(count, count + 1);
  column.pieces.push_back({Piece::Form::null, Value(), -1, -1});
}

// Is the condition the same on the whole of each piece?
bool TableSpace::is_exact(const CellScan& scan, const Cut& cut) const {
  if (!scan.simple || !cut.good) return false;
  const bool named = std::all_of(scan.symbols.begin(), scan.symbols.end(),
                                 [&](std::uint32_t s) { return cut.names.count(s) > 0; });
  const bool of_kind = std::all_of(scan.values.begin(), scan.values.end(),
                                   [&](const Value& v) { return v.kind() == cut.kind; });
  return named && of_kind;
}

// Runs the condition once for each of its own points and once between two of them.
Runs TableSpace::pieces_of(const SpaceColumn& column, const Cut& cut, const CellScan& scan,
                           const Code& test, std::uint32_t slot, Machine& machine) const {
  std::vector<int> own;
  const auto add_own = [&](const Value& v) {
    for (auto p = std::lower_bound(column.points.begin(), column.points.end(), v,
                                   [](const Point&a, const Value&b) {
                                     const auto order = order_of(a.value, b);
                                     return order && *order < 0;
                                   });
         p != column.points.end() && same(p->value, v); ++p) {
      own.push_back(static_cast<int>(p - column.points.begin()));
    }
  };
  for (const Value& v : scan.values) add_own(v);
  for (const std::uint32_t s : scan.symbols) add_own(cut.names.at(s));
  std::sort(own.begin(), own.end());
  const auto holds = [&](const Piece& piece) {
    machine.slot(slot) = piece.sample;
    return machine.eval_here(test).is_true();
  };
  Runs out;
  const auto& pieces = column.pieces;
  const auto is_own = [&](const Piece& p) {
    return p.form == Piece::Form::null || cut.kind == Kind::boolean ||
           (p.form == Piece::Form::point && std::binary_search(own.begin(), own.end(), p.low));
  };
  // The first piece at or after the next point of its own; pieces are in the points' order.
  const auto next_own = [&](std::uint32_t from) {
    if (cut.kind == Kind::boolean) return from;
    const auto after = std::upper_bound(own.begin(), own.end(),
                                        pieces[from].form == Piece::Form::other
                                            ? static_cast<int>(column.points.size())
                                            : pieces[from].low);
    const int point = after == own.end() ? static_cast<int>(column.points.size()) : *after;
    const auto at = std::partition_point(
        pieces.begin() + from, pieces.end() - 1,
        [&](const Piece& p) { return p.form != Piece::Form::other && p.low < point; });
    const auto end = after == own.end() ? pieces.end() - 1 : at;
    return static_cast<std::uint32_t>(std::max(end, pieces.begin() + from + 1) - pieces.begin());
  };
  for (std::uint32_t i = 0; i < pieces.size();) {
    const std::uint32_t to = is_own(pieces[i]) ? i + 1 : next_own(i);
    if (holds(pieces[i])) out.add(i, to);
    i = to;
  }
  return out;
}

void TableSpace::fill(std::size_t at, const Cut& cut) {
  SpaceColumn& column = columns_[at];
  Bounds bounds;
  bounds.values = cut.names;
  Machine machine(&bounds, {});
  machine.quiet(1);
  Machine::FrameMark mark;
  if (!machine.enter_frame(logic_.slots, {}, {}, mark)) return;
  make_pieces(at, cut, machine);
  if (column.pieces.size() > pieces_max) usable_ = false;
  const Runs all(0, static_cast<std::uint32_t>(column.pieces.size()));
  for (std::size_t r = 0; r < rules_.size() && usable_; ++r) {
    SpaceCell& cell = rules_[r].cells[at];
    cell.holds = all;
    for (const std::size_t i : column.inputs) {
      const auto& test = table_.rules[r].tests[i];
      if (!test) continue;
      if (!budget_.spend()) usable_ = false;
      machine.refresh();
      const CellScan scan = scan_cell(model_, *test, table_.inputs[i].slot);
      if (!is_exact(scan, cut)) {
        cell.opaque += (cell.opaque.empty() ? "" : " ; ") + test->source;
        column.opaque = true;
        continue;
      }
      const Runs holds = pieces_of(column, cut, scan, *test, table_.inputs[i].slot, machine);
      if (holds.empty() && impossible_[r] < 0) impossible_[r] = static_cast<int>(i);
      cell.holds = cell.holds & holds;
    }
    if (cell.holds.empty() && impossible_[r] < 0) {
      impossible_[r] = static_cast<int>(column.inputs.front());
    }
    rules_[r].opaque = rules_[r].opaque || !cell.opaque.empty();
    rules_[r].may.push_back(cell.holds);
    rules_[r].sure.push_back(cell.opaque.empty() ? cell.holds : Runs());
  }
  machine.leave_frame(mark);
}

}  // namespace citybrain::brain
