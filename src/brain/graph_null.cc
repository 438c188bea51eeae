// Nulls in a graph: see graph_null.h.
#include "graph_null.h"

#include <algorithm>

namespace citybrain::brain {

using Form = GraphNode::Form;

void NullSupport::add(const NullSupport& other) {
  std::vector<NullCause> both;
  std::set_union(causes.begin(), causes.end(), other.causes.begin(), other.causes.end(),
                 std::back_inserter(both));
  causes = std::move(both);
  always = always || other.always;
  exact = exact && other.exact;
}

const NullSupport& GraphNulls::of(NodeRef node) {
  while (known_.size() <= node) known_.push_back(support_of(graph_[known_.size()]));  // kids first
  return known_[node];
}

NullSupport GraphNulls::support_of(const GraphNode& n) {
  NullSupport out;
  if (n.certain) return out;
  switch (n.form) {
    case Form::column: out.causes = {{n.number, false}}; return out;
    case Form::choice: return support_of_choice(n);
    case Form::calc:
      for (const NodeRef kid : n.kids) out.add(known_[kid]);
      if (n.zero == no_ref) return out;
      if (graph_[n.kids[1]].form == Form::column) {
        out.add({{{graph_[n.kids[1]].number, true}}});
        return out;
      }
      break;
    case Form::ask:
    case Form::all:
    case Form::any:
    case Form::negation:
      for (const NodeRef kid : n.kids) out.add(known_[kid]);
      out.exact = false;
      return out;
    default: break;
  }
  out.exact = false;
  out.always = true;
  return out;
}

// Null only where a leaf is that can be taken where the leaf's cause is given.
NullSupport GraphNulls::support_of_choice(const GraphNode& n) {
  NullSupport out;
  for (std::size_t leaf = 1; leaf <= n.kids.size(); leaf += 2) {
    NullSupport here = known_[n.kids[std::min(leaf, n.kids.size() - 1)]];
    std::erase_if(here.causes, [&](NullCause cause) {
      for (std::size_t guard = 0; guard + 2 < leaf; guard += 2) {
        if (supposed(cause).answers(n.kids[guard]) == can_be_yes) return true;
      }
      return leaf < n.kids.size() && (supposed(cause).answers(n.kids[leaf - 1]) & can_be_yes) == 0;
    });
    out.add(here);
  }
  out.exact = false;
  return out;
}

Supposed& GraphNulls::supposed(NullCause cause) {
  const auto it = supposed_.find(cause);
  if (it != supposed_.end()) return it->second;
  const Value value = cause.zero ? Value::number(0) : Value();
  return supposed_.emplace(cause, Supposed(graph_, {{cause.column, {value}}})).first->second;
}

}  // namespace citybrain::brain
