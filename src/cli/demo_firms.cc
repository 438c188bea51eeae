// Writers of registers and finance: who the firms are, what they pay and owe. See demo_emit.h.
#include <algorithm>

#include "demo_emit.h"
#include "demo_words.h"

namespace citybrain::cli {
namespace {

constexpr std::string_view demo_names[] = {
    "宁波拟示例精工股份有限公司", "宁波拟示例甬味餐饮有限公司", "宁波拟示例人力资源有限公司",
    "慈溪拟示例电器有限公司", "宁波拟示例云智软件有限公司"};

std::string name_of_firm(const DemoWorld& world, const Firm& firm) {
  if (firm.demo()) return std::string(demo_names[firm.index]);
  Dice dice = world.dice("firm_name", firm.index);
  return firm_name(dice, division_names[firm.division], world.industry_of(firm),
                   type_names[firm.type]);
}

void registry(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  const auto street = w.street_of(f.division, f.street);
  const double capital = d.around(f.type == business ? 8 : 60 + f.staff * 4, 0.8);
  out.put(
      f.uscc(), name_of_firm(w, f), type_names[f.type], f.state_owned ? "国有控股" : "非公",
      division_codes[f.division], street,
      street_address(d, division_names[f.division], w.city->street_names.at(std::string(street))),
      f.founded, std::string_view(&f.sector, 1), w.industry_of(f),
      Scaled{std::min<std::int64_t>(static_cast<std::int64_t>(capital) * 100, 900'000'000), 2},
      person_name(d),
      f.alive         ? "存续"
      : d.chance(0.7) ? "注销"
                      : "吊销");
}

void size(const DemoWorld&, const Firm& f, DemoFile& out, Dice&) {
  if (f.alive) out.put(f.uscc(), size_names[f.size], f.staff, 2019);
}

void tax_reg(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  static constexpr int grades[] = {20, 45, 25, 7, 3};
  static constexpr std::string_view names[] = {"A", "B", "M", "C", "D"};
  out.put(f.uscc(), w.tax_division(f),
          f.type == business      ? "定期定额户"
          : f.revenue > 5'000'000 ? "一般纳税人"
                                  : "小规模纳税人",
          f.demo() ? "A" : names[d.pick(grades)], f.founded + static_cast<int>(d.below(10)));
}

void tax(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!f.alive || !lucky(f, d, f.type == business ? 0.15 : 0.7)) return;
  const double burden = 0.012 + d.unit() * 0.02;
  for (const int year : {2018, 2019}) {
    const double revenue = static_cast<double>(year == 2019 ? f.revenue : f.revenue_before);
    const Yuan vat = yuan(revenue * burden);
    const Yuan income = yuan(revenue * burden * 0.35);
    out.put(f.uscc(), year, vat, income, Yuan{vat.fen + income.fen},
            Yuan{vat.fen * 3 / 10 + income.fen / 4});
  }
}

void vat_local(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  const bool service = std::string_view("FHGRPOL").find(f.sector) != std::string_view::npos;
  if (!f.alive || !service || f.size < small_firm) return;
  if (!lucky(f, d, f.type == business ? 0.12 : 0.4)) return;
  const double months = static_cast<double>(f.revenue) / 12 * 2 * 0.5;  // half of usual business
  out.put(f.uscc(), d.chance(0.8) ? "2020-03" : "2020-04", yuan(months * 0.02 * 0.3));
}

void insured(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.insured == 0) return;
  const auto about = [&](double n) {
    return std::max(0, static_cast<int>(n * (1 + d.normal(0, 0.02)) + 0.5));
  };
  std::string month = "2019-01";
  for (int m = 1; m <= 12; ++m) {
    month[5] = static_cast<char>('0' + m / 10);
    month[6] = static_cast<char>('0' + m % 10);
    out.put(f.uscc(), month, 2019, f.demo() ? f.insured : about(f.insured));
  }
  for (const char* later : {"2020-02", "2020-03", "2020-10"}) {
    out.put(f.uscc(), later, 2020, f.demo() ? f.insured_later : about(f.insured_later));
  }
}

void ui_paid(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.insured == 0) return;
  const double wages = f.insured * d.around(52'000, 0.25);
  for (const int year : {2018, 2019}) {
    const Yuan half = yuan(wages * 0.005 * (year == 2019 ? 1 : 0.93));
    const int months = d.chance(0.07) && !f.demo() ? static_cast<int>(d.below(12))
                                                   : static_cast<int>(d.between(12, 180));
    out.put(f.uscc(), year, half, half, Yuan{half.fen * 2}, months);
  }
}

void layoff(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.insured == 0) return;
  const double rate = f.demo() ? 1.2 : d.chance(0.4) ? 0 : std::min(95.0, d.around(2.2, 1.0));
  out.put(f.uscc(), 2019, hundredths(rate), static_cast<int>(f.insured * rate / 100 + 0.5));
}

