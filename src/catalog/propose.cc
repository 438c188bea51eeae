// Propose: see propose.h.
#include "propose.h"

#include <algorithm>
#include <bit>

#include "base/idcheck.h"
#include "base/text.h"
#include "catalog/pattern.h"
#include "sql/fulltext.h"

namespace citybrain::catalog {
namespace {

constexpr std::size_t identifier_max = 40;

// A word in a name, and what it says; the first that occurs decides.
struct Hint {
  const char* words;  // between blanks
  int grade;
  const char* check;
  const char* reason;
};

const Hint hints[] = {
    {"公民身份号码 身份证 居民身份 证件号码 sfzh idcard id_card identity", 3, "",
     "identity numbers"},
    {"统一社会信用代码 信用代码 uscc tyshxydm", 1, "", "numbers of organisations"},
    {"银行账号 银行卡 账户 账号 bank_account card_no", 4, "", "bank accounts"},
    {"诊断 疾病 病史 病历 健康状况 基因 指纹 血型 宗教", 4, "", "health, faith or body"},
    {"密码 口令 password secret", 4, "", "secrets"},
    {"手机 联系电话 电话 phone mobile tel", 3, "", "telephone numbers"},
    {"姓名 法定代表人 负责人 联系人 经办人 户主 person_name", 3, "", "names of persons"},
    {"家庭住址 居住地 住址 户籍地址 home_address", 3, "", "where somebody lives"},
    {"出生 生日 birth", 3, "", "birth dates"},
    {"收入 工资 存款 纳税 税额 社保基数 salary income", 3, "", "what somebody earns or pays"},
    {"地址 住所 address 性别 民族 sex gender", 2, "", "about somebody, of little weight"},
    {"名称 代码 编号 区划 类型 类别 状态 标准 code type status", 1, "", "what a register shows"},
};

template <class Holds>
bool all_hold(const std::vector<std::string>& samples, const Holds& holds) {
  std::size_t seen = 0;
  for (const std::string& sample : samples) {
    if (sample.empty()) continue;
    if (!holds(sample)) return false;
    ++seen;
  }
  return seen >= 3;  // fewer prove nothing
}

}  // namespace

Proposal propose(std::string_view name, const std::vector<std::string>& samples) {
  static const Pattern phone = *Pattern::compile("1[3-9]\\d{9}");
  const std::string count = std::to_string(samples.size()) + " samples";
  if (all_hold(samples, [](const auto& s) { return check_resident_id(s).has_value(); })) {
    return {3, "resident_id", "identity numbers in all of " + count};
  }
  if (all_hold(samples, [](const auto& s) { return check_uscc(s).has_value(); })) {
    return {1, "uscc", "numbers of organisations in all of " + count};
  }
  if (all_hold(samples, [](const auto& s) { return is_utf8(s) && phone.matches(s); })) {
    return {3, "", "mobile numbers in all of " + count};
  }
  const std::string lower = lower_ascii(name);
  for (const Hint& hint : hints) {
    for (const std::string_view word : split(hint.words, ' ')) {
      if (lower.find(word) == std::string::npos) continue;
      return {hint.grade, hint.check, std::string(hint.reason) + ", by the name"};
    }
  }
  return {};
}

std::string identifier_for(std::string_view name, std::string_view prefix,
                           std::set<std::string, std::less<>>& taken) {
  std::string made;
  for (std::size_t at = 0; at < name.size();) {
    const auto first = static_cast<unsigned char>(name[at]);
    if (first < 0x80) {
      const bool lower = first >= 'a' && first <= 'z';
      const bool upper = first >= 'A' && first <= 'Z';
      const bool digit = first >= '0' && first <= '9';
      if (lower || upper || digit) {
        made.push_back(static_cast<char>(upper ? first - 'A' + 'a' : first));
      } else if (!made.empty() && made.back() != '_') {
        made.push_back('_');
      }
      ++at;
      continue;
    }
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (length == 3 && at + 2 < name.size()) {
      const auto low = [&](std::size_t i) {
        return static_cast<unsigned char>(name[at + i]) & 0x3F;
      };
      const char32_t point = static_cast<char32_t>((first & 0x0F) << 12 | low(1) << 6 | low(2));
      const std::uint32_t letters = sql::pinyin_initials(point);
      if (letters != 0) made.push_back(static_cast<char>('a' + std::countr_zero(letters)));
    }
    at += length;
  }
  while (!made.empty() && made.back() == '_') made.pop_back();
  if (made.empty() || made[0] < 'a') made = std::string(prefix) + made;
  if (made.size() > identifier_max) made.resize(identifier_max);
  std::string code = made;
  for (int n = 2; taken.contains(code); ++n) code = made + std::to_string(n);
  taken.insert(code);
  return code;
}

}  // namespace citybrain::catalog
