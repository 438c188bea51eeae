// The word lists: see demo_words.h.
#include "demo_words.h"

#include <utility>

namespace citybrain::cli {
namespace {

constexpr std::array<std::string_view, 40> surnames = {
    "王", "李", "张", "陈", "刘", "周", "吴", "徐", "朱", "沈", "胡", "林", "郑", "叶",
    "俞", "陆", "蒋", "方", "董", "邵", "余", "应", "毛", "史", "戴", "励", "柴", "范",
    "孙", "马", "葛", "章", "童", "金", "许", "郭", "何", "严", "傅", "乐"};
constexpr std::array<std::string_view, 36> given = {
    "明", "华", "丽", "军", "芳", "伟", "敏", "静", "强", "磊", "洋", "艳",
    "勇", "娟", "涛", "超", "霞", "平", "刚", "桂", "英", "玲", "杰", "红",
    "斌", "波", "辉", "燕", "浩", "宁", "欣", "怡", "晨", "琳", "凯", "越"};
constexpr std::array<std::string_view, 32> brands = {
    "盛", "达", "恒", "源", "瑞", "丰", "泰", "宏", "远", "佳", "联", "信", "海", "甬", "舟", "港",
    "腾", "翔", "立", "创", "新", "锐", "安", "和", "顺", "成", "优", "卓", "博", "天", "亿", "嘉"};
constexpr std::array<std::string_view, 20> roads = {
    "中山", "人民", "解放", "环城", "兴宁", "江南", "通途", "宁穿", "望春", "百丈",
    "新城", "开发", "工业", "富民", "长江", "明州", "钱湖", "天童", "庄市", "滨海"};

using Word = std::pair<std::string_view, std::string_view>;
constexpr std::array<Word, 30> trades = {{
    {"C13", "食品"},     {"C17", "纺织"},     {"C18", "服饰"}, {"C21", "家具"},
    {"C24", "文具"},     {"C26", "新材料"},   {"C27", "生物"}, {"C29", "橡塑"},
    {"C33", "五金"},     {"C34", "机械"},     {"C35", "模具"}, {"C36", "汽车零部件"},
    {"C38", "电器"},     {"C39", "电子"},     {"C40", "仪表"}, {"E47", "建设"},
    {"E50", "装饰工程"}, {"F51", "贸易"},     {"F52", "商贸"}, {"G54", "运输"},
    {"G55", "航运"},     {"G59", "物流"},     {"H61", "酒店"}, {"H62", "餐饮"},
    {"I64", "电子商务"}, {"I65", "软件"},     {"K70", "置业"}, {"L72", "企业服务"},
    {"M73", "研究"},     {"R87", "影视文化"},
}};

}  // namespace

std::string person_name(Dice& dice) {
  std::string name(dice.of(surnames));
  name += dice.of(given);
  if (dice.chance(0.8)) name += dice.of(given);
  return name;
}

std::string firm_name(Dice& dice, std::string_view division, std::string_view trade,
                      std::string_view type) {
  std::string_view word = "实业";
  for (const auto& [code, said] : trades) {
    if (code == trade) word = said;
  }
  std::string name = dice.chance(0.5) ? "宁波" : "宁波市";
  if (type != "企业" || dice.chance(0.3)) name += division;
  name += "拟";
  name += dice.of(brands);
  name += dice.of(brands);
  if (type == "个体工商户") {
    name += word;
    return name += trade == "H62" ? "店" : "经营部";
  }
  if (type == "农民专业合作社") return name += "农产品专业合作社";
  if (type == "家庭农场") return name += "家庭农场";
  if (type == "民办非企业单位") return name += trade == "Q85" ? "养老服务中心" : "培训学校";
  if (type == "人力资源机构") return name += "人力资源有限公司";
  if (type == "旅行社") return name += "旅行社有限公司";
  name += word;
  return name += dice.chance(0.06) ? "股份有限公司" : "有限公司";
}

std::string street_address(Dice& dice, std::string_view division, std::string_view street) {
  std::string text = "宁波市";
  text.append(division).append(street).append(dice.of(roads));
  text += dice.chance(0.7) ? "路" : "街";
  text.append(std::to_string(dice.between(1, 998))).append("号");
  return text;
}

std::string phone_number(Dice& dice) {
  return "1400" + std::to_string(dice.between(1'000'000, 9'999'999));
}

std::string account_number(Dice& dice) {
  // 9999 begins no bank's card: fictional by construction.
  return "9999" + std::to_string(dice.between(100'000'000, 999'999'999)) +
         std::to_string(dice.between(100'000, 999'999));
}

}  // namespace citybrain::cli
