// Explanations in sentences: see brain/words.h.
#include "brain/words.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain::brain {
namespace {

constexpr int depth_max = 16;  // decisions behind a failing condition

struct Pair {
  std::string zh;
  std::string en;
};

bool asks_nothing(const ConditionTrace& c) { return c.text.empty() || c.text == "-"; }

// Where the outermost text has that mark, outside quotes and brackets; npos where it has none.
std::size_t outer(std::string_view text, std::string_view mark) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted) continue;
    if (depth == 0 && text.substr(i).starts_with(mark)) return i;
    if (text[i] == '(' || text[i] == '[' || text[i] == '{') ++depth;
    if (text[i] == ')' || text[i] == ']' || text[i] == '}') --depth;
  }
  return std::string_view::npos;
}

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = outer(text, ","); at != std::string_view::npos; at = outer(text, ",")) {
    out.emplace_back(trim(text.substr(0, at)));
    text.remove_prefix(at + 1);
  }
  out.emplace_back(trim(text));
  return out;
}

Pair test_words(std::string_view text);

// "[18..60)": "大于等于 18、小于 60".
std::optional<Pair> range_words(std::string_view text) {
  if (text.size() < 5 || std::string_view("[](").find(text.front()) == std::string_view::npos ||
      std::string_view("[])").find(text.back()) == std::string_view::npos)
    return std::nullopt;
  const std::string_view inner = text.substr(1, text.size() - 2);
  const std::size_t dots = outer(inner, "..");
  if (dots == std::string_view::npos) return std::nullopt;
  const std::string low(trim(inner.substr(0, dots)));
  const std::string high(trim(inner.substr(dots + 2)));
  const bool low_in = text.front() == '[';
  const bool high_in = text.back() == ']';
  return Pair{
      (low_in ? "大于等于 " : "大于 ") + low + (high_in ? "、小于等于 " : "、小于 ") + high,
      (low_in ? "at least " : "above ") + low + (high_in ? " and at most " : " and below ") + high};
}

Pair list_words(std::vector<std::string> parts, bool negated) {
  std::vector<std::string> zh;
  std::vector<std::string> en;
  bool plain = true;
  for (const std::string& part : parts) {
    const Pair words = test_words(part);
    plain = plain && words.zh.starts_with("为 ");
    zh.push_back(plain ? words.zh.substr(4) : words.zh);
    en.push_back(plain ? words.en.substr(3) : words.en);
  }
  if (plain) {
    const std::string zh_list = join(zh, "、");
    const std::string en_list = join(en, ", ");
    if (negated) return {"不为 " + zh_list, "none of " + en_list};
    return {"为 " + zh_list + " 之一", "one of " + en_list};
  }
  const Pair all{join(zh, "，或"), join(en, ", or ")};
  if (negated) return {"不是（" + all.zh + "）", "not (" + all.en + ")"};
  return all;
}

// A unary test as an official says it.
Pair test_words(std::string_view text) {
  text = trim(text);
  struct Sign {
    std::string_view mark;
    const char* zh;
    const char* en;
  };
  static constexpr Sign signs[] = {{">=", "大于等于", "at least"}, {"<=", "小于等于", "at most"},
                                   {"!=", "不为", "not"},          {">", "大于", "above"},
                                   {"<", "小于", "below"},         {"=", "为", "is"}};
  if (text.starts_with("not(") && text.ends_with(")") && outer(text, ",") == text.npos) {
    const auto parts = parts_of(text.substr(4, text.size() - 5));
    if (parts.size() > 1) return list_words(parts, true);
    const Pair one = test_words(parts[0]);
    if (one.zh.starts_with("为 ")) return {"不" + one.zh, "is not" + one.en.substr(2)};
    return {"不是" + one.zh, "not " + one.en};
  }
  if (const auto parts = parts_of(text); parts.size() > 1) return list_words(parts, false);
  if (const auto range = range_words(text)) return *range;
  for (const Sign& sign : signs) {
    if (!text.starts_with(sign.mark)) continue;
    const std::string bound(trim(text.substr(sign.mark.size())));
    return {sign.zh + (" " + bound), sign.en + (" " + bound)};
  }
  if (text == "true") return {"为 是", "is yes"};
  if (text == "false") return {"为 否", "is no"};
  if (text == "null") return {"为空（无记录）", "is not recorded"};
  if (text.find('?') != text.npos)
    return {"满足 " + std::string(text), "passes " + std::string(text)};
  return {"为 " + std::string(text), "is " + std::string(text)};
}

