// Facts about the table check: cases/table_check.case, and what its bounds do.
#include "brain/table_check.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "table_runs.h"
#include "words_test.h"

namespace citybrain::brain {
namespace {

using testing::escape;

// One block of the case file: a table, and what is found in it.
struct Case {
  std::string name;
  std::string policy = "UNIQUE";
  std::string aggregation;
  std::vector<std::array<std::string, 3>> columns;  // expression, type, allowed
  std::vector<std::pair<std::string, std::string>> inputs;
  std::vector<std::array<std::string, 3>> decisions;  // name, type, expression
  std::vector<std::vector<std::string>> rules;
  std::string otherwise;
  std::string output_allowed;
  TableCheckOptions options;
  std::vector<std::string> found;
  std::vector<std::string> nulls;
  bool tells_nulls = false;
};

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> out;
  for (const std::string_view cell : split(line, '|')) out.emplace_back(trim(cell));
  return out;
}

std::vector<Case> read_cases() {
  std::ifstream file(CB_SOURCE_DIR "/src/brain/cases/table_check.case");
  std::vector<Case> out;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("# ")) {
      out.emplace_back().name = line.substr(2);
      continue;
    }
    const auto space = line.find(' ');
    if (space == std::string::npos || out.empty()) continue;
    Case& c = out.back();
    const std::string word = line.substr(0, space);
    const std::string rest(trim(std::string_view(line).substr(space)));
    auto cells = cells_of(rest);
    cells.resize(std::max<std::size_t>(cells.size(), 3));
    if (word == "table") c.policy = cells[0], c.aggregation = cells[1];
    if (word == "column") c.columns.push_back({cells[0], cells[1], cells[2]});
    if (word == "input") c.inputs.emplace_back(cells[0], cells[1]);
    if (word == "decide") c.decisions.push_back({cells[0], cells[1], cells[2]});
    if (word == "rule") c.rules.push_back(cells_of(rest));
    if (word == "default") c.otherwise = rest;
    if (word == "allowed") c.output_allowed = rest;
    if (word == "whole") c.options.whole_inputs.push_back(rest);
    if (word == "budget") c.options.steps_max = std::stoll(rest);
    if (word == "find") c.found.push_back(rest);
    if (word == "null") c.nulls.push_back(rest), c.tells_nulls = true;
    if (word == "no-null") c.tells_nulls = true;
  }
  return out;
}

std::string xml_of(const Case& c) {
  std::vector<std::pair<std::string, std::string>> inputs = c.inputs;
  std::vector<std::string> needs;
  std::string decisions;
  const auto input = [&](const std::string& name) {
    for (const auto& known : inputs) {
      if (known.first == name) return true;
    }
    return false;
  };
  for (const auto& [text, type, allowed] : c.columns) {
    bool decided = false;
    for (const auto& d : c.decisions) decided = decided || d[0] == text;
    if (!decided && !input(text) && text.find_first_of(" +-*/(") == std::string::npos)
      inputs.emplace_back(text, type);
  }
  std::vector<std::string> all_inputs;
  for (const auto& known : inputs) all_inputs.push_back("i:" + known.first);
  for (const auto& [name, type, text] : c.decisions) {
    decisions += testing::decision(name, type, all_inputs, testing::literal(text));
    needs.push_back("d:" + name);
  }
  needs.insert(needs.end(), all_inputs.begin(), all_inputs.end());
  std::string table = "<decisionTable hitPolicy=\"" + c.policy + "\"";
  if (!c.aggregation.empty()) table += " aggregation=\"" + c.aggregation + "\"";
  table += ">";
  for (const auto& [text, type, allowed] : c.columns) {
    table += "<input><inputExpression typeRef=\"" + (type.empty() ? "Any" : type) + "\"><text>" +
             escape(text) + "</text></inputExpression>";
    if (!allowed.empty())
      table += "<inputValues><text>" + escape(allowed) + "</text></inputValues>";
    table += "</input>";
  }
  table += "<output name=\"o\">";
  if (!c.output_allowed.empty())
    table += "<outputValues><text>" + escape(c.output_allowed) + "</text></outputValues>";
  if (!c.otherwise.empty())
    table += "<defaultOutputEntry><text>" + escape(c.otherwise) + "</text></defaultOutputEntry>";
  table += "</output>";
  for (const auto& rule : c.rules) {
    table += "<rule>";
    for (std::size_t i = 0; i < rule.size(); ++i) {
      const char* tag = i + 1 == rule.size() ? "outputEntry" : "inputEntry";
      table += std::string("<") + tag + "><text>" + escape(rule[i]) + "</text></" + tag + ">";
    }
    table += "</rule>\n";
  }
  table += "</decisionTable>";
  return testing::definitions(inputs, decisions + testing::decision("out", "Any", needs, table));
}

