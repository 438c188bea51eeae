// Folding: what is constant in an expression is evaluated once, when it is parsed.
#include <optional>

#include "builtin.h"
#include "machine.h"
#include "parser.h"

namespace citybrain::brain {

// Lists and ranges of constants, and dates and durations made of constants, become constants.
// Children stand before their parents in the arena.
void Parser::fold(Code& code) {
  const auto is_constant = [&](NodeId id) { return code.nodes[id].op == Op::constant; };
  const auto value_of = [&](NodeId id) { return code.constants[code.nodes[id].a]; };
  for (NodeId id = 0; id < code.nodes.size(); ++id) {
    Node& n = code.nodes[id];
    std::optional<Value> folded;
    if (n.op == Op::range) {
      const bool low = n.a == no_node || is_constant(n.a);
      const bool high = n.b == no_node || is_constant(n.b);
      if (!low || !high) continue;
      Range r;
      r.low_unbounded = n.a == no_node;
      r.high_unbounded = n.b == no_node;
      if (!r.low_unbounded) r.low = value_of(n.a);
      if (!r.high_unbounded) r.high = value_of(n.b);
      r.low_closed = (n.aux & 1) != 0;
      r.high_closed = (n.aux & 2) != 0;
      const auto order = order_of(r.low, r.high);
      if (r.low_unbounded || r.high_unbounded || (order && *order <= 0))
        folded = Value::range(std::move(r));
    } else if (n.op == Op::list || n.op == Op::call) {
      std::vector<Value> args;
      bool known = true;
      for (std::uint32_t i = 0; i < n.count && known; ++i) {
        const NodeId kid = code.kids[n.first + i];
        known = kid != no_node && is_constant(kid);
        if (known) args.push_back(value_of(kid));
      }
      if (!known) continue;
      if (n.op == Op::list) {
        folded = Value::list(std::move(args));
      } else {
        const Builtin* b = builtins()[n.a].builtin;
        const std::string_view name = b->name;
        if (name != "date" && name != "time" && name != "date and time" && name != "duration")
          continue;
        Function f;
        f.name = name;
        f.builtin = b;
        Machine machine(nullptr, {});
        Value v = machine.call(f, args);
        if (machine.note_count() == 0) folded = std::move(v);
      }
    }
    if (!folded) continue;
    code.constants.push_back(*std::move(folded));
    n.op = Op::constant;
    n.a = static_cast<std::uint32_t>(code.constants.size() - 1);
    n.count = 0;
  }
}

}  // namespace citybrain::brain