// "（起点人数 30）": the parameters that the condition names, and what they are.
Pair parameters_of(const ConditionTrace& c, const std::vector<std::string>& parameters) {
  Pair out;
  for (const Read& read : c.reads) {
    const bool written = (c.subject + " " + c.text).find(read.name) != std::string::npos;
    const bool parameter =
        std::find(parameters.begin(), parameters.end(), read.name) != parameters.end();
    if (!written || !parameter || read.name == c.subject) continue;
    out.zh += (out.zh.empty() ? "（" : "，") + read.name + " " + said_zh(read.value);
    out.en += (out.en.empty() ? " (" : ", ") + read.name + " " + said_en(read.value);
  }
  if (!out.zh.empty()) {
    out.zh += "）";
    out.en += ")";
  }
  return out;
}

// The condition itself: "参保人数 大于等于 30".
Pair condition_words(const ConditionTrace& c, const std::vector<std::string>& parameters) {
  const Pair with = parameters_of(c, parameters);
  if (c.subject.empty()) return {c.text + with.zh, c.text + with.en};
  const Pair test = test_words(c.text);
  return {c.subject + " " + test.zh + with.zh, c.subject + " " + test.en + with.en};
}

class Teller {
 public:
  Teller(const Explanation& explanation, const std::vector<std::string>& parameters,
         const OriginOf& origin_of)
      : all_(explanation), parameters_(parameters), origin_of_(origin_of) {}

  Why tell() {
    for (const DecisionTrace& d : all_.decisions) {
      const std::size_t before = why_.lines.size();
      for (const ConditionTrace& c : d.conditions) line(d, 0, c);
      if (const RuleTrace* rule = telling(d)) {
        for (const ConditionTrace& c : rule->conditions) line(d, rule->number, c);
      }
      if (why_.lines.size() > before) told_.push_back(d.name);
    }
    if (!all_.decisions.empty()) ways_of(all_.decisions.back());
    return std::move(why_);
  }

 private:
  const DecisionTrace* trace_of(const std::string& name) const {
    for (const DecisionTrace& d : all_.decisions) {
      if (d.name == name) return &d;
    }
    return nullptr;
  }

  static long failing(const RuleTrace& rule) {
    return std::count_if(rule.conditions.begin(), rule.conditions.end(),
                         [](const auto& c) { return c.truth != Truth::yes; });
  }

  // The chosen rule, or where that asks nothing (the last, catching the rest) the one that came
  // nearest: that is what the subject lacks.
  static const RuleTrace* telling(const DecisionTrace& d) {
    const RuleTrace* nearest = nullptr;
    for (const RuleTrace& rule : d.rules) {
      if (std::all_of(rule.conditions.begin(), rule.conditions.end(), asks_nothing)) continue;
      if (rule.chosen) return &rule;
      if (nearest == nullptr || failing(rule) < failing(*nearest)) nearest = &rule;
    }
    return nearest;
  }

  // The one input that the condition tests; parameters are not what is tested.
  const Read* tested(const ConditionTrace& c) const {
    const Read* found = nullptr;
    for (const Read& r : c.reads) {
      if (std::find(parameters_.begin(), parameters_.end(), r.name) != parameters_.end()) continue;
      if (r.name == c.subject) return &r;
      if (found != nullptr) return nullptr;
      found = &r;
    }
    return found;
  }

  void line(const DecisionTrace& d, int rule, const ConditionTrace& c) {
    if (asks_nothing(c)) return;
    // That a decision is true says nothing new where its own conditions stand here already.
    const bool told = std::find(told_.begin(), told_.end(), c.subject) != told_.end();
    if (told && (c.text == "true" || c.text == "false")) return;
    WhyLine out;
    out.truth = c.truth;
    out.decision = d.name;
    out.rule = rule;
    const Read* read = tested(c);
    out.value = read != nullptr && c.subject.empty() ? read->value : c.value;
    if (read != nullptr) {
      out.input = read->name;
      if (origin_of_) out.origin = origin_of_(read->name);
    }
    const Pair condition = condition_words(c, parameters_);
    const bool known = read != nullptr || !c.subject.empty();
    const std::string& from = out.origin.resource_name;
    const char* zh = c.truth == Truth::yes ? "满足" : c.truth == Truth::no ? "不满足" : "无法判断";
    const char* en = c.truth == Truth::yes ? "holds" : c.truth == Truth::no ? "fails" : "unknown";
    out.zh = condition.zh + "：" + zh;
    out.en = condition.en + ": " + en;
    if (known) {
      out.zh += "（" + std::string(c.subject.empty() ? read->name + " " : "") + "现为 " +
                said_zh(out.value) + (from.empty() ? "" : "，来自" + from) + "）";
      out.en += " (" + std::string(c.subject.empty() ? read->name + " " : "") + "is " +
                said_en(out.value) + (from.empty() ? "" : ", from " + from) + ")";
    }
    why_.lines.push_back(std::move(out));
  }

