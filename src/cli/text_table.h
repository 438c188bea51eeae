// TextTable: a table for a terminal, whose columns line up with Chinese in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace citybrain::cli {

// Columns of a terminal that the text takes: two for Chinese and other wide characters.
std::size_t width_of(std::string_view utf8);
// The text, cut to that width with "…" where it is longer, filled with blanks where it is shorter.
std::string fit(std::string_view utf8, std::size_t width, bool right = false);

// One thread; printed once. Cells that look like numbers stand at the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heads) : heads_(std::move(heads)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  std::string text() const;

  static constexpr std::size_t column_width_max = 60;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<std::string>> rows_;
};

// 1234567 fen → "12,345.67"; for people to read.
std::string yuan_text(std::int64_t fen);
std::string grouped(std::int64_t n);

}  // namespace citybrain::cli
