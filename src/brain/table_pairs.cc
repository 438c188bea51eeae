// What two rules of a table have to do with each other: see table_checker.h.
#include <algorithm>

#include "table_checker.h"

namespace citybrain::brain {

const Value* constant_of(const std::shared_ptr<const Code>& code) {
  if (!code || code->nodes[code->root].op != Op::constant) return nullptr;
  return &code->constants[code->nodes[code->root].a];
}

void TableChecker::each_meeting(const Pair& see) {
  const auto& rules = space_.rules();
  if (rules.size() < 2) return;
  // The column in which the rules differ most: the fewest pieces a rule on average.
  std::size_t key = 0;
  double least = 2;
  for (std::size_t c = 0; c < space_.columns().size(); ++c) {
    double share = 0;
    for (const SpaceRule& rule : rules) share += static_cast<double>(rule.may[c].count());
    share /= static_cast<double>(space_.columns()[c].pieces.size() * rules.size());
    if (share < least) {
      least = share;
      key = c;
    }
  }
  if (space_.columns().empty()) {
    see(0, 1);
    return;
  }
  struct Reach {
    std::uint32_t from, to;
    std::size_t rule;
  };
  std::vector<Reach> spans;
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const Runs& runs = rules[r].may[key];
    if (!runs.empty()) spans.push_back({runs.first(), runs.all().back().second, r});
  }
  std::sort(spans.begin(), spans.end(), [](const Reach& a, const Reach& b) {
    return std::pair(a.from, a.rule) < std::pair(b.from, b.rule);
  });
  for (std::size_t a = 0; a < spans.size(); ++a) {
    for (std::size_t b = a + 1; b < spans.size() && spans[b].from < spans[a].to; ++b) {
      if (!budget_.spend()) return;
      const std::size_t i = std::min(spans[a].rule, spans[b].rule);
      const std::size_t j = std::max(spans[a].rule, spans[b].rule);
      if (boxes_meet(rules[i].may, rules[j].may) && !see(i, j)) return;
    }
  }
}

Box TableChecker::both(std::size_t i, std::size_t j) const {
  const SpaceRule& a = space_.rules()[i];
  const SpaceRule& b = space_.rules()[j];
  Box out;
  for (std::size_t c = 0; c < a.cells.size(); ++c) {
    const bool free = a.cells[c].opaque.empty() || b.cells[c].opaque.empty();
    const SpaceCell& other = a.cells[c].opaque.empty() ? a.cells[c] : b.cells[c];
    const bool any = other.holds.count() == space_.columns()[c].pieces.size();
    const bool exact = a.cells[c].opaque.empty() && b.cells[c].opaque.empty();
    const bool known = exact || (free ? any : a.cells[c].opaque == b.cells[c].opaque);
    if (!known) return {};
    out.push_back(a.may[c] & b.may[c]);
  }
  const Box all = space_.known();
  Box within;  // both on null in a column that does not speak of it is no fault worth telling
  for (std::size_t c = 0; c < out.size(); ++c) within.push_back(out[c] & all[c]);
  return box_empty(within) ? out : within;
}

Box TableChecker::cover(std::size_t by, std::size_t r) const {
  const SpaceRule& upper = space_.rules()[by];
  const SpaceRule& lower = space_.rules()[r];
  Box out;
  for (std::size_t c = 0; c < upper.cells.size(); ++c) {
    const std::string& opaque = upper.cells[c].opaque;
    if (!opaque.empty() && opaque != lower.cells[c].opaque) return {};
    out.push_back(upper.cells[c].holds);
  }
  return out;
}

bool TableChecker::same_conditions(std::size_t i, std::size_t j) const {
  const SpaceRule& a = space_.rules()[i];
  const SpaceRule& b = space_.rules()[j];
  for (std::size_t c = 0; c < a.cells.size(); ++c) {
    if (!(a.cells[c].holds == b.cells[c].holds) || a.cells[c].opaque != b.cells[c].opaque)
      return false;
  }
  return true;
}

bool TableChecker::outputs_differ(std::size_t i, std::size_t j) const {
  for (std::size_t o = 0; o < table_.outputs.size(); ++o) {
    const Value* a = constant_of(table_.rules[i].outputs[o]);
    const Value* b = constant_of(table_.rules[j].outputs[o]);
    if (a != nullptr && b != nullptr && !same(*a, *b)) return true;
  }
  return false;
}

std::vector<std::size_t> TableChecker::rank(std::size_t rule) const {
  std::vector<std::size_t> out;
  for (std::size_t o = 0; o < table_.outputs.size(); ++o) {
    const Value* value = constant_of(table_.rules[rule].outputs[o]);
    if (value == nullptr) return {};
    const auto& order = table_.outputs[o].order;
    const auto at = std::find_if(order.begin(), order.end(),
                                 [&](const Value& v) { return equals(*value, v).is_true(); });
    if (at == order.end()) return {};
    out.push_back(static_cast<std::size_t>(at - order.begin()));
  }
  return out;
}

}  // namespace citybrain::brain