// "table_gap: 年龄 = 19", "table_overlap 1 2: 年龄 = 18".
std::string line_of(const Finding& f) {
  std::string out = f.diagnostic.code;
  for (const int r : f.rules) out += " " + std::to_string(r);
  std::string values;
  for (const ExampleInput& e : f.example) {
    values += values.empty() ? ": " : ", ";
    values += e.symbol.empty() ? e.input + " = " + to_text(e.value) : e.input + " " + e.en;
  }
  return out + values;
}

std::string lines(const std::vector<std::string>& all) { return join(all, "\n"); }

TEST(TableCheck, FindsWhatIsThereAndNothingElse) {
  const std::vector<Case> cases = read_cases();
  ASSERT_GE(cases.size(), 40U);
  for (const Case& c : cases) {
    const Loaded loaded = Model::load(xml_of(c));
    ASSERT_TRUE(loaded.model) << c.name << ": " << loaded.diagnostics.at(0).text();
    const TableCheck check = check_tables(*loaded.model, c.options);
    std::vector<std::string> found;
    for (const Finding& f : check.findings) {
      found.push_back(line_of(f));
      EXPECT_FALSE(f.message_zh.empty()) << c.name;
      EXPECT_GT(f.diagnostic.span.line, 1U) << c.name;
    }
    EXPECT_EQ(lines(found), lines(c.found)) << c.name;
    ASSERT_EQ(check.tables.size(), 1U) << c.name;
    if (c.tells_nulls) {
      EXPECT_EQ(lines(check.tables[0].null_inputs), lines(c.nulls)) << c.name;
    }
  }
}

// A finding's example, given to the evaluator, does what the finding says.
TEST(TableCheck, ExamplesAreTrue) {
  int tried = 0;
  for (const Case& c : read_cases()) {
    const auto model = Model::load(xml_of(c)).model;
    ASSERT_TRUE(model) << c.name;
    for (const Finding& f : check_tables(*model, c.options).findings) {
      Context context;
      bool plain = !f.example.empty() && c.decisions.empty();
      for (const ExampleInput& e : f.example) {
        plain = plain && e.symbol.empty() && e.input.find(' ') == std::string::npos;
        context.set(e.input, e.value);
      }
      if (!plain || c.inputs.size() > 0) continue;
      EvaluateOptions explained;
      explained.explain = true;
      const Outcome outcome = model->evaluate("out", context, explained);
      std::vector<int> hold;
      for (const RuleTrace& r : outcome.explanation.decisions.back().rules) {
        if (r.truth == Truth::yes) hold.push_back(r.number);
      }
      if (f.diagnostic.code == "table_gap") {
        EXPECT_TRUE(hold.empty()) << c.name;
        ++tried;
      } else if (f.diagnostic.code == "table_overlap" ||
                 f.diagnostic.code == "table_contradiction") {
        EXPECT_TRUE(std::includes(hold.begin(), hold.end(), f.rules.begin(), f.rules.end()))
            << c.name;
        EXPECT_TRUE(outcome.value.is_null()) << c.name;
        ++tried;
      }
    }
  }
  EXPECT_GE(tried, 15);
}

