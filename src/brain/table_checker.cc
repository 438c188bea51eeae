// Checking one decision table: see table_checker.h. What two rules have to do with each
// other stands in table_pairs.cc; how findings are told, at the end.
#include "table_checker.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain::brain {
namespace {

constexpr int gaps_shown_max = 200'000;  // boxes looked at for one that can really come

std::string policy_text(const Table& table) {
  switch (table.policy) {
    case HitPolicy::unique: return "UNIQUE";
    case HitPolicy::any: return "ANY";
    case HitPolicy::priority: return "PRIORITY";
    case HitPolicy::first: return "FIRST";
    case HitPolicy::rule_order: return "RULE ORDER";
    case HitPolicy::output_order: return "OUTPUT ORDER";
    case HitPolicy::collect: break;
  }
  switch (table.aggregator) {
    case Aggregator::none: return "COLLECT";
    case Aggregator::sum: return "COLLECT SUM";
    case Aggregator::count: return "COLLECT COUNT";
    case Aggregator::min: return "COLLECT MIN";
    case Aggregator::max: return "COLLECT MAX";
  }
  return "";
}

bool has_default(const Table& table) {
  return std::any_of(table.outputs.begin(), table.outputs.end(),
                     [](const TableOutput& o) { return o.otherwise != nullptr; });
}

std::string rules_text(const std::vector<int>& rules, const char* and_word) {
  std::vector<std::string> numbers;
  for (const int r : rules) numbers.push_back(std::to_string(r));
  return join(numbers, and_word);
}

}  // namespace

TableChecker::TableChecker(const Model::Impl& model, const Item& item, const Logic& logic,
                           const Table& table, const TableCheckOptions& options, Budget& budget,
                           TableCheck& out)
    : model_(model),
      item_(item),
      table_(table),
      options_(options),
      budget_(budget),
      out_(out),
      whole_(options.whole_inputs.begin(), options.whole_inputs.end()),
      space_(model, logic, table, whole_, budget),
      witness_(model, logic, table, space_, budget) {}

void TableChecker::run() {
  report_.decision = item_.name;
  report_.element = item_.id;
  report_.policy = policy_text(table_);
  report_.rules = static_cast<int>(table_.rules.size());
  for (const TableInput& in : table_.inputs) report_.inputs.push_back(in.text);
  for (const SpaceColumn& c : space_.columns()) {
    if (c.opaque) report_.opaque_inputs.push_back(c.text);
  }
  if (space_.usable()) {
    unreachable();
    outputs();
    duplicates();
    gaps();
    nulls();
    overlaps();
    masked();
  }
  report_.checked = space_.usable() && !budget_.spent();
  if (!report_.checked) {
    report(Severity::warning, "table_budget", {},
           {"规则太多，本次没有检查完；请用 citybrain check 完整检查",
            "the table has too many rules for this check to end"},
           {}, "run citybrain check, which has a larger budget, or split the table");
  }
  out_.tables.push_back(std::move(report_));
}

void TableChecker::unreachable() {
  for (std::size_t r = 0; r < table_.rules.size(); ++r) {
    const int at = space_.impossible_input(r);
    if (at < 0) continue;
    const auto input = static_cast<std::size_t>(at);
    const TableInput& in = table_.inputs[input];
    const auto& test = table_.rules[r].tests[input];
    const std::string cell = test ? test->source : "-";
    const bool limited = in.allowed || (in.type && in.type->allowed);
    const int number = static_cast<int>(r) + 1;
    report(
        Severity::warning, "table_unreachable", {number},
        {"规则 " + std::to_string(number) + " 永远不会成立：" + in.text +
             (limited ? " 的允许值中没有一个满足“" : " 没有任何值满足“") + cell + "”",
         "rule " + std::to_string(number) + " can never hold: no " +
             (limited ? "allowed value of `" : "value of `") + in.text + "` passes `" + cell + "`"},
        {}, "correct the condition or take the rule out");
  }
}

void TableChecker::outputs() {
  Machine machine(nullptr, {});
  for (std::size_t r = 0; r < table_.rules.size(); ++r) {
    for (std::size_t o = 0; o < table_.outputs.size(); ++o) {
      const TableOutput& output = table_.outputs[o];
      const Value* value = constant_of(table_.rules[r].outputs[o]);
      if (value == nullptr || value->is_null() || output.order.empty()) continue;
      const bool known = std::any_of(output.order.begin(), output.order.end(),
                                     [&](const Value& v) { return equals(*value, v).is_true(); });
      if (known ||
          (output.allowed &&
           scan_cell(model_, *output.allowed, output.slot).values.size() != output.order.size()))
        continue;
      const int number = static_cast<int>(r) + 1;
      const std::string text = table_.rules[r].outputs[o]->source;
      report(Severity::warning, "table_not_allowed", {number},
             {"规则 " + std::to_string(number) + " 的输出 " + text + " 不在允许值之内",
              "the output " + text + " of rule " + std::to_string(number) +
                  " is not among the allowed values"},
             {}, "give one of the allowed values, or allow this one");
    }
  }
}