void credit(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!unlucky(f, d, 0.02)) return;
  static constexpr int weights[] = {70, 15, 10, 5};
  static constexpr std::string_view kinds[] = {"失信被执行人", "严重违法失信企业", "拖欠农民工工资",
                                               "重大税收违法"};
  const Date listed = day_in(d, static_cast<int>(d.between(2016, 2020)));
  const bool active = d.chance(0.7);
  out.begin();
  out.append(f.uscc());
  out.append(serial("甬执", f, 1));
  out.append(kinds[d.pick(weights)]);
  out.append(listed);
  if (active) {
    out.append(Empty{});
  } else {
    out.append(std::min(listed + static_cast<int>(d.between(30, 900)), DemoWorld::today()));
  }
  out.append(active);
  out.end();
}

void zombie(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.type == company && unlucky(f, d, 0.002)) {
    out.put(f.uscc(), day_in(d, 2019), "连续三年亏损且停产半年以上");
  }
}

void violation(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!unlucky(f, d, 0.015)) return;
  static constexpr int weights[] = {30, 25, 15, 20, 10};
  static constexpr std::string_view kinds[] = {"安全生产", "环境保护", "劳动保障", "产品质量",
                                               "食品安全"};
  const bool serious = d.chance(0.12);
  out.put(f.uscc(), serial("甬罚", f, 1), kinds[d.pick(weights)], serious, day_in(d, 2020),
          whole_yuan(d.around(serious ? 180'000 : 6'000, 0.8)));
}

void revenue(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.type == business || !f.alive || !(f.above_scale || lucky(f, d, 0.35))) return;
  for (const int year : {2018, 2019}) {
    const std::int64_t sum = (year == 2019 ? f.revenue : f.revenue_before) * 100;
    if (f.sector == 'C') {
      out.put(f.uscc(), year, Yuan{sum}, Yuan{sum / 100 * 102});
    } else {
      out.put(f.uscc(), year, Yuan{sum}, Empty{});
    }
  }
}

void loan(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.type == business || !f.alive || !lucky(f, d, 0.12)) return;
  static constexpr std::array<std::string_view, 4> purposes = {"流动资金", "设备更新", "防疫物资",
                                                               "稳岗扩岗"};
  const double amount = std::max(100'000.0, d.around(static_cast<double>(f.revenue) * 0.08, 0.6));
  const double rate = f.demo() ? 4.05 : 3.6 + d.unit() * 3;
  const Date start = day(2020, 2, 10) + static_cast<int>(d.below(160));
  out.put(f.uscc(), serial("JD", f, 1), d.of(bank_names),
          whole_yuan(std::min(amount, 90'000'000.0)), hundredths(rate), rate <= 4.35,
          yuan(std::min(amount, 90'000'000.0) * rate / 100 * 0.5), d.of(purposes),
          !unlucky(f, d, 0.05), start, start + 365);
}

void lease(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!f.alive || !lucky(f, d, 0.025)) return;
  static constexpr int weights[] = {25, 30, 25, 20};
  static constexpr std::string_view kinds[] = {"行政事业单位", "国有企业", "民营载体", "个人"};
  const std::size_t kind = f.demo() ? 1 : d.pick(weights);
  const Date from = day_in(d, static_cast<int>(d.between(2017, 2019)));
  out.put(f.uscc(), serial("ZL", f, 1), kinds[kind], kind < 2, whole_yuan(d.around(5'500, 0.8)),
          Scaled{d.between(20, 900) * 100, 2}, d.chance(0.4), from, from + 1825);
}

void carrier(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  const bool suits = f.sector == 'L' || f.sector == 'F' || f.sector == 'K';
  if (f.type != company || !f.alive || !suits || !lucky(f, d, 0.003)) return;
  static constexpr std::array<std::string_view, 4> kinds = {"创业园", "商业综合体", "大型超市",
                                                            "专业市场"};
  out.put(f.uscc(), d.of(kinds), d.between(8, 220), whole_yuan(d.around(160'000, 0.9)));
}

void account(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  if (f.alive) {
    out.put(f.uscc(), name_of_firm(w, f), d.of(bank_names), account_number(d),
            f.founded + static_cast<int>(d.below(10)));
  }
}

}  // namespace

const std::map<std::string_view, FirmWriter>& firm_writers() {
  static const std::map<std::string_view, FirmWriter> writers = {
      {"ent_registry", registry}, {"ent_size", size},           {"ent_tax_reg", tax_reg},
      {"ent_tax", tax},           {"ent_vat_local", vat_local}, {"ent_insured", insured},
      {"ent_ui_paid", ui_paid},   {"ent_layoff", layoff},       {"ent_credit", credit},
      {"ent_zombie", zombie},     {"ent_violation", violation}, {"ent_revenue", revenue},
      {"ent_loan", loan},         {"ent_lease", lease},         {"ent_carrier", carrier},
      {"ent_account", account},
  };
  return writers;
}

}  // namespace citybrain::cli