TEST(TableCheck, SpeaksBothLanguagesAndShowsThePlace) {
  Case c;
  c.columns = {{"年龄", "number", ""}};
  c.rules = {{"< 18", "1"}, {"[30..60)", "2"}, {">= 60", "3"}};
  const auto model = Model::load(xml_of(c)).model;
  const TableCheck check = check_tables(*model);
  ASSERT_EQ(check.findings.size(), 1U);
  const Finding& f = check.findings[0];
  EXPECT_EQ(f.message_zh, "没有规则管到：年龄 大于等于 18、小于 30（例如 年龄 = 18）");
  EXPECT_EQ(f.diagnostic.message,
            "no rule holds where 年龄 at least 18 and below 30 (for example 年龄 = 18)");
  EXPECT_EQ(f.decision, "out");
  EXPECT_EQ(f.element, "d_out");
  EXPECT_FALSE(check.tables[0].complete);
  const json::object told = to_json(f).as_object();
  EXPECT_EQ(told.at("example").as_array()[0].as_object().at("value"), json::value(18));
}

std::string wide_table(int rules, const char* policy) {
  Case c;
  c.policy = policy;
  c.columns = {{"甲", "number", ""}, {"乙", "string", ""}};
  for (int i = 0; i < rules; ++i) {
    c.rules.push_back({"[" + std::to_string(i) + ".." + std::to_string(i + 1) + ")",
                       i % 7 == 0 ? "-" : "\"k" + std::to_string(i % 5) + "\"", std::to_string(i)});
  }
  return xml_of(c);
}

// A table of 3,700 rules is checked to its end; with a small budget it is said not to be.
TEST(TableCheck, LargeTablesEndInTheBudget) {
  for (const char* policy : {"UNIQUE", "FIRST"}) {
    const auto model = Model::load(wide_table(3'700, policy)).model;
    ASSERT_TRUE(model);
    const TableCheck whole = check_tables(*model);
    EXPECT_TRUE(whole.tables[0].checked) << policy;
    TableCheckOptions small;
    small.steps_max = 10'000;
    const auto began = std::chrono::steady_clock::now();
    const TableCheck part = check_tables(*model, small);
    const auto took = std::chrono::steady_clock::now() - began;
    EXPECT_FALSE(part.tables[0].checked) << policy;
    ASSERT_FALSE(part.findings.empty()) << policy;
    EXPECT_EQ(part.findings.back().diagnostic.code, "table_budget") << policy;
    EXPECT_LT(took, std::chrono::seconds(5)) << policy;
  }
}

TEST(TableCheck, MoreThanItShowsIsCounted) {
  Case c;
  c.columns = {{"甲", "number", ""}};
  for (int i = 0; i < 30; ++i) c.rules.push_back({std::to_string(i), "1"});
  c.rules.push_back({"-", "2"});
  TableCheckOptions few;
  few.findings_max = 5;
  const TableCheck check = check_tables(*Model::load(xml_of(c)).model, few);
  EXPECT_EQ(check.findings.size(), 5U);
  EXPECT_EQ(check.tables[0].more, 25);
}

// Sets of pieces behave as sets: against a plain bitmap.
TEST(TableCheck, RunsAreSets) {
  std::uint32_t seed = 7;
  const auto next = [&] { return seed = seed * 1'664'525 + 1'013'904'223; };
  for (int round = 0; round < 500; ++round) {
    Runs sets[2];
    std::vector<bool> bits[2] = {std::vector<bool>(40), std::vector<bool>(40)};
    for (int s = 0; s < 2; ++s) {
      for (std::uint32_t i = 0; i < 40; ++i) {
        if ((next() >> 16) % 3 != 0) continue;
        sets[s].add(i, i + 1);
        bits[s][i] = true;
      }
    }
    const Runs both = sets[0] & sets[1];
    const Runs rest = sets[0].minus(sets[1]);
    bool meet = false;
    for (std::uint32_t i = 0; i < 40; ++i) {
      EXPECT_EQ(both.has(i), bits[0][i] && bits[1][i]);
      EXPECT_EQ(rest.has(i), bits[0][i] && !bits[1][i]);
      meet = meet || (bits[0][i] && bits[1][i]);
    }
    EXPECT_EQ(sets[0].meets(sets[1]), meet);
  }
}

}  // namespace
}  // namespace citybrain::brain