void TableChecker::gaps() {
  const bool wants_one = table_.policy == HitPolicy::unique || table_.policy == HitPolicy::any ||
                         table_.policy == HitPolicy::priority || table_.policy == HitPolicy::first;
  std::vector<const Box*> sure;
  std::vector<const Box*> may;
  for (const SpaceRule& rule : space_.rules()) {
    may.push_back(&rule.may);
    if (!rule.opaque) sure.push_back(&rule.sure);
  }
  bool open = false;
  uncovered(space_.known(), sure, budget_, [&](const Box&) { return !(open = true); });
  report_.complete = (!open && !budget_.spent()) || has_default(table_);
  if (report_.complete || !wants_one) return;
  int looked = 0;
  uncovered(space_.known(), may, budget_, [&](const Box& box) {
    if (!budget_.spend(10) || ++looked > gaps_shown_max) return false;
    const auto pieces = witness_.find(box);
    if (!pieces) return true;
    if (!room_for("table_gap")) return false;
    const Words where = words_of(space_, box);
    std::vector<ExampleInput> example = example_of(space_, *pieces);
    const Words words = words_of(example);
    report(Severity::warning, "table_gap", {},
           {"没有规则管到：" + where.zh + "（例如 " + words.zh + "）",
            "no rule holds where " + where.en + " (for example " + words.en + ")"},
           std::move(example), "add a rule for it, or a last rule with - in every column");
    return true;
  });
}

void TableChecker::nulls() {
  if (has_default(table_) || table_.policy == HitPolicy::collect ||
      table_.policy == HitPolicy::rule_order || table_.policy == HitPolicy::output_order)
    return;
  std::vector<const Box*> may;
  for (const SpaceRule& rule : space_.rules()) may.push_back(&rule.may);
  for (std::size_t c = 0; c < space_.columns().size(); ++c) {
    if (space_.columns()[c].null_spoken) continue;
    Box box = space_.known();
    box[c] = space_.columns()[c].null;
    bool open = false;
    uncovered(box, may, budget_, [&](const Box&) { return !(open = true); });
    if (open) report_.null_inputs.push_back(space_.columns()[c].text);
  }
}

void TableChecker::overlaps() {
  const bool unique = table_.policy == HitPolicy::unique;
  if (!unique && table_.policy != HitPolicy::any) return;
  each_meeting([&](std::size_t i, std::size_t j) {
    if (!unique && !outputs_differ(i, j)) return true;
    const Box box = both(i, j);
    if (box.empty() || box_empty(box)) return true;
    const auto pieces = witness_.find(box);
    if (!pieces) return true;
    const bool contradiction = !unique || (same_conditions(i, j) && outputs_differ(i, j));
    const char* code = contradiction ? "table_contradiction" : "table_overlap";
    if (!room_for(code)) return true;
    const std::vector<int> rules{static_cast<int>(i) + 1, static_cast<int>(j) + 1};
    const bool differ = outputs_differ(i, j);
    std::vector<ExampleInput> example = example_of(space_, *pieces);
    const Words words = words_of(example);
    report(Severity::error, code, rules,
           {"规则 " + rules_text(rules, " 和 ") + " 同时成立" + (differ ? "而输出不同" : "") +
                "：例如 " + words.zh,
            "rules " + rules_text(rules, " and ") + " of a " + report_.policy + " table both hold" +
                (differ ? " with different outputs" : "") + ": for example " + words.en},
           std::move(example),
           unique ? "narrow one of them, or make the table FIRST"
                  : "give both the same output, or narrow one of them");
    return true;
  });
}

void TableChecker::masked() {
  const bool first = table_.policy == HitPolicy::first;
  if (!first && table_.policy != HitPolicy::priority) return;
  std::vector<std::vector<std::size_t>> over(table_.rules.size());
  std::vector<std::vector<std::size_t>> ranks;
  for (std::size_t r = 0; r < table_.rules.size() && !first; ++r) ranks.push_back(rank(r));
  const auto better = [&](std::size_t a, std::size_t b) {
    return !ranks[a].empty() && !ranks[b].empty() && ranks[a] < ranks[b];
  };
  each_meeting([&](std::size_t i, std::size_t j) {
    if (first || better(i, j)) over[j].push_back(i);
    if (!first && better(j, i)) over[i].push_back(j);
    return true;
  });
  for (std::size_t r = 0; r < over.size() && !budget_.spent(); ++r) {
    std::sort(over[r].begin(), over[r].end());
    if (space_.impossible_input(r) < 0) hidden(r, over[r]);
  }
}

