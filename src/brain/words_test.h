// For brain's tests: DMN text put together from few words.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "evaluation.h"
#include "parse.h"

namespace citybrain::brain::testing {

// An expression with `names` bound to values, evaluated; what went wrong on the way.
struct Said {
  Value value;
  std::vector<Diagnostic> diagnostics;
};
Said say(const std::string& expression, const Context& names = {});
// Does the value of `input` pass the unary tests?
Said say_test(const std::string& input, const std::string& tests);
// Its text, for comparing: "null" where there is none.
std::string said(const std::string& expression, const Context& names = {});

std::string escape(const std::string& text);
// <inputData> elements: (name, type).
std::string definitions(const std::vector<std::pair<std::string, std::string>>& inputs,
                        const std::string& decisions);
// A decision that requires everything in `requires_names` (inputs by "i:NAME", decisions "d:NAME").
std::string decision(const std::string& name, const std::string& type,
                     const std::vector<std::string>& requires_names, const std::string& logic);
std::string literal(const std::string& text);
// rows: cells of inputs, then the output.
std::string table(const std::string& policy, const std::vector<std::string>& inputs,
                  const std::vector<std::vector<std::string>>& rows);

}  // namespace citybrain::brain::testing
