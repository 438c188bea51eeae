// For the tests of this room: see words_test.h.
#include "words_test.h"

#include "machine.h"

namespace citybrain::brain::testing {

Said say(const std::string& expression, const Context& names) {
  Said out;
  Scope scope;
  std::vector<Value> values;
  for (const auto& [name, value] : names.entries()) {
    scope.names.push_back({name, false, scope.slots++, nullptr});
    values.push_back(value);
  }
  const Parsed parsed = parse(Grammar::expression, {expression, "", 1, 1}, scope, out.diagnostics);
  Machine machine(nullptr, Timestamp{1'600'000'000'000'000});
  out.value = machine.run(*parsed.code, values);
  for (const Note& n : machine.notes()) out.diagnostics.push_back(diagnostic_of(n));
  return out;
}

Said say_test(const std::string& input, const std::string& tests) {
  Said out;
  const Value value = say(input).value;
  Scope scope;
  scope.slots = 1;
  const Parsed parsed =
      parse(Grammar::unary_tests, {tests, "", 1, 1}, scope, out.diagnostics, 0, nullptr);
  Machine machine(nullptr, Timestamp{1'600'000'000'000'000});
  out.value = machine.test(*parsed.code, value);
  for (const Note& n : machine.notes()) out.diagnostics.push_back(diagnostic_of(n));
  return out;
}

std::string said(const std::string& expression, const Context& names) {
  return to_text(say(expression, names).value);
}

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  }
  return out;
}

std::string definitions(const std::vector<std::pair<std::string, std::string>>& inputs,
                        const std::string& decisions) {
  std::string out =
      "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"m\" name=\"m\" "
      "namespace=\"https://citybrain.example/m\">\n";
  for (const auto& [name, type] : inputs) {
    out += "<inputData id=\"i_" + name + "\" name=\"" + name + "\"><variable name=\"" + name +
           "\" typeRef=\"" + type + "\"/></inputData>\n";
  }
  return out + decisions + "</definitions>\n";
}

std::string decision(const std::string& name, const std::string& type,
                     const std::vector<std::string>& requires_names, const std::string& logic) {
  std::string out = "<decision id=\"d_" + name + "\" name=\"" + name + "\"><variable name=\"" +
                    name + "\" typeRef=\"" + type + "\"/>\n";
  for (const std::string& r : requires_names) {
    const bool input = r[0] == 'i';
    out += std::string("<informationRequirement><") +
           (input ? "requiredInput" : "requiredDecision") + " href=\"#" + (input ? "i_" : "d_") +
           r.substr(2) + "\"/></informationRequirement>\n";
  }
  return out + logic + "</decision>\n";
}

std::string literal(const std::string& text) {
  return "<literalExpression><text>" + escape(text) + "</text></literalExpression>\n";
}

std::string table(const std::string& policy, const std::vector<std::string>& inputs,
                  const std::vector<std::vector<std::string>>& rows) {
  std::string out = "<decisionTable hitPolicy=\"" + policy + "\">\n";
  for (const std::string& input : inputs) {
    out += "<input><inputExpression><text>" + escape(input) + "</text></inputExpression></input>\n";
  }
  out += "<output name=\"out\"/>\n";
  for (const auto& row : rows) {
    out += "<rule>";
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      out += "<inputEntry><text>" + escape(row[i]) + "</text></inputEntry>";
    }
    out += "<outputEntry><text>" + escape(row.back()) + "</text></outputEntry></rule>\n";
  }
  return out + "</decisionTable>\n";
}

}  // namespace citybrain::brain::testing
