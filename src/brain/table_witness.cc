// Combinations that can come: see table_witness.h.
#include "table_witness.h"

#include <algorithm>
#include <random>

#include "table_cut.h"

namespace citybrain::brain {
namespace {

constexpr std::size_t samples_max = 4096;
constexpr std::size_t pool_max = 64;  // values tried for one input

bool share(const SpaceColumn& a, const SpaceColumn& b) {
  return std::any_of(a.sources.begin(), a.sources.end(),
                     [&](std::uint32_t s) { return b.sources.count(s) > 0; });
}

void add_constants(const Value& v, Kind kind, std::vector<Point>& out) {
  if (v.is(Kind::list)) {
    for (const Value& item : v.as_list()) add_constants(item, kind, out);
  } else if (v.is(Kind::range)) {
    add_constants(v.as_range().low, kind, out);
    add_constants(v.as_range().high, kind, out);
  } else if (v.kind() == kind) {
    out.push_back({v, ""});
  }
}

// Every piece of code of a boxed expression; `see` gets a table's tests with their column's code.
void each_code(const Boxed& boxed,
               const std::function<void(const Code& code, const Code* column)>& see) {
  if (boxed.code) see(*boxed.code, nullptr);
  for (const Boxed& part : boxed.parts) each_code(part, see);
  if (boxed.function) each_code(boxed.function->root, see);
  if (!boxed.table) return;
  for (const TableInput& in : boxed.table->inputs) see(*in.expression, nullptr);
  for (const TableRule& rule : boxed.table->rules) {
    for (std::size_t i = 0; i < rule.tests.size(); ++i) {
      if (rule.tests[i]) see(*rule.tests[i], boxed.table->inputs[i].expression.get());
    }
  }
}

bool mentions(const Code& code, std::uint32_t item) {
  return std::any_of(code.nodes.begin(), code.nodes.end(),
                     [&](const Node& n) { return n.op == Op::global && n.a == item; });
}

Kind kind_of_input(const Item& item) {
  if (!item.type) return Kind::null;
  for (const Kind k : {Kind::boolean, Kind::number, Kind::text, Kind::date, Kind::time,
                       Kind::date_time, Kind::months, Kind::duration}) {
    if (type_of_kind(k)->kind == item.type->kind) return k;
  }
  return Kind::null;
}

}  // namespace

TableWitness::TableWitness(const Model::Impl& model, const Logic& logic, const Table& table,
                           const TableSpace& space, Budget& budget)
    : model_(model), logic_(logic), table_(table), space_(space), budget_(budget) {
  const auto& columns = space.columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].local) continue;
    bool tied = says_text(columns[i]);
    for (std::size_t j = 0; j < columns.size() && !tied; ++j) {
      tied = i != j && !columns[j].local && share(columns[i], columns[j]);
    }
    if (tied) tied_.push_back(i);
  }
}

// Is the column a decision that gives a text? Then its values are few, whatever texts there are.
bool TableWitness::says_text(const SpaceColumn& column) const {
  const Code& code = *table_.inputs[column.inputs.front()].expression;
  const Node& root = code.nodes[code.root];
  if (root.op != Op::global || model_.items[root.a].kind != Item::Kind::decision) return false;
  return std::any_of(column.pieces.begin(), column.pieces.end(),
                     [](const Piece& p) { return p.form == Piece::Form::other; });
}

std::vector<Value> TableWitness::pool_of(std::uint32_t input) const {
  const Item& item = model_.items[input];
  const Kind kind = kind_of_input(item);
  std::vector<Value> out{Value()};
  if (kind == Kind::boolean) {
    out.push_back(Value::boolean(true));
    out.push_back(Value::boolean(false));
    return out;
  }
  std::vector<Point> points;
  for (const Item& other : model_.items) {
    if (!other.logic) continue;
    each_code(other.logic->root, [&](const Code& code, const Code* column) {
      if (!mentions(code, input) && (column == nullptr || !mentions(*column, input))) return;
      for (const Value& v : code.constants) add_constants(v, kind, points);
    });
  }
  if (item.type && item.type->allowed) {
    for (const Value& v : item.type->allowed->constants) add_constants(v, kind, points);
  }
  if (!sort_points(points)) points.clear();
  if (points.size() > pool_max) points.resize(pool_max);
  for (std::size_t i = 0; i <= points.size(); ++i) {
    const Value low = i == 0 ? Value() : points[i - 1].value;
    const Value high = i == points.size() ? Value() : points[i].value;
    if (const auto v = between(kind, low, high, false)) out.push_back(*v);
    if (i < points.size()) out.push_back(high);
  }
  if (kind == Kind::text) out.push_back(Value::text("其他"));
  Machine machine(nullptr, {});
  std::erase_if(out, [&](const Value& v) {
    return !v.is_null() && item.type && item.type->allowed &&
           !machine.test(*item.type->allowed, v).is_true();
  });
  return out;
}