  Wanted wanted(const ConditionTrace& c) const {
    Wanted out;
    out.need = c.text;
    const Read* read = tested(c);
    out.have = read != nullptr && c.subject.empty() ? read->value : c.value;
    if (read != nullptr) {
      out.input = read->name;
      if (origin_of_) out.origin = origin_of_(read->name);
    }
    const Pair with = parameters_of(c, parameters_);
    if (c.subject.empty()) {
      out.zh = "须满足 " + c.text + with.zh;
      out.en = "must satisfy " + c.text + with.en;
      if (read == nullptr) return out;
      out.zh += "，" + read->name + " 现为 " + said_zh(out.have);
      out.en += "; " + read->name + " is " + said_en(out.have);
      return out;
    }
    const Pair test = test_words(c.text);
    out.zh = c.subject + " 须" + test.zh + with.zh + "，现为 " + said_zh(out.have);
    out.en = c.subject + " must be " + (test.en.starts_with("is ") ? test.en.substr(3) : test.en) +
             with.en + "; it is " + said_en(out.have);
    return out;
  }

  // What a failing condition comes down to: itself, or what fails in the decision that it tests
  // for being true.
  void lacking(const ConditionTrace& c, std::vector<Wanted>& out, int depth) const {
    const DecisionTrace* behind = c.text == "true" ? trace_of(c.subject) : nullptr;
    if (behind != nullptr && depth < depth_max) {
      const std::size_t before = out.size();
      for (const ConditionTrace& inner : behind->conditions) {
        if (inner.truth != Truth::yes) lacking(inner, out, depth + 1);
      }
      const RuleTrace* nearest = nullptr;
      for (const RuleTrace& rule : behind->rules) {
        if (rule.outputs.empty() || rule.outputs[0] != "true" || failing(rule) == 0) continue;
        if (nearest == nullptr || failing(rule) < failing(*nearest)) nearest = &rule;
      }
      if (nearest != nullptr) {
        for (const ConditionTrace& inner : nearest->conditions) {
          if (inner.truth != Truth::yes) lacking(inner, out, depth + 1);
        }
      }
      if (out.size() > before) return;
    }
    Wanted one = wanted(c);
    const bool there =
        std::any_of(out.begin(), out.end(), [&](const Wanted& w) { return w.zh == one.zh; });
    if (!there) out.push_back(std::move(one));
  }

  // Rules of the decision that do not hold now and would give another output than the one chosen;
  // of a chain of conditions, those that fail.
  void ways_of(const DecisionTrace& d) {
    std::vector<std::string> now;
    for (const RuleTrace& rule : d.rules) {
      if (rule.chosen) now = rule.outputs;
    }
    if (d.rules.empty()) {
      WayOut way{d.name, 0, {}};
      for (const ConditionTrace& c : d.conditions) {
        if (c.truth != Truth::yes) lacking(c, way.conditions, 0);
      }
      if (!way.conditions.empty() && !d.value.is_true()) why_.ways.push_back(std::move(way));
    }
    for (const RuleTrace& rule : d.rules) {
      if (rule.chosen || failing(rule) == 0 || rule.outputs == now) continue;
      WayOut way{d.name, rule.number, {}};
      for (const ConditionTrace& c : rule.conditions) {
        if (c.truth != Truth::yes) lacking(c, way.conditions, 0);
      }
      why_.ways.push_back(std::move(way));
    }
    std::stable_sort(why_.ways.begin(), why_.ways.end(), [](const WayOut& a, const WayOut& b) {
      return a.conditions.size() < b.conditions.size();
    });
    if (why_.ways.size() > ways_max) why_.ways.resize(ways_max);
  }

  const Explanation& all_;
  const std::vector<std::string>& parameters_;
  const OriginOf& origin_of_;
  Why why_;
  std::vector<std::string> told_;  // decisions whose conditions stand among the lines
};

}  // namespace

std::string said_zh(const Value& value) {
  if (value.is_null()) return "无记录";
  if (value.is_true()) return "是";
  if (value.is_false()) return "否";
  return to_text(value);
}

std::string said_en(const Value& value) {
  if (value.is_null()) return "not recorded";
  if (value.is_true()) return "yes";
  if (value.is_false()) return "no";
  return to_text(value);
}

Why in_words(const Explanation& explanation, const std::vector<std::string>& parameters,
             const OriginOf& origin_of) {
  return Teller(explanation, parameters, origin_of).tell();
}

}  // namespace citybrain::brain
