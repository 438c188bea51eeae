// Writers of what firms do with people (hiring, training, returning to work), of energy, trade in
// services, farms and care. See demo_emit.h.
#include <algorithm>

#include "demo_emit.h"
#include "demo_words.h"

namespace citybrain::cli {
namespace {

bool maker(const Firm& f) { return f.sector == 'C' && f.type == company && f.alive; }

// Somebody who left school since 2018, or of a few hundred tried the last.
std::string fresh_graduate(const DemoWorld& w, Dice& d) {
  std::size_t person = 1;
  for (int tries = 0; tries < 300; ++tries) {
    person = static_cast<std::size_t>(d.below(static_cast<std::int64_t>(w.people.size())));
    if (w.people[person].degree < 4 && w.people[person].graduated >= day(2018, 1, 1)) break;
  }
  return w.resident_id(person);
}

void recruit(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  if (f.insured == 0) return;
  static constexpr int weights[] = {6, 1, 22, 11, 60};
  static constexpr std::string_view groups[] = {"就业困难人员", "零就业家庭成员",
                                                "毕业两年内高校毕业生", "登记失业人员", "其他人员"};
  const double expected = f.insured * 0.035;
  const int n = std::min(f.demo() ? 6 : static_cast<int>(expected + d.unit()), 60);
  for (int i = 1; i <= n; ++i) {
    const std::size_t group = f.demo() && i < 4 ? 2 : d.pick(weights);
    const bool graduate = group == 2;
    const int years = static_cast<int>(d.between(1, 3));
    out.put(f.uscc(), serial("ZY", f, i), graduate ? fresh_graduate(w, d) : anybody(w, d),
            groups[group], group < 4, day(2020, 1, 5) + static_cast<int>(d.below(260)), years,
            d.between(1, 10), f.demo() ? 3 : d.between(0, 3), d.chance(0.6), graduate,
            f.demo() ? graduate : graduate && d.chance(0.5), d.chance(0.3) ? 1 : 0,
            d.chance(graduate ? 0.6 : 0.25));
  }
}

void charter(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!f.alive || f.insured < 15 || !lucky(f, d, f.sector == 'C' ? 0.14 : 0.03)) return;
  static constexpr std::array<std::string_view, 12> from = {"安徽", "河南", "四川", "贵州",
                                                            "江西", "湖北", "湖南", "云南",
                                                            "江苏", "山东", "重庆", "陕西"};
  const int n = f.demo() ? 1 : static_cast<int>(d.between(1, 4));
  for (int i = 1; i <= n; ++i) {
    const int people = f.demo() ? 11 : static_cast<int>(d.between(6, 45));
    const double cost = f.demo() ? 5'800 : people * d.around(260, 0.4);
    out.put(f.uscc(), serial("BC", f, i), d.of(from), people, whole_yuan(std::min(cost, 190'000.0)),
            day(2020, 2, 14) + static_cast<int>(d.below(50)), !unlucky(f, d, 0.06));
  }
}

void placement(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  if (f.type != agency || !f.alive) return;
  const int n = static_cast<int>(d.between(1, 5));
  for (int i = 1; i <= n; ++i) {
    const Firm* employer = &w.firms[0];
    for (int tries = 0; tries < 30; ++tries) {
      const auto& other =
          w.firms[static_cast<std::size_t>(d.below(static_cast<std::int64_t>(w.firms.size())))];
      if (other.insured < 10) continue;
      employer = &other;
      break;
    }
    out.put(f.uscc(), serial("SS", f, i), employer->uscc(), f.demo() ? 66 : d.between(8, 120),
            !unlucky(f, d, 0.25), day(2020, 2, 20) + static_cast<int>(d.below(180)));
  }
}

void intern(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  if (f.insured < 8 || !lucky(f, d, 0.04)) return;
  static constexpr int weights[] = {45, 35, 20};
  static constexpr std::string_view kinds[] = {"就业见习", "在校生实习", "顶岗实习"};
  const int n = f.demo() ? 3 : static_cast<int>(d.between(1, 6));
  for (int i = 1; i <= n; ++i) {
    const std::size_t kind = f.demo() ? static_cast<std::size_t>(i - 1) : d.pick(weights);
    const int months = static_cast<int>(f.demo() ? 4 : d.between(1, kind == 0 ? 12 : 6));
    out.put(f.uscc(), serial("JX", f, i), anybody(w, d), kinds[kind], months, !unlucky(f, d, 0.05),
            f.demo() || d.chance(0.7), months >= 3,
            day(2020, 1, 5) + static_cast<int>(d.below(200)));
  }
}

void lodging(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  if (f.insured < 10 || !lucky(f, d, 0.05)) return;
  const int n = static_cast<int>(d.between(1, 5));
  for (int i = 1; i <= n; ++i) {
    const int days = static_cast<int>(d.between(3, 14));
    out.put(f.uscc(), serial("GD", f, i), anybody(w, d), days,
            whole_yuan(days * d.around(130, 0.3)),
            day(2020, 2, 12) + static_cast<int>(d.below(40)));
  }
}

void difficulty(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!maker(f) || f.insured == 0 || f.demo() || !d.chance(f.exporter ? 0.05 : 0.01)) return;
  static constexpr std::array<std::string_view, 3> kinds = {"贸易摩擦影响", "传统制造转型",
                                                            "疫情影响"};
  out.put(f.uscc(), d.of(kinds), day(2020, 3, 15) + static_cast<int>(d.below(100)),
          whole_yuan(f.insured * 6.0 * d.around(820, 0.2)));
}

void startup(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  if (f.type > business || !f.alive || f.founded < day(2015, 1, 1) || !lucky(f, d, 0.05)) return;
  static constexpr int weights[] = {40, 15, 15, 30};
  static constexpr std::string_view groups[] = {"高校毕业生", "就业困难人员", "退役军人",
                                                "其他人员"};
  out.put(f.uscc(), anybody(w, d), groups[f.demo() ? 0 : d.pick(weights)], d.chance(0.85),
          (DemoWorld::today() - f.founded) / 30, f.insured > 0,
          whole_yuan(d.chance(0.4) ? 0 : d.around(24'000, 0.7)));
}

void energy(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!maker(f) || f.size == micro || !lucky(f, d, f.size <= medium ? 0.6 : 0.05)) return;
  const double target = 2 + d.unit() * 3;
  const bool retrofit = d.chance(0.3) || f.demo();
  out.put(f.uscc(), 2019, hundredths(f.demo() ? 1'850 : d.around(1'100, 0.9)),
          hundredths(retrofit ? d.around(160, 0.7) : 0),
          retrofit ? whole_yuan(d.around(650'000, 0.7)) : Yuan{}, hundredths(target),
          hundredths(std::max(0.0, target + d.normal(0.4, 2))));
}

void solar(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!maker(f) || f.size == micro || !lucky(f, d, 0.04)) return;
  const int year = f.demo() || d.chance(0.35) ? 2020 : static_cast<int>(d.between(2015, 2019));
  out.put(f.uscc(), serial("GF", f, 1), static_cast<int>(d.around(320'000, 0.8)), day_in(d, year),
          year);
}

void power(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!maker(f) || !f.above_scale) return;
  const double usual = static_cast<double>(f.revenue) / 12 * 0.012 / 0.65;
  constexpr double share[] = {0.35, 0.85, 1.05};
  constexpr const char* months[] = {"2020-02", "2020-03", "2020-10"};
  for (int i = 0; i < 3; ++i) {
    out.put(f.uscc(), months[i], hundredths(d.around(usual * share[i], 0.2)));
  }
}

void ecommerce(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if ((f.sector != 'F' && f.sector != 'I') || f.type != company || !f.alive) return;
  if (!lucky(f, d, 0.012)) return;
  const bool park = d.chance(0.05);
  out.put(f.uscc(), whole_yuan(d.around(park ? 260'000'000 : 6'000'000, 0.9)),
          whole_yuan(d.chance(0.2) || f.demo() ? d.around(90'000, 0.6) : 0),
          f.demo() ? 150 : d.between(0, 400), Scaled{park ? d.between(3'000, 30'000) * 100 : 0, 2},
          park ? d.between(10, 80) : 0);
}

void tourism(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!f.alive || (f.type != travel && !(f.sector == 'R' && d.chance(0.05)))) return;
  out.put(f.uscc(), whole_yuan(d.chance(0.5) ? d.around(45'000, 0.8) : 0), d.chance(0.2),
          d.chance(0.5) ? d.between(20, 2'500) : 0);
}

void catering(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.sector != 'H' || !f.alive || !(f.above_scale || d.chance(0.01))) return;
  out.put(f.uscc(), f.demo() || d.chance(0.35), f.demo() ? 3 : d.between(0, 4), d.chance(0.4));
}

void culture(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.sector != 'R' || f.type != company || !f.alive || !d.chance(0.15)) return;
  static constexpr std::array<std::string_view, 5> kinds = {"实体书店", "电影院", "演艺院团",
                                                            "文化园区", "文化制造"};
  const std::string_view kind = d.of(kinds);
  out.put(f.uscc(), kind, yuan(static_cast<double>(f.revenue)),
          whole_yuan(kind == "实体书店" && d.chance(0.5) ? d.around(60'000, 0.5) : 0),
          whole_yuan(kind == "文化园区" ? d.around(300'000, 0.8) : 0));
}

void containers(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.sector == 'G' && f.type == company && f.alive && d.chance(0.05)) {
    out.put(f.uscc(), 2020, static_cast<int>(d.around(700, 1.1)));
  }
}

void medical_supply(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!maker(f) || !lucky(f, d, 0.008)) return;
  static constexpr std::array<std::string_view, 4> products = {"口罩", "测温仪", "消毒液",
                                                               "防护服"};
  out.put(f.uscc(), d.of(products), whole_yuan(d.around(620'000, 0.9)),
          day(2020, 2, 3) + static_cast<int>(d.below(55)), f.demo() || d.chance(0.8));
}

void clean(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!maker(f) || f.size == micro || !lucky(f, d, 0.03)) return;
  const bool passed = f.demo() || d.chance(0.75);
  if (passed) {
    out.put(f.uscc(), true, true, day_in(d, 2020));
  } else {
    out.put(f.uscc(), d.chance(0.8), false, Empty{});
  }
}

void elder_homes(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.type != welfare || f.sector != 'Q' || !f.alive) return;
  const int beds = std::clamp(static_cast<int>(d.around(90, 0.7)), 20, 900);
  const auto months = [&](double share) { return static_cast<int>(beds * 11 * share * d.unit()); };
  out.put(f.uscc(), beds, d.chance(0.15), d.between(0, 15), months(0.2), months(0.15), months(0.1),
          months(0.5));
}

double farm_area(const DemoWorld& w, const Firm& f) {
  return w.dice("farm_area", f.index).around(130, 0.8);
}

bool farms(const DemoWorld& w, const Firm& f) {
  return (f.type == cooperative || f.type == farm) && f.alive &&
         w.dice("farms", f.index).chance(0.65);
}

void farm_units(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  if (!farms(w, f)) return;
  static constexpr std::array<std::string_view, 4> kinds = {"种粮大户", "家庭农场", "合作社",
                                                            "社会化服务组织"};
  out.put(f.uscc(), hundredths(farm_area(w, f)),
          f.type == farm  ? "家庭农场"
          : d.chance(0.7) ? "合作社"
                          : d.of(kinds));
}

void farm_plots(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  if (!farms(w, f)) return;
  static constexpr int weights[] = {20, 30, 15, 12, 3, 15, 5};
  static constexpr std::string_view crops[] = {"早稻", "单季晚稻", "连作晚稻", "小麦",
                                               "大麦", "油菜",     "油茶"};
  const double area = farm_area(w, f);
  const int n = static_cast<int>(d.between(1, 3));
  for (int i = 1; i <= n; ++i) {
    out.put(f.uscc(), serial("DK", f, i), crops[d.pick(weights)],
            hundredths(area * (0.3 + d.unit() * 0.6)), w.street_of(f.division, f.street),
            d.chance(0.8), 2020);
  }
}

}  // namespace

const std::map<std::string_view, FirmWriter>& employment_writers() {
  static const std::map<std::string_view, FirmWriter> writers = {
      {"ent_recruit", recruit},
      {"ent_charter", charter},
      {"ent_placement", placement},
      {"ent_intern", intern},
      {"ent_lodging", lodging},
      {"ent_difficulty", difficulty},
      {"ent_startup", startup},
      {"ent_energy", energy},
      {"ent_pv", solar},
      {"ent_power", power},
      {"ent_ecommerce", ecommerce},
      {"ent_tourism", tourism},
      {"ent_catering", catering},
      {"ent_culture", culture},
      {"ent_teu", containers},
      {"ent_medical_supply", medical_supply},
      {"ent_clean", clean},
      {"elder_homes", elder_homes},
      {"farm_units", farm_units},
      {"farm_plots", farm_plots},
  };
  return writers;
}

}  // namespace citybrain::cli
