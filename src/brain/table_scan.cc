// What a condition is made of: the constants and names that cut its column. See table_space.h.
#include <algorithm>

#include "builtin.h"
#include "table_space.h"

namespace citybrain::brain {
namespace {

class Scanner {
 public:
  Scanner(const Model::Impl& model, const Code& code, std::uint32_t slot, CellScan& out)
      : model_(model), code_(code), slot_(slot), out_(out) {}

  bool test(NodeId id) {
    const Node& n = code_.nodes[id];
    switch (n.op) {
      case Op::test_any: return true;
      case Op::tests: return kids(n, [this](NodeId kid) { return test(kid); });
      case Op::test_compare: return bound(n.a);
      case Op::test_value: return n.aux != 0 ? predicate(n.a) : operand(n.a);
      default: return false;
    }
  }

 private:
  template <typename F>
  bool kids(const Node& n, F each) {
    for (std::uint32_t i = 0; i < n.count; ++i) {
      if (!each(code_.kids[n.first + i])) return false;
    }
    return true;
  }

  // A truth about the tested value, written out: `? > 3 and ? < 5`.
  bool predicate(NodeId id) {
    const Node& n = code_.nodes[id];
    switch (n.op) {
      case Op::constant: return code_.constants[n.a].is(Kind::boolean);
      case Op::and_:
      case Op::or_: return predicate(n.a) && predicate(n.b);
      case Op::equal:
      case Op::unequal:
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal: return (is_value(n.a) && bound(n.b)) || (is_value(n.b) && bound(n.a));
      case Op::between: return is_value(n.a) && bound(n.b) && bound(n.c);
      case Op::in: return is_value(n.a) && kids(n, [this](NodeId kid) { return test(kid); });
      case Op::call: {
        const bool negation = std::string_view(builtins()[n.a].builtin->name) == "not";
        return negation && n.count == 1 && predicate(code_.kids[n.first]);
      }
      default: return false;
    }
  }

  bool is_value(NodeId id) const {
    const Node& n = code_.nodes[id];
    return n.op == Op::local && n.a == slot_;
  }

  // A bound: a constant, or a name that stands for one.
  bool bound(NodeId id, Point* point = nullptr, std::uint32_t* item = nullptr) {
    const Node& n = code_.nodes[id];
    if (n.op == Op::global) {
      const Item& named = model_.items[n.a];
      if (named.kind != Item::Kind::input && named.kind != Item::Kind::decision) return false;
      out_.symbols.insert(n.a);
      if (point != nullptr) point->symbol = named.name;
      if (item != nullptr) *item = n.a;
      return true;
    }
    if (!closed(id)) return false;
    const Value v = value_of(id);
    if (v.is(Kind::range) || v.is(Kind::list) || v.is(Kind::context)) return false;
    take(v);
    if (point != nullptr) point->value = v;
    return true;
  }

  // What a value is compared with: a bound, a range of bounds, a list of such.
  bool operand(NodeId id) {
    const Node& n = code_.nodes[id];
    if (n.op == Op::range) {
      CellScan::Before ends;
      const bool low = n.a == no_node || bound(n.a, &ends.low, &ends.low_item);
      const bool high = n.b == no_node || bound(n.b, &ends.high, &ends.high_item);
      if (n.a != no_node && n.b != no_node && low && high) out_.ranges.push_back(ends);
      return low && high;
    }
    if (n.op == Op::list) return kids(n, [this](NodeId kid) { return operand(kid); });
    if (n.op == Op::global || !closed(id)) return bound(id);
    return spread(value_of(id));
  }

  bool spread(const Value& v) {
    if (v.is(Kind::list)) {
      const auto& items = v.as_list();
      return std::all_of(items.begin(), items.end(), [this](const Value& i) { return spread(i); });
    }
    if (v.is(Kind::range)) {
      const Range& r = v.as_range();
      if (!r.low.is_null()) take(r.low);
      if (!r.high.is_null()) take(r.high);
      return (!r.low.is_null() || r.low_unbounded) && (!r.high.is_null() || r.high_unbounded);
    }
    if (v.is(Kind::context) || v.is(Kind::function)) return false;
    take(v);
    return true;
  }

  void take(const Value& v) {
    if (v.is_null())
      out_.null = true;
    else
      out_.values.push_back(v);
  }

  // Does it read nothing but constants, and always give the same?
  bool closed(NodeId id) const {
    const Node& n = code_.nodes[id];
    switch (n.op) {
      case Op::constant: return true;
      case Op::negate: return closed(n.a);
      case Op::add:
      case Op::subtract:
      case Op::multiply:
      case Op::divide:
      case Op::power: return closed(n.a) && closed(n.b);
      case Op::call: {
        const std::string_view name = builtins()[n.a].builtin->name;
        if (name == "now" || name == "today") return false;
        for (std::uint32_t i = 0; i < n.count; ++i) {
          const NodeId kid = code_.kids[n.first + i];
          if (kid != no_node && !closed(kid)) return false;
        }
        return true;
      }
      default: return false;
    }
  }

  Value value_of(NodeId id) const {
    if (code_.nodes[id].op == Op::constant) return code_.constants[code_.nodes[id].a];
    Machine machine(nullptr, {});
    Machine::FrameMark mark;
    if (!machine.enter_frame(code_.slots, {}, {}, mark)) return {};
    Value v = machine.eval_here(code_, id);
    machine.leave_frame(mark);
    return v;
  }

  const Model::Impl& model_;
  const Code& code_;
  std::uint32_t slot_;
  CellScan& out_;
};

}  // namespace

CellScan scan_cell(const Model::Impl& model, const Code& code, std::uint32_t slot) {
  CellScan out;
  out.simple = Scanner(model, code, slot, out).test(code.root);
  return out;
}

}  // namespace citybrain::brain