std::optional<std::uint32_t> TableWitness::piece_of(std::size_t at, const Value& value,
                                                    Evaluation& evaluation) const {
  const SpaceColumn& column = space_.columns()[at];
  const auto count = static_cast<std::uint32_t>(column.pieces.size());
  if (value.is_null()) return count - 1;
  std::vector<Value> points;
  for (const Point& p : column.points) {
    Value v = p.value;
    for (std::uint32_t i = 0; !p.symbol.empty() && i < model_.items.size(); ++i) {
      if (model_.items[i].name == p.symbol) v = evaluation.global(i, evaluation.machine());
    }
    points.push_back(std::move(v));
  }
  for (std::uint32_t i = 0; i + 1 < count; ++i) {
    const Piece& piece = column.pieces[i];
    const auto beyond = [&](int point, int wanted) {
      if (point < 0) return true;
      const auto order = order_of(value, points[static_cast<std::size_t>(point)]);
      return order && *order == wanted;
    };
    bool in = false;
    if (piece.form == Piece::Form::point)
      in = same(value, points[static_cast<std::size_t>(piece.low)]);
    if (piece.form == Piece::Form::between) in = beyond(piece.low, 1) && beyond(piece.high, -1);
    if (piece.form == Piece::Form::other)
      in = std::none_of(points.begin(), points.end(),
                        [&](const Value& p) { return same(p, value); });
    if (in) return i;
  }
  return std::nullopt;
}

void TableWitness::sample() {
  sampled_ = true;
  std::set<std::uint32_t> sources;
  for (const std::size_t c : tied_) {
    sources.insert(space_.columns()[c].sources.begin(), space_.columns()[c].sources.end());
    for (const std::string& name : space_.columns()[c].symbols) {
      for (std::uint32_t i = 0; i < model_.items.size(); ++i) {
        if (model_.items[i].name == name && model_.items[i].kind == Item::Kind::input)
          sources.insert(i);
      }
    }
  }
  std::vector<std::pair<std::uint32_t, std::vector<Value>>> pools;
  double product = 1;
  for (const std::uint32_t s : sources) {
    pools.emplace_back(s, pool_of(s));
    product *= static_cast<double>(pools.back().second.size());
  }
  const bool all = product <= static_cast<double>(samples_max);
  const auto rounds = all ? static_cast<std::size_t>(product) : samples_max;
  std::mt19937_64 dice(20'200'101);  // the same samples each time
  Evaluation evaluation(model_, {});
  evaluation.machine().quiet(1);
  for (std::size_t round = 0; round < rounds; ++round) {
    if (!budget_.spend(static_cast<std::int64_t>(4 * tied_.size()))) return;
    std::size_t rest = round;
    evaluation.refresh();
    for (const auto& [input, pool] : pools) {
      const std::size_t pick = all ? rest % pool.size() : dice() % pool.size();
      rest /= pool.size();
      evaluation.give(input, pool[pick]);
    }
    std::vector<std::uint32_t> pieces;
    std::vector<Value> values;
    for (const std::size_t c : tied_) {
      const TableInput& in = table_.inputs[space_.columns()[c].inputs.front()];
      Machine::FrameMark mark;
      if (!evaluation.machine().enter_frame(logic_.slots, {}, {}, mark)) return;
      Value v = evaluation.machine().eval_here(*in.expression);
      evaluation.machine().leave_frame(mark);
      const auto piece = piece_of(c, v, evaluation);
      if (!piece) break;
      pieces.push_back(*piece);
      values.push_back(std::move(v));
    }
    if (pieces.size() == tied_.size()) seen_.emplace(std::move(pieces), std::move(values));
  }
}

std::optional<TableWitness::Met> TableWitness::find(const Box& box) {
  Met out;
  for (const Runs& pieces : box) out.pieces.push_back(pieces.first());
  if (tied_.empty()) return out;
  if (!sampled_) sample();
  for (const auto& [pieces, values] : seen_) {
    bool within = true;
    for (std::size_t i = 0; i < tied_.size() && within; ++i) within = box[tied_[i]].has(pieces[i]);
    if (!within) continue;
    for (std::size_t i = 0; i < tied_.size(); ++i) {
      out.pieces[tied_[i]] = pieces[i];
      const Piece& piece = space_.columns()[tied_[i]].pieces[pieces[i]];
      if (piece.form == Piece::Form::other) out.others[tied_[i]] = values[i];
    }
    return out;
  }
  return std::nullopt;
}

}  // namespace citybrain::brain
