// Facts about the decision record on FEEL's open questions: each row of its tables is what happens.
#include <gtest/gtest.h>

#include <fstream>

#include "base/text.h"
#include "brain/model.h"
#include "words_test.h"

namespace citybrain::brain {
namespace {

// "`1 / 0`" → "1 / 0"; "" where the cell is no code.
std::string code_in(std::string_view cell) {
  cell = trim(cell);
  if (cell.size() < 3 || cell.front() != '`' || cell.back() != '`') return "";
  return std::string(cell.substr(1, cell.size() - 2));
}

std::string answer_of(const std::string& expression) {
  const std::string xml =
      testing::definitions({}, testing::decision("d", "Any", {}, testing::literal(expression)));
  const Loaded loaded = Model::load(xml);
  if (!loaded.model) return "refused";
  const Outcome outcome = loaded.model->evaluate("d", {});
  // Texts are quoted as inside a list, so that they are told from other values.
  std::string text = to_text(Value::list({outcome.value}));
  text = text.substr(1, text.size() - 2);
  return text + (outcome.diagnostics.empty() ? "" : " !");
}

TEST(Semantics, TheDecisionRecordIsTrue) {
  std::ifstream file(CB_SOURCE_DIR "/docs/decisions/0014-feel-where-the-standard-is-silent.md");
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| ")) continue;
    const auto cells = split(line, '|');
    if (cells.size() != 5) continue;  // | question | expression | answer |
    const std::string expression = code_in(cells[2]);
    const std::string answer = code_in(cells[3]);
    if (expression.empty() || answer.empty()) continue;
    EXPECT_EQ(answer_of(expression), answer) << expression;
    ++rows;
  }
  EXPECT_GE(rows, 60);
}

}  // namespace
}  // namespace citybrain::brain
