// Making nodes: what is the same is made once, what is constant is folded. See graph.h.
#include "graph.h"

#include <algorithm>

namespace citybrain::brain {

using Form = GraphNode::Form;

Shape shape_of(Kind kind) {
  switch (kind) {
    case Kind::boolean: return Shape::truth;
    case Kind::number: return Shape::number;
    case Kind::text: return Shape::text;
    case Kind::date: return Shape::date;
    case Kind::months: return Shape::months;
    default: return Shape::other;
  }
}

NodeRef Graph::intern(GraphNode node, const std::string& extra) {
  std::string key;
  const auto put = [&](const auto& plain) {
    key.append(reinterpret_cast<const char*>(&plain), sizeof plain);
  };
  put(node.form);
  put(node.shape);
  put(node.calc);
  put(node.mode);
  put(node.digits);
  if (node.form == Form::column || node.form == Form::pick) put(node.number);
  for (const NodeRef kid : node.kids) put(kid);
  key += extra;
  const auto [it, fresh] = known_.emplace(std::move(key), static_cast<NodeRef>(nodes_.size()));
  if (!fresh) return it->second;
  std::size_t weight = 1;
  for (const NodeRef kid : node.kids) weight += nodes_[kid].weight;
  node.weight = static_cast<std::uint16_t>(std::min<std::size_t>(weight, UINT16_MAX));
  nodes_.push_back(std::move(node));
  return it->second;
}

NodeRef Graph::constant(const Value& value) {
  GraphNode n;
  n.shape = shape_of(value.kind());
  n.certain = !value.is_null();
  n.value = value;
  if (value.is(Kind::number)) {
    n.scale = -1;
    for (int s = 0; s <= scale_max && n.scale < 0; ++s) {
      if (value.as_number().to_scaled(s)) n.scale = static_cast<std::int16_t>(s);
    }
  }
  return intern(std::move(n), name_of(value.kind()) + to_text(Value::list({value})));
}

NodeRef Graph::column(std::uint32_t number, Shape shape, int scale) {
  GraphNode n;
  n.form = Form::column;
  n.shape = shape;
  n.number = number;
  n.scale = static_cast<std::int16_t>(scale);
  return intern(std::move(n));
}

NodeRef Graph::ask(NodeRef operand, const Predicate& predicate) {
  ++asked_;
  if (is_constant(operand)) return constant(predicate.holds(nodes_[operand].value));
  GraphNode n;
  n.form = Form::ask;
  n.shape = Shape::truth;
  n.kids = {operand};
  n.number = static_cast<std::uint32_t>(predicates_.size());
  n.certain = !predicate.holds({}).is_null();
  const std::size_t before = nodes_.size();
  const NodeRef made = intern(std::move(n), predicate.key);
  if (nodes_.size() != before) predicates_.push_back(predicate);
  return made;
}

NodeRef Graph::truth_of(NodeRef operand) {
  if (nodes_[operand].shape == Shape::truth) return operand;
  if (is_constant(operand)) return constant({});
  GraphNode n;
  n.form = Form::truth_of;
  n.shape = Shape::truth;
  n.kids = {operand};
  return intern(std::move(n));
}

NodeRef Graph::junction(bool is_and, std::vector<NodeRef> kids) {
  std::vector<NodeRef> flat;
  const Form form = is_and ? Form::all : Form::any;
  for (const NodeRef kid : kids) {
    const GraphNode& k = nodes_[kid];
    if (k.form == form) {
      flat.insert(flat.end(), k.kids.begin(), k.kids.end());
    } else if (k.form == Form::constant && k.value.is(Kind::boolean)) {
      if (k.value.is_true() != is_and) return kid;  // decides alone
    } else {
      flat.push_back(kid);
    }
  }
  if (flat.empty()) return constant(Value::boolean(is_and));
  if (flat.size() == 1 && nodes_[flat[0]].shape == Shape::truth) return flat[0];
  GraphNode n;
  n.form = form;
  n.shape = Shape::truth;
  n.certain = std::all_of(flat.begin(), flat.end(), [&](NodeRef k) { return nodes_[k].certain; });
  n.kids = std::move(flat);
  return intern(std::move(n));
}

NodeRef Graph::negation(NodeRef kid) {
  if (is_constant(kid)) {
    const Value& v = nodes_[kid].value;
    return constant(v.is(Kind::boolean) ? Value::boolean(v.is_false()) : Value());
  }
  GraphNode n;
  n.form = Form::negation;
  n.shape = Shape::truth;
  n.certain = nodes_[kid].certain;
  n.kids = {kid};
  return intern(std::move(n));
}

NodeRef Graph::hit(std::vector<NodeRef> kids) {
  std::vector<NodeRef> open;
  for (const NodeRef kid : kids) {
    if (!is_constant(kid)) {
      open.push_back(kid);
    } else if (!nodes_[kid].value.is_true()) {
      return constant(Value::boolean(false));
    }
  }
  if (open.empty()) return constant(Value::boolean(true));
  std::sort(open.begin(), open.end());
  open.erase(std::unique(open.begin(), open.end()), open.end());
  GraphNode n;
  n.form = Form::hit;
  n.shape = Shape::truth;
  n.certain = true;
  n.kids = std::move(open);
  return intern(std::move(n));
}

NodeRef Graph::twice(std::vector<NodeRef> kids) {
  std::erase_if(kids, [&](NodeRef k) { return is_constant(k) && !nodes_[k].value.is_true(); });
  if (kids.size() < 2) return constant(Value::boolean(false));
  GraphNode n;
  n.form = Form::twice;
  n.shape = Shape::truth;
  n.certain = true;
  n.kids = std::move(kids);
  return intern(std::move(n));
}

NodeRef Graph::is_null(NodeRef operand) {
  if (is_constant(operand)) return constant(Value::boolean(nodes_[operand].value.is_null()));
  GraphNode n;
  n.form = Form::is_null;
  n.shape = Shape::truth;
  n.certain = true;
  n.kids = {operand};
  return intern(std::move(n));
}

NodeRef Graph::misfit(NodeRef rows) {
  GraphNode n;
  n.form = Form::misfit;
  n.shape = Shape::truth;
  n.certain = true;
  n.kids = {rows};
  return intern(std::move(n));
}

NodeRef Graph::choice(const std::vector<Piece>& pieces, NodeRef otherwise) {
  GraphNode n;
  n.form = Form::choice;
  NodeRef last = otherwise;
  for (const Piece& p : pieces) {
    if (is_constant(p.guard)) {
      if (!nodes_[p.guard].value.is_true()) continue;
      last = p.leaf;
      break;
    }
    n.kids.push_back(p.guard);
    n.kids.push_back(p.leaf);
  }
  // What the last pieces would give anyway needs no guard.
  while (!n.kids.empty() && n.kids.back() == last) n.kids.resize(n.kids.size() - 2);
  if (n.kids.empty()) return last;
  n.kids.push_back(last);
  bool first = true;
  bool same = true;
  n.certain = true;
  for (std::size_t i = 1; i <= n.kids.size(); i += 2) {
    const GraphNode& leaf = nodes_[n.kids[std::min(i, n.kids.size() - 1)]];
    n.certain = n.certain && leaf.certain;
    if (leaf.form == Form::constant && leaf.value.is_null()) continue;
    if (first) {
      n.shape = leaf.shape;
      n.scale = leaf.scale;
      first = false;
    } else if (leaf.shape != n.shape) {
      same = false;
    } else {
      n.scale = n.scale < 0 || leaf.scale < 0 ? std::int16_t{-1} : std::max(n.scale, leaf.scale);
    }
  }
  if (!same) n.shape = Shape::other;
  return intern(std::move(n));
}

void Graph::set_number(GraphNode& n) const {
  const auto scale = [&](std::size_t i) { return static_cast<int>(nodes_[n.kids[i]].scale); };
  int widest = 0;
  bool wide = false;
  for (std::size_t i = 0; i < n.kids.size(); ++i) {
    wide = wide || scale(i) < 0;
    widest = std::max(widest, scale(i));
  }
  int out = widest;
  switch (n.calc) {
    case Calc::multiply: out = wide ? -1 : scale(0) + scale(1); break;
    case Calc::divide: out = -1; break;
    case Calc::round:
      out = n.digits < 0 || n.digits > scale_max ? -1
            : wide                               ? n.digits
                                                 : std::min<int>(n.digits, widest);
      break;
    case Calc::months_between:
    case Calc::years:
    case Calc::months:
    case Calc::year:
    case Calc::month:
    case Calc::day: out = 0; break;
    default: out = wide ? -1 : widest; break;
  }
  n.scale = static_cast<std::int16_t>(out > scale_max ? -1 : out);
}

NodeRef Graph::calc(Calc calc, std::vector<NodeRef> kids, Rounding mode, int digits) {
  Shape wanted = Shape::number;
  if (calc == Calc::months_between || (calc >= Calc::year && calc <= Calc::day)) {
    wanted = Shape::date;
  } else if (calc == Calc::years || calc == Calc::months) {
    wanted = Shape::months;
  } else if (calc == Calc::subtract && nodes_[kids[0]].shape == Shape::date) {
    wanted = Shape::date;
  }
  GraphNode n;
  n.form = Form::calc;
  n.calc = calc;
  n.mode = mode;
  n.digits = static_cast<std::int16_t>(digits);
  n.shape = calc == Calc::months_between ? Shape::months : Shape::number;
  std::size_t weight = 1;
  for (const NodeRef kid : kids) {
    if (nodes_[kid].shape != wanted) return no_ref;
    weight += nodes_[kid].weight;
  }
  if (weight > calc_weight_max) return no_ref;
  n.kids = std::move(kids);
  set_number(n);
  n.certain = calc != Calc::divide && std::all_of(n.kids.begin(), n.kids.end(),
                                                  [&](NodeRef k) { return nodes_[k].certain; });
  if (calc == Calc::divide)
    n.zero = ask(n.kids[1], predicate_of_order(Op::equal, Value::number(0)));
  return intern(std::move(n));
}

NodeRef Graph::rows(Origin origin, std::vector<NodeRef> reads, Shape shape,
                    const std::string& key) {
  GraphNode n;
  n.form = Form::rows;
  n.shape = shape;
  n.scale = -1;
  n.kids = std::move(reads);
  n.number = static_cast<std::uint32_t>(origins_.size());
  const std::size_t before = nodes_.size();
  const NodeRef made = intern(std::move(n), key);
  if (nodes_.size() != before) origins_.push_back(std::move(origin));
  return made;
}

NodeRef Graph::pick(NodeRef list, std::uint32_t number) {
  GraphNode n;
  n.form = Form::pick;
  n.scale = -1;
  n.kids = {list};
  n.number = number;
  return intern(std::move(n));
}

}  // namespace citybrain::brain
