// Diff of two decision tables: see diff_rules.h.
#include "diff_rules.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "dmn_read.h"

namespace citybrain::brain {
namespace {

constexpr std::size_t pairs_max = 4'000'000;  // of rules, for the longest common sequence

struct TableColumn {
  std::string role;
  std::string name;
  std::string text;  // of what it is: expression and allowed values, or type and allowed values
};

struct RuleText {
  std::vector<std::string> cells;  // by column
};

struct TableText {
  std::vector<TableColumn> columns;
  std::vector<RuleText> rules;
};

std::string text_of(pugi::xml_node node) {
  const auto text = child(node, "text");
  return std::string(trim(text ? text.child_value() : node.child_value()));
}

TableText text_of_table(pugi::xml_node table) {
  TableText out;
  for (const auto& input : children(table, "input")) {
    const std::string expression = text_of(child(input, "inputExpression"));
    const std::string allowed = text_of(child(input, "inputValues"));
    out.columns.push_back(
        {"input", expression, allowed.empty() ? expression : expression + " (" + allowed + ")"});
  }
  for (const auto& output : children(table, "output")) {
    std::string text = output.attribute("typeRef").value();
    const std::string allowed = text_of(child(output, "outputValues"));
    const std::string otherwise = text_of(child(output, "defaultOutputEntry"));
    if (!allowed.empty()) text += " (" + allowed + ")";
    if (!otherwise.empty()) text += " = " + otherwise;
    out.columns.push_back({"output", output.attribute("name").value(), text});
  }
  const auto rules = children(table, "rule");
  std::size_t notes = children(table, "annotation").size();
  for (const auto& rule : rules) notes = std::max(notes, children(rule, "annotationEntry").size());
  const auto heads = children(table, "annotation");
  for (std::size_t i = 0; i < notes; ++i) {
    const std::string name = i < heads.size() ? heads[i].attribute("name").value() : "";
    out.columns.push_back({"annotation", name.empty() ? "说明" : name, ""});
  }
  for (const auto& rule : rules) {
    RuleText r;
    for (const auto& cell : children(rule, "inputEntry")) {
      const std::string text = text_of(cell);
      r.cells.push_back(text.empty() ? "-" : text);  // an empty condition is one that accepts all
    }
    for (const auto& cell : children(rule, "outputEntry")) r.cells.push_back(text_of(cell));
    for (const auto& cell : children(rule, "annotationEntry")) r.cells.push_back(text_of(cell));
    r.cells.resize(out.columns.size());
    out.rules.push_back(std::move(r));
  }
  return out;
}

// The columns of both sides, and which of each side stands where; npos = not there.
struct Aligned {
  std::vector<TableColumn> columns;
  std::vector<std::size_t> before;
  std::vector<std::size_t> after;
};

constexpr std::size_t none = static_cast<std::size_t>(-1);

Aligned align(const TableText& before, const TableText& after, std::vector<PartDiff>& out) {
  Aligned all;
  std::vector<bool> met(before.columns.size(), false);
  for (std::size_t j = 0; j < after.columns.size(); ++j) {
    const TableColumn& column = after.columns[j];
    std::size_t at = none;
    for (std::size_t i = 0; i < before.columns.size() && at == none; ++i) {
      const bool same =
          before.columns[i].role == column.role && before.columns[i].name == column.name;
      if (!met[i] && same) at = i;
    }
    all.columns.push_back(column);
    all.before.push_back(at);
    all.after.push_back(j);
    const std::string what = column.role + "_column";
    if (at != none) {
      met[at] = true;
      if (before.columns[at].text != column.text)
        out.push_back(
            {what, column.name, Change::changed, before.columns[at].text, column.text, 0, 0, {}});
    } else if (column.role != "annotation") {
      out.push_back({what, column.name, Change::added, "", column.text, 0, 0, {}});
    }
  }
  for (std::size_t i = 0; i < before.columns.size(); ++i) {
    if (met[i]) continue;
    const TableColumn& column = before.columns[i];
    all.columns.push_back(column);
    all.before.push_back(i);
    all.after.push_back(none);
    if (column.role != "annotation")
      out.push_back(
          {column.role + "_column", column.name, Change::removed, column.text, "", 0, 0, {}});
  }
  return all;
}

class RuleDiffer {
 public:
  RuleDiffer(const TableText& before, const TableText& after, const Aligned& columns,
             std::vector<PartDiff>& out)
      : before_(before), after_(after), columns_(columns), out_(out) {}

