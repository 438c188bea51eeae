// Official words: see words.h.
#include "words.h"

#include <vector>

#include "base/text.h"

namespace citybrain::catalog {
namespace {

struct Meaning {
  std::string official;
  std::vector<std::string> aliases;
};

const std::vector<Meaning>& meanings(Word word) {
  static const std::vector<Meaning> category = {
      {"基础", {"1", "基础类"}}, {"主题", {"2", "主题类"}}, {"部门", {"3", "部门类"}}};
  static const std::vector<Meaning> format = {{"电子文件", {"1"}}, {"电子表格", {"2"}},
                                              {"数据库", {"3"}},   {"图形图像", {"4"}},
                                              {"流媒体", {"5"}},   {"自描述", {"6", "自描述格式"}},
                                              {"服务接口", {"7"}}};
  static const std::vector<Meaning> share_type = {{"无条件", {"1", "无条件共享"}},
                                                  {"有条件", {"2", "有条件共享", "受限共享"}},
                                                  {"不予", {"3", "不予共享", "非共享"}}};
  static const std::vector<Meaning> share_method = {
      {"数据库", {"1"}}, {"文件", {"2"}}, {"服务", {"3", "接口"}}};
  static const std::vector<Meaning> open_type = {{"无条件", {"1", "无条件开放", "开放"}},
                                                 {"有条件", {"2", "有条件开放", "受限开放"}},
                                                 {"不予", {"0", "不予开放", "禁止开放", "不开放"}}};
  static const std::vector<Meaning> update_cycle = {
      {"实时", {"1"}}, {"每日", {"2"}},           {"每周", {"3"}},
      {"每月", {"4"}}, {"每季", {"5", "每季度"}}, {"每年", {"6", "每年度"}}};
  switch (word) {
    case Word::category: return category;
    case Word::format: return format;
    case Word::share_type: return share_type;
    case Word::share_method: return share_method;
    case Word::open_type: return open_type;
    case Word::update_cycle: return update_cycle;
  }
  return category;
}

const char* column_of(Word word) {
  switch (word) {
    case Word::category: return "category";
    case Word::format: return "format";
    case Word::share_type: return "share_type";
    case Word::share_method: return "share_method";
    case Word::open_type: return "open_type";
    case Word::update_cycle: return "update_cycle";
  }
  return "";
}

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<std::string> official(Word word, std::string_view text) {
  std::vector<std::string> words;
  for (const Meaning& meaning : meanings(word)) {
    if (text == meaning.official) return meaning.official;
    for (const std::string& alias : meaning.aliases) {
      if (text == alias) return meaning.official;
    }
    words.push_back(meaning.official);
  }
  return invalid(std::string(column_of(word)) + " is '" + std::string(text) + "'; write " +
                 join(words, ", "));
}

Result<void> check_resource_code(std::string_view code, std::string_view category) {
  const std::size_t slash = code.find('/');
  const std::string_view classes = code.substr(0, slash);
  const std::string_view number =
      slash == std::string_view::npos ? std::string_view() : code.substr(slash + 1);
  if (classes.size() < 6 || number.empty() || !all_digits(classes) || !all_digits(number)) {
    return invalid("resource_code is '" + std::string(code) +
                   "'; write class 1, item 2, heading 3 and further digits, '/', running digits, "
                   "such as 3010020001/000123");
  }
  const char expected = category == "基础" ? '1' : category == "主题" ? '2' : '3';
  if (classes[0] != expected) {
    return invalid("resource_code is '" + std::string(code) + "', but category " +
                   std::string(category) + " has class " + expected);
  }
  return ok();
}

}  // namespace citybrain::catalog
