// The reference of built-ins: see builtins_reference.h.
#include "builtins_reference.h"

#include <iostream>
#include <map>
#include <utility>
#include <vector>

#include "args.h"
#include "brain/builtins.h"

namespace citybrain::cli {
namespace {

// In this order; a group that is not here comes last under its own name.
const std::vector<std::pair<std::string, std::string>> groups = {
    {"number", "数值 · Numbers"},
    {"string", "文本 · Text"},
    {"list", "列表 · Lists"},
    {"statistic", "统计 · Statistics"},
    {"temporal", "日期与时间 · Dates and times"},
    {"range", "区间 · Ranges"},
    {"context", "上下文 · Contexts"},
};

// A cell of a table must hold no bar of its own.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void write_group(const std::string& title, const std::vector<brain::BuiltinDoc>& docs,
                 std::string& out) {
  out +=
      "\n## " + title + "\n\n| 函数 function | 说明 what it gives | 例 example |\n|---|---|---|\n";
  for (const brain::BuiltinDoc& d : docs) {
    out += "| `" + cell(d.signature()) + "` | " + cell(d.zh) + "<br>" + cell(d.en) + " | `" +
           cell(d.example) + "` → `" + cell(d.gives) + "` |\n";
  }
}

}  // namespace

std::string builtins_reference() {
  std::map<std::string, std::vector<brain::BuiltinDoc>> by_group;
  for (const brain::BuiltinDoc& d : brain::builtin_docs()) by_group[d.group].push_back(d);
  std::string out =
      "# FEEL 内置函数 · FEEL's built-in functions\n\n"
      "*由程序里的函数表生成,不手改: `citybrain builtins > docs/reference/feel-builtins.md`。"
      "Made of the table that the parser runs on; every example is run as a test.*\n\n"
      "参数可按位置给,也可按名字给:`substring(\"宁波市\", 1, 2)` 与 "
      "`substring(string: \"宁波市\", start position: 1, length: 2)` 相同。名字后的 `?` 表示可省,"
      "`...` 表示可给任意多个。\n"
      "Arguments go by position or by name; `?` may be left out, `...` any number of them.\n";
  for (const auto& [group, title] : groups) {
    const auto at = by_group.find(group);
    if (at == by_group.end()) continue;
    write_group(title, at->second, out);
    by_group.erase(at);
  }
  for (const auto& [group, docs] : by_group) write_group(group, docs, out);
  return out;
}

Command builtins_command() {
  return {"builtins", "builtins", "print the reference of FEEL's built-in functions (Markdown)",
          [](const std::vector<std::string>& words) -> Result<void> {
            CB_TRY(const Args args, Args::parse(words, {}));
            if (!args.words().empty()) return invalid("builtins takes no words");
            std::cout << builtins_reference() << std::flush;
            return ok();
          }};
}

}  // namespace citybrain::cli
