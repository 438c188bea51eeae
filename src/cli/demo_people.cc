// Writers of the resources about people. Person 0 and 1 are the citizens of the demo accounts: one
// of 85 years, and a graduate of 2019 at a demo firm. See demo_emit.h.
#include <algorithm>

#include "demo_emit.h"
#include "demo_words.h"

namespace citybrain::cli {
namespace {

constexpr std::size_t elder_demo = 0;
constexpr std::size_t graduate_demo = 1;

std::string_view hukou_code(const Person& p) {
  return p.local() ? division_codes[p.hukou] : p.hukou == 10 ? "330000" : "000000";
}
bool employed(const Person& p) { return p.employer != UINT32_MAX; }
// What several registers agree about.
bool poor(const DemoWorld& w, std::size_t i) {
  return i > 1 && w.people[i].local() && w.age(w.people[i]) >= 25 &&
         w.dice("poor", i).chance(0.012);
}
bool talented(const DemoWorld& w, std::size_t i) {
  const auto& p = w.people[i];
  if (i == graduate_demo) return true;
  if (!employed(p) || p.degree > 2) return false;
  const bool fresh = p.graduated >= day(2020, 1, 1);
  return w.dice("talented", i).chance(fresh ? 0.6 : p.degree < 2 ? 0.12 : 0.02);
}

Serial person_serial(std::string_view prefix, std::size_t i) {
  return {prefix, static_cast<std::int64_t>(i), 9};
}

void registry(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  const auto& p = w.people[i];
  const auto street = w.street_of(p.home, p.street);
  const std::string name = person_name(d);
  out.put(w.resident_id(i),
          i == elder_demo      ? "示例长者"
          : i == graduate_demo ? "示例青年"
                               : std::string_view(name),
          p.male() ? "1" : "2", p.birth, hukou_code(p), w.home_division(p), street,
          street_address(d, division_names[p.home], w.city->street_names.at(std::string(street))),
          phone_number(d), i > 1 && d.chance(0.004) ? "注销" : "正常");
}

void education(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  static constexpr std::string_view degrees[] = {"博士", "硕士", "本科", "专科"};
  static constexpr std::array<std::string_view, 8> schools = {
      "示例大学",         "示例理工大学", "示例师范大学", "示例财经大学",
      "示例职业技术学院", "示例工程学院", "示例医学院",   "示例海洋学院"};
  const auto& p = w.people[i];
  if (p.degree < 4) {
    out.put(w.resident_id(i), person_serial("XL", i), degrees[p.degree],
            i == graduate_demo || d.chance(0.85), p.graduated, d.of(schools));
  }
}

void insured(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  const auto& p = w.people[i];
  if (!employed(p)) return;
  const auto& firm = w.firms[p.employer];
  const int since_18 = DemoWorld::today() - p.birth - 18 * 365;
  Date from = DemoWorld::today() -
              std::clamp(static_cast<int>(d.around(1'900, 0.8)), 20, std::max(40, since_18));
  const bool young = p.degree < 4 && p.graduated > day(2013, 1, 1);
  if (young && (i == graduate_demo || d.chance(0.7))) {
    from = std::min(p.graduated + (i == graduate_demo ? 45 : static_cast<int>(d.below(500))),
                    DemoWorld::today() - 20);
  }
  const int months = (DemoWorld::today() - from) / 30;
  const bool first_job = p.degree < 4 && from >= p.graduated && from - p.graduated <= 730;
  const int unemployment = std::max(0, months - static_cast<int>(d.below(12)));
  out.put(w.resident_id(i), firm.uscc(), size_names[firm.size], w.tax_division(firm), from, months,
          i == graduate_demo ? months : unemployment, i == graduate_demo ? 3 : d.between(0, 5),
          first_job, first_job ? months / 12 : 0);
}

void certificate(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  if (!employed(w.people[i]) || !(d.chance(0.11) || i == graduate_demo)) return;
  static constexpr int weights[] = {40, 38, 18, 3, 1};
  static constexpr std::string_view levels[] = {"五级", "四级", "三级", "二级", "一级"};
  static constexpr std::array<std::string_view, 10> trades = {
      "电工",       "焊工",       "钳工",       "数控车工", "育婴员",
      "养老护理员", "中式烹调师", "电子商务师", "模具工",   "汽车维修工"};
  const bool demo = i == graduate_demo;
  const int year = demo || d.chance(0.6) ? 2020 : static_cast<int>(d.between(2016, 2019));
  const std::string_view trade = demo ? trades[7] : d.of(trades);
  const bool scarce = trade == "数控车工" || trade == "模具工" || trade == "养老护理员";
  out.put(w.resident_id(i), person_serial("ZS", i), trade, demo ? "四级" : levels[d.pick(weights)],
          scarce, day_in(d, year), year);
}

void house(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  const auto& p = w.people[i];
  const int age = w.age(p);
  if (i < 2 || age < 22 || age > 50) return;
  if (!d.chance(talented(w, i) ? 0.12 : 0.025)) return;
  const bool first = d.chance(0.7);
  out.put(w.resident_id(i), person_serial("3302BDC", i), division_codes[p.home], first,
          first && d.chance(0.9), whole_yuan(d.around(1'500'000, 0.45)),
          day_in(d, static_cast<int>(d.between(2018, 2020))), d.chance(0.04));
}

void disability(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  if (i < 2 || !w.people[i].local() || !d.chance(poor(w, i) ? 0.4 : 0.022)) return;
  static constexpr int grade_weights[] = {13, 26, 30, 31};
  static constexpr std::string_view grades[] = {"一级", "二级", "三级", "四级"};
  static constexpr int kind_weights[] = {12, 15, 3, 45, 10, 11, 4};
  static constexpr std::string_view kinds[] = {"视力", "听力", "言语", "肢体",
                                               "智力", "精神", "多重"};
  const std::string id = w.resident_id(i);
  const auto grade = d.pick(grade_weights);
  out.put(id, id + "44", grades[grade], kinds[d.pick(kind_weights)],
          day_in(d, static_cast<int>(d.between(2011, 2019))), d.chance(0.9) ? 11 : d.below(11));
}

void low_income(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  const auto& p = w.people[i];
  if (!poor(w, i)) return;
  static constexpr int weights[] = {74, 20, 6};
  static constexpr std::string_view kinds[] = {"低保", "低保边缘", "特困"};
  const auto kind = d.pick(weights);
  const int members = kind == 2 ? 1 : static_cast<int>(d.between(1, 4));
  const double income = kind == 1 ? 950 + d.unit() * 450 : d.unit() * 840;
  out.put(w.resident_id(i), person_serial("DB", i), kinds[kind], division_codes[p.home], members,
          yuan(income), d.below(members + 1) / 2, d.chance(0.85) ? 11 : d.between(1, 10));
}

void elder(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  const auto& p = w.people[i];
  if (!p.local() || w.age(p) < 80 || !(i == elder_demo || d.chance(0.97))) return;
  out.put(w.resident_id(i), hukou_code(p), i == elder_demo || d.chance(0.9) ? 11 : d.between(1, 10),
          i == elder_demo || d.chance(0.985));
}

void talent(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  const auto& p = w.people[i];
  const bool demo = i == graduate_demo;
  if (!talented(w, i)) return;
  static constexpr int weights[] = {1, 5, 18, 70, 300, 2600};
  static constexpr std::string_view classes[] = {"顶尖人才", "特优人才", "领军人才",
                                                 "拔尖人才", "高级人才", "基础人才"};
  static constexpr int employer_weights[] = {60, 18, 14, 8};
  static constexpr std::string_view employers[] = {"企业", "高校院所", "机关事业单位",
                                                   "部省属单位"};
  const Date arrived = std::max(p.graduated, day_in(d, static_cast<int>(d.between(2015, 2020))));
  out.put(w.resident_id(i), demo ? "基础人才" : classes[d.pick(weights)],
          std::min(arrived, DemoWorld::today()), !demo && d.chance(0.3),
          employers[d.pick(employer_weights)], w.tax_division(w.firms[p.employer]));
}

void account(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  out.put(w.resident_id(i), d.of(bank_names), account_number(d));
}

void trip(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  const auto& p = w.people[i];
  const bool demo = i == graduate_demo;
  if (p.local() || !employed(p) || !(demo || d.chance(0.62))) return;
  static constexpr int weights[] = {50, 14, 14, 2, 6, 14};
  static constexpr std::string_view modes[] = {"高铁二等座", "普通火车", "长途客车",
                                               "轮渡",       "飞机",     "自驾"};
  const auto mode = demo ? 0 : d.pick(weights);
  const double fare[] = {260, 140, 180, 70, 820, 300};
  const std::string_view origin = p.hukou == 10 ? "省内" : d.chance(0.55) ? "华东" : "其他";
  const bool chartered = !demo && mode == 2 && d.chance(0.5);
  out.put(w.resident_id(i), person_serial("CX", i), modes[mode], mode < 4, chartered,
          whole_yuan(std::min(4'800.0, d.around(fare[mode], 0.4))), origin, !demo && d.chance(0.06),
          w.firms[p.employer].uscc(), day(2020, 2, 12) + static_cast<int>(d.below(70)));
}

void care(const DemoWorld& w, std::size_t i, DemoFile& out, Dice& d) {
  const auto& p = w.people[i];
  const int age = w.age(p);
  if (i < 2 || !employed(p) || age < 28 || age > 45 || !d.chance(0.06)) return;
  out.put(w.resident_id(i), person_serial("KH", i), d.chance(0.95), d.chance(0.95), d.chance(0.9),
          division_codes[p.home]);
}

}  // namespace

const std::map<std::string_view, PersonWriter>& person_writers() {
  static const std::map<std::string_view, PersonWriter> writers = {
      {"person_registry", registry},
      {"person_education", education},
      {"person_insured", insured},
      {"person_cert", certificate},
      {"person_house", house},
      {"person_disability", disability},
      {"person_lowincome", low_income},
      {"person_elder", elder},
      {"person_talent", talent},
      {"person_account", account},
      {"trip_return", trip},
      {"person_care", care},
  };
  return writers;
}

}  // namespace citybrain::cli