void TableChecker::hidden(std::size_t r, const std::vector<std::size_t>& over) {
  std::vector<Box> boxes;
  std::vector<int> rules{static_cast<int>(r) + 1};
  for (const std::size_t by : over) {
    Box box = cover(by, r);
    if (box.empty() || !boxes_meet(box, space_.rules()[r].may)) continue;
    boxes.push_back(std::move(box));
    rules.push_back(static_cast<int>(by) + 1);
  }
  if (boxes.empty()) return;
  std::vector<const Box*> covers;
  for (const Box& box : boxes) covers.push_back(&box);
  bool open = false;
  if (!uncovered(space_.rules()[r].may, covers, budget_,
                 [&](const Box&) { return !(open = true); }))
    return;
  if (open || !room_for("table_masked")) return;
  // One rule that does it alone is told alone.
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    bool rest = false;
    uncovered(space_.rules()[r].may, {&boxes[i]}, budget_,
              [&](const Box&) { return !(rest = true); });
    if (rest) continue;
    rules = {rules[0], rules[i + 1]};
    break;
  }
  const std::vector<int> by(rules.begin() + 1, rules.end());
  const auto pieces = witness_.find(space_.rules()[r].may);
  std::vector<ExampleInput> example;
  if (pieces) example = example_of(space_, *pieces);
  const Words words = words_of(example);
  const std::string number = std::to_string(rules[0]);
  report(Severity::warning, "table_masked", rules,
         {"规则 " + number + " 永远轮不到：它成立之处，规则 " + rules_text(by, "、") + " 都先成立" +
              (pieces ? "（例如 " + words.zh + "）" : ""),
          "rule " + number + " never counts: wherever it holds, rule " + rules_text(by, ", ") +
              (table_.policy == HitPolicy::first ? " comes first" : " has a better output") +
              (pieces ? " (for example " + words.en + ")" : "")},
         std::move(example), "move it before them, or take it out");
}

void TableChecker::duplicates() {
  if (table_.policy == HitPolicy::unique || table_.policy == HitPolicy::first ||
      table_.policy == HitPolicy::priority)
    return;
  std::map<std::string, std::size_t> seen;
  for (std::size_t r = 0; r < table_.rules.size() && budget_.spend(); ++r) {
    std::string key;
    for (const auto& test : table_.rules[r].tests) key += (test ? test->source : "-") + '\x1f';
    for (const auto& output : table_.rules[r].outputs)
      key += (output ? output->source : "") + '\x1e';
    const auto [at, fresh] = seen.emplace(key, r);
    if (fresh || !room_for("table_duplicate")) continue;
    const std::vector<int> rules{static_cast<int>(at->second) + 1, static_cast<int>(r) + 1};
    report(Severity::warning, "table_duplicate", rules,
           {"规则 " + rules_text(rules, " 和 ") + " 完全相同，会重复计入",
            "rules " + rules_text(rules, " and ") + " are the same and count twice"},
           {}, "take one of them out");
  }
}

// --- telling

bool TableChecker::room_for(const std::string& code) {
  if (++counts_[code] <= options_.findings_max) return true;
  ++report_.more;
  return false;
}

// Where the rule stands in the file; 0 = the table's head.
Span TableChecker::place_of(int rule) const {
  const auto of = [](const Code& code) { return code.span_of(code.nodes[code.root]); };
  if (rule > 0) {
    const TableRule& r = table_.rules[static_cast<std::size_t>(rule) - 1];
    for (const auto& test : r.tests) {
      if (test) return of(*test);
    }
    for (const auto& output : r.outputs) {
      if (output) return of(*output);
    }
  }
  if (!table_.inputs.empty()) return of(*table_.inputs.front().expression);
  return {};
}

void TableChecker::report(Severity severity, const char* code, std::vector<int> rules,
                          Words message, std::vector<ExampleInput> example,
                          std::string suggestion) {
  Finding f;
  f.diagnostic.severity = severity;
  f.diagnostic.code = code;
  f.diagnostic.message = std::move(message.en);
  f.diagnostic.where = table_.name;
  // Of a masked rule the first number is its own; else the last one is where to look.
  const bool masked = std::string_view(code) == "table_masked";
  f.diagnostic.span = place_of(rules.empty() ? 0 : masked ? rules.front() : rules.back());
  f.diagnostic.suggestion = std::move(suggestion);
  f.message_zh = std::move(message.zh);
  f.decision = item_.name;
  f.element = item_.id;
  f.rules = std::move(rules);
  f.example = std::move(example);
  std::vector<std::string> assumed;
  for (const SpaceColumn& c : space_.columns()) {
    if (c.symbols.size() > 1) assumed.push_back(join(c.symbols, " < "));
  }
  if (!assumed.empty() && !f.example.empty()) {
    f.message_zh += "（假定 " + join(assumed, "，") + "）";
    f.diagnostic.message += ", taking it that " + join(assumed, ", ");
  }
  out_.findings.push_back(std::move(f));
}

}  // namespace citybrain::brain
