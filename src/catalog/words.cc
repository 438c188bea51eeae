// Official words: see words.h.
#include "words.h"

#include <vector>

#include "base/text.h"
#include "checks.h"

namespace citybrain::catalog {
namespace {

struct Meaning {
  std::string official;  // as we keep it
  std::string number;
  std::string national;
  std::string zhejiang;
  std::vector<std::string> aliases;
};

const std::vector<Meaning>& meanings(Word word) {
  static const std::vector<Meaning> category = {{"基础", "1", "基础信息资源", "基础", {"基础类"}},
                                                {"主题", "2", "主题信息资源", "主题", {"主题类"}},
                                                {"部门", "3", "部门信息资源", "部门", {"部门类"}}};
  static const std::vector<Meaning> format = {{"电子文件", "1", "电子文件", "电子文件", {}},
                                              {"电子表格", "2", "电子表格", "电子表格", {}},
                                              {"数据库", "3", "数据库", "数据库", {}},
                                              {"图形图像", "4", "图形图像", "图形图像", {}},
                                              {"流媒体", "5", "流媒体", "流媒体", {}},
                                              {"自描述", "6", "自描述格式", "自描述格式", {}},
                                              {"服务接口", "7", "服务接口", "服务接口", {}}};
  static const std::vector<Meaning> share_type = {{"无条件", "1", "无条件共享", "无条件共享", {}},
                                                  {"有条件", "2", "有条件共享", "受限共享", {}},
                                                  {"不予", "3", "不予共享", "非共享", {}}};
  static const std::vector<Meaning> share_method = {
      {"数据库", "1", "数据库", "数据库", {}},
      {"文件", "2", "文件", "文件", {"文件下载"}},
      {"服务", "3", "服务", "服务", {"接口", "服务接口"}}};
  static const std::vector<Meaning> open_type = {
      {"无条件", "1", "无条件开放", "无条件开放", {"开放", "是"}},
      {"有条件", "2", "有条件开放", "受限开放", {}},
      {"不予", "0", "不予开放", "禁止开放", {"不开放", "否"}}};
  static const std::vector<Meaning> update_cycle = {
      {"实时", "1", "实时", "实时", {}},           {"每日", "2", "每日", "每日", {}},
      {"每周", "3", "每周", "每周", {}},           {"每月", "4", "每月", "每月", {}},
      {"每季", "5", "每季度", "每季度", {"季度"}}, {"每年", "6", "每年", "每年", {"每年度"}}};
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

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// An official data type: its letter and ours.
struct DataType {
  const char* name;
  const char* letter;
  Type type;
};

// The first of a type is what it is exported as.
const DataType data_types[] = {
    {"字符型", "C", Type::text},          {"整型", "I", Type::integer},
    {"数值型", "N", Type::decimal},       {"日期型", "D", Type::date},
    {"日期时间型", "T", Type::timestamp}, {"逻辑型", "L", Type::boolean},
    {"备注型", "M", Type::text},          {"通用型", "G", Type::text},
    {"货币型", "Y", Type::decimal},       {"双精度型", "B", Type::decimal},
    {"浮点型", "F", Type::decimal},
};

}  // namespace

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

Result<std::string> official(Word word, std::string_view text) {
  std::vector<std::string> words;
  for (const Meaning& meaning : meanings(word)) {
    if (text == meaning.official || text == meaning.number || text == meaning.national ||
        text == meaning.zhejiang) {
      return meaning.official;
    }
    for (const std::string& alias : meaning.aliases) {
      if (text == alias) return meaning.official;
    }
    words.push_back(meaning.official);
  }
  return invalid(std::string(column_of(word)) + " is '" + std::string(text) + "'; write " +
                 join(words, ", "));
}

std::string in_vocabulary(Word word, std::string_view official, Vocabulary vocabulary) {
  for (const Meaning& meaning : meanings(word)) {
    if (official != meaning.official) continue;
    switch (vocabulary) {
      case Vocabulary::own: return meaning.official;
      case Vocabulary::national: return meaning.national;
      case Vocabulary::zhejiang: return meaning.zhejiang;
      case Vocabulary::number: return meaning.number;
    }
  }
  return std::string(official);
}

std::vector<std::string> words_in(Word word, Vocabulary vocabulary) {
  std::vector<std::string> words;
  for (const Meaning& meaning : meanings(word)) {
    words.push_back(in_vocabulary(word, meaning.official, vocabulary));
  }
  return words;
}

OfficialType official_type(const Field& field, int length_max) {
  OfficialType out;
  for (const DataType& known : data_types) {
    if (known.type != field.type) continue;
    out.name = known.name;
    break;
  }
  if (field.type == Type::decimal) out.length = "18," + std::to_string(field.scale);
  if (length_max > 0) out.length = std::to_string(length_max);
  return out;
}

std::vector<std::string> official_type_names() {
  std::vector<std::string> names;
  for (const DataType& known : data_types) names.emplace_back(known.name);
  return names;
}

Result<ReadType> read_type(std::string_view code, std::string_view type, std::string_view length) {
  ReadType out;
  const DataType* official = nullptr;
  for (const DataType& known : data_types) {
    const std::string both = std::string(known.name) + known.letter;
    if (type == known.name || type == known.letter || type == both) official = &known;
  }
  std::string_view scale;
  if (const auto comma = length.find(','); comma != std::string_view::npos) {
    scale = length.substr(comma + 1);
    length = length.substr(0, comma);
  }
  const auto digits = parse_int(length);
  const auto places = parse_int(scale);
  if ((!length.empty() && (!digits || *digits < 0 || *digits > 1'000'000)) ||
      (!scale.empty() && (!places || *places < 0 || *places > 9))) {
    return invalid("length is '" + std::string(length) + (scale.empty() ? "" : ",") +
                   std::string(scale) + "'; write 0..1000000, for 数值型 with decimals 18,2");
  }
  if (official == nullptr) {
    auto own = parse_type(code, type);
    if (!own) {
      return invalid("type is '" + std::string(type) + "'; write " +
                     join(official_type_names(), ", ") +
                     ", or text, integer, decimal:2, date, timestamp, boolean");
    }
    out.field = *own;
  } else {
    out.field = {std::string(code), official->type, 0};
    // Whole numbers are often called 数值型 too: without decimals they are.
    if (official->type == Type::decimal && official->letter[0] == 'N' && places.value_or(0) == 0) {
      out.field.type = Type::integer;
    }
    if (out.field.type == Type::decimal) {
      out.field.scale = static_cast<int>(places.value_or(official->letter[0] == 'Y' ? 2 : 6));
    }
  }
  if (out.field.type == Type::text) out.length_max = static_cast<int>(digits.value_or(0));
  return out;
}

Result<void> check_resource_code(std::string_view code, std::string_view category) {
  const std::size_t slash = code.find('/');
  const std::string_view classes = code.substr(0, slash);
  const std::string_view number =
      slash == std::string_view::npos ? std::string_view() : code.substr(slash + 1);
  if (classes.size() < 6 || number.empty() || !all_digits(classes) || !all_digits(number)) {
    return invalid("resource_code is '" + std::string(code) +
                   "'; write class 1, item 2, heading 3 and further digits, "
                   "'/', running digits, "
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