  void run() {
    std::size_t i = 0;
    std::size_t j = 0;
    for (const auto& [left, right] : common()) {
      between(i, left, j, right);
      i = left + 1;
      j = right + 1;
    }
    between(i, before_.rules.size(), j, after_.rules.size());
  }

 private:
  std::string cell(const TableText& table, std::size_t rule, std::size_t column) const {
    const std::size_t at = &table == &before_ ? columns_.before[column] : columns_.after[column];
    const bool input = columns_.columns[column].role == "input";
    // A column that is not there asks nothing.
    return at == none ? (input ? "-" : "") : table.rules[rule].cells[at];
  }

  std::size_t alike(std::size_t i, std::size_t j) const {
    std::size_t n = 0;
    for (std::size_t c = 0; c < columns_.columns.size(); ++c) {
      n += cell(before_, i, c) == cell(after_, j, c) ? 1U : 0U;
    }
    return n;
  }

  bool same(std::size_t i, std::size_t j) const { return alike(i, j) == columns_.columns.size(); }

  // Pairs of equal rules, a longest common sequence; equal heads and tails are taken off first.
  std::vector<std::pair<std::size_t, std::size_t>> common() const {
    std::vector<std::pair<std::size_t, std::size_t>> out;
    std::size_t head = 0;
    const std::size_t n = before_.rules.size();
    const std::size_t m = after_.rules.size();
    while (head < n && head < m && same(head, head)) {
      out.emplace_back(head, head);
      ++head;
    }
    std::size_t tail = 0;
    while (tail < n - head && tail < m - head && same(n - 1 - tail, m - 1 - tail)) ++tail;
    const std::size_t a = n - head - tail;
    const std::size_t b = m - head - tail;
    if (a > 0 && b > 0 && a * b <= pairs_max) {
      std::vector<std::vector<std::uint32_t>> length(a + 1, std::vector<std::uint32_t>(b + 1, 0));
      for (std::size_t i = a; i-- > 0;) {
        for (std::size_t j = b; j-- > 0;) {
          length[i][j] = same(head + i, head + j) ? length[i + 1][j + 1] + 1
                                                  : std::max(length[i + 1][j], length[i][j + 1]);
        }
      }
      for (std::size_t i = 0, j = 0; i < a && j < b;) {
        if (same(head + i, head + j)) {
          out.emplace_back(head + i++, head + j++);
        } else {
          (length[i + 1][j] >= length[i][j + 1] ? i : j)++;
        }
      }
    }
    for (std::size_t k = tail; k-- > 0;) out.emplace_back(n - 1 - k, m - 1 - k);
    return out;
  }

  // Rules between two pairs of equal ones: each new one with the old one it shares most with, if
  // that is half of its cells; the rest was taken out or put in.
  void between(std::size_t i, std::size_t i_end, std::size_t j, std::size_t j_end) {
    for (; j < j_end; ++j) {
      std::size_t best = none;
      std::size_t most = (columns_.columns.size() + 1) / 2;
      const bool small = (i_end - i) * (j_end - j) <= pairs_max;
      for (std::size_t k = i; k < i_end && small; ++k) {
        const std::size_t n = alike(k, j);
        if (n > most || (n == most && best == none)) {
          best = k;
          most = n;
        }
      }
      if (best == none) {
        tell(none, j);
        continue;
      }
      for (; i < best; ++i) tell(i, none);
      tell(i++, j);
    }
    for (; i < i_end; ++i) tell(i, none);
  }

  void tell(std::size_t i, std::size_t j) {
    PartDiff part;
    part.what = "rule";
    part.change = i == none ? Change::added : j == none ? Change::removed : Change::changed;
    if (i != none) part.number_before = static_cast<int>(i) + 1;
    if (j != none) part.number_after = static_cast<int>(j) + 1;
    for (std::size_t c = 0; c < columns_.columns.size(); ++c) {
      CellDiff one;
      one.column = columns_.columns[c].name;
      one.role = columns_.columns[c].role;
      if (i != none) one.before = cell(before_, i, c);
      if (j != none) one.after = cell(after_, j, c);
      one.changed = i != none && j != none && one.before != one.after;
      part.cells.push_back(std::move(one));
    }
    out_.push_back(std::move(part));
  }

  const TableText& before_;
  const TableText& after_;
  const Aligned& columns_;
  std::vector<PartDiff>& out_;
};

}  // namespace

void diff_tables(pugi::xml_node before, pugi::xml_node after, std::vector<PartDiff>& out) {
  const TableText left = text_of_table(before);
  const TableText right = text_of_table(after);
  const Aligned columns = align(left, right, out);
  RuleDiffer(left, right, columns, out).run();
}

}  // namespace citybrain::brain
