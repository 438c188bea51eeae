// Writers of industry, research, trade and finance events at firms. See demo_emit.h.
#include <algorithm>

#include "demo_emit.h"
#include "demo_words.h"

namespace citybrain::cli {
namespace {

bool maker(const Firm& f) { return f.sector == 'C' && f.type == company && f.alive; }
bool inventive(const Firm& f) {
  return (f.sector == 'C' || f.sector == 'I' || f.sector == 'M') && f.type == company && f.alive;
}
bool grown(const Firm& f) { return f.size <= small_firm; }

// Does research: what the R&D survey and the patent register agree about.
bool researches(const DemoWorld& w, const Firm& f) {
  Dice dice = w.dice("researches", f.index);
  return inventive(f) && lucky(f, dice, f.size == micro ? 0.03 : 0.4);
}

void honours(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  struct Title {
    std::string_view name;
    double p;  // among makers that are no micro firms
  };
  static constexpr Title titles[] = {{"国家制造业单项冠军示范企业", 0.0008},
                                     {"国家制造业单项冠军培育企业", 0.0008},
                                     {"国家专精特新小巨人", 0.004},
                                     {"浙江省隐形冠军", 0.003},
                                     {"浙江省隐形冠军培育企业", 0.006},
                                     {"宁波市制造业单项冠军示范企业", 0.005},
                                     {"宁波市制造业单项冠军培育企业", 0.01},
                                     {"宁波市专精特新企业", 0.04},
                                     {"宁波市350培育企业", 0.025},
                                     {"智能工厂", 0.006},
                                     {"数字化车间", 0.02},
                                     {"未来工厂", 0.0005},
                                     {"市长质量奖", 0.0004},
                                     {"市质量创新奖", 0.0005},
                                     {"浙江制造品字标", 0.008}};
  int n = 0;
  if (maker(f) && grown(f)) {
    for (const auto& title : titles) {
      const bool given =
          f.demo() && (title.name == "宁波市专精特新企业" || title.name == "宁波市350培育企业" ||
                       title.name == "数字化车间");
      if (!d.chance(title.p) && !given) continue;
      const int year = given || d.chance(0.45) ? 2020 : static_cast<int>(d.between(2016, 2019));
      out.put(f.uscc(), serial("甬认", f, ++n), title.name, d.chance(0.8) ? "首次" : "复核", year,
              day_in(d, year));
    }
  }
  if (f.sector == 'R' && f.type == company && d.chance(0.008)) {
    out.put(f.uscc(), serial("甬认", f, ++n),
            d.chance(0.25) ? "国家文化出口重点企业" : "省重点文化企业", "首次", 2020,
            day_in(d, 2020));
  }
}

void award_paid(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!maker(f) || !grown(f) || !unlucky(f, d, 0.03)) return;
  static constexpr std::array<std::string_view, 5> series = {"专精特新", "研发机构", "销售台阶",
                                                             "智能制造", "科技进步"};
  static constexpr std::array<int, 4> sums = {50'000, 100'000, 200'000, 500'000};
  const int year = static_cast<int>(d.between(2017, 2019));
  out.put(f.uscc(), serial("DF", f, 1), d.of(series), whole_yuan(d.of(sums)), day_in(d, year));
}

void research(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  if (!researches(w, f)) return;
  const double share = 0.02 + d.unit() * 0.05;
  const double ratio = f.demo() ? 16.5 : std::clamp(d.normal(13, 5), 1.0, 80.0);
  for (const int year : {2018, 2019}) {
    const double spent = static_cast<double>(year == 2019 ? f.revenue : f.revenue_before) *
                         (f.demo() ? 0.045 : share) * (year == 2019 ? 1 : 0.75 + d.unit() * 0.4);
    out.put(f.uscc(), year, yuan(spent * (0.9 + d.unit() * 0.15)), yuan(spent), hundredths(ratio),
            !unlucky(f, d, 0.1));
  }
}

void rd_centre(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!inventive(f) || !grown(f) || !lucky(f, d, 0.025)) return;
  static constexpr int weights[] = {1, 8, 31, 60};
  static constexpr std::string_view levels[] = {"国家级", "省级", "市级", "区级"};
  const int year = f.demo() || d.chance(0.5) ? 2020 : static_cast<int>(d.between(2015, 2019));
  out.put(f.uscc(), serial("YF", f, 1), f.demo() ? "市级" : levels[d.pick(weights)], year,
          day_in(d, year));
}

void hightech(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!inventive(f) || !lucky(f, d, f.size == micro ? 0.004 : 0.1)) return;
  const int year = f.demo() || d.chance(0.4) ? 2020 : static_cast<int>(d.between(2018, 2019));
  const Date issued = day_in(d, year);
  out.put(f.uscc(), serial("GR2020331", f, 1), f.demo() || d.chance(0.6) ? "首次" : "复核", year,
          issued, issued + 1095);
}

void patents(const DemoWorld& w, const Firm& f, DemoFile& out, Dice& d) {
  if (!inventive(f) || !lucky(f, d, researches(w, f) ? 0.75 : 0.01)) return;
  const auto valid = static_cast<int>(d.around(3, 1.0));
  out.put(f.uscc(), 2020, f.demo() ? 9 : valid, f.demo() ? 3 : d.below(5),
          f.demo() ? 2 : d.below(4), d.below(2));
}

void above_scale(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!f.above_scale) return;
  const std::string_view kind = f.sector == 'C'   ? "规上工业"
                                : f.sector == 'F' ? "限上批发零售"
                                : f.sector == 'H' ? "限上住宿餐饮"
                                : f.sector == 'E' ? "资质建筑业"
                                                  : "规上服务业";
  const int year = f.index == 1 || d.chance(0.13) ? 2020 : static_cast<int>(d.between(2008, 2019));
  const bool digital = f.sector == 'I' || (f.sector == 'C' && d.chance(0.12));
  out.put(f.uscc(), kind, day_in(d, year), f.demo() || d.chance(0.9), year,
          f.sector == 'C' && d.chance(0.22), digital);
}

void exports(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!f.exporter || !f.alive) return;
  const double share = (0.2 + d.unit() * 0.6) / 6.9;
  out.put(f.uscc(), 2018, yuan(static_cast<double>(f.revenue_before) * share), Empty{});
  out.put(f.uscc(), 2019, yuan(static_cast<double>(f.revenue) * share),
          yuan(static_cast<double>(f.revenue) * d.unit() * 0.02));
}

void resume(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!f.alive || !lucky(f, d, f.type == business ? 0.25 : 0.75)) return;
  static constexpr std::array<std::string_view, 3> basis = {"工业用电", "产值申报", "人员到岗"};
  static constexpr std::array<std::string_view, 4> kinds = {"优先保障", "提前开工", "连续生产",
                                                            "稳步复工"};
  const int wait = std::min(130, static_cast<int>(d.around(12, 0.7)));
  out.put(f.uscc(), day(2020, 2, 10) + wait, d.of(basis), d.of(kinds),
          hundredths(50 + d.unit() * 50));
}

void equipment(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!maker(f) || !grown(f) || !lucky(f, d, 0.09)) return;
  static constexpr int weights[] = {72, 6, 6, 16};
  static constexpr std::string_view kinds[] = {"技术改造", "新建工业", "智能工厂", "数字化车间"};
  static constexpr int class_weights[] = {25, 15, 60};
  static constexpr std::string_view classes[] = {"123产业", "246产业", "一般产业"};
  const std::size_t kind = f.demo() ? 0 : d.pick(weights);
  const double equip = f.demo() ? 8'600'000 : d.around(static_cast<double>(f.revenue) * 0.12, 0.8);
  const bool accepted = f.demo() || d.chance(0.72);
  const int year = f.demo() || d.chance(0.8) ? 2020 : 2019;
  const Date start = day(year - 1, 3, 1) + static_cast<int>(d.below(300));
  out.begin();
  out.append(f.uscc());
  out.append(serial("2019-330200-", f, 1));
  out.append(kind == 1 ? "新建生产线项目" : "年产能提升技术改造项目");
  out.append(kinds[kind]);
  out.append(f.demo() ? "123产业" : classes[d.pick(class_weights)]);
  out.append(whole_yuan(equip));
  out.append(whole_yuan(equip * d.unit() * 0.1));
  out.append(whole_yuan(equip * (1.1 + d.unit() * (kind == 1 ? 2 : 0.5))));
  out.append(start);
  if (accepted) {
    out.append(std::min(start + static_cast<int>(d.between(60, 300)), DemoWorld::today()));
  } else {
    out.append(Empty{});
  }
  out.append(accepted);
  out.append(year);
  out.end();
}

void expo(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!f.exporter || !f.alive || !lucky(f, d, 0.28)) return;
  static constexpr int weights[] = {15, 35, 25, 25};
  static constexpr std::string_view classes[] = {"境外自办", "境外重点", "境外一般", "境内重点"};
  static constexpr std::array<std::string_view, 6> names = {
      "国际五金展", "国际家居用品展", "国际消费电子展", "中国家电展", "国际汽配展", "国际文具展"};
  const int n = static_cast<int>(d.between(1, 3));
  for (int i = 1; i <= n; ++i) {
    const int booths = static_cast<int>(d.between(1, 4));
    out.put(f.uscc(), serial("ZH", f, i), d.of(names), classes[d.pick(weights)],
            d.chance(0.4) ? "新兴市场" : "传统市场", whole_yuan(booths * d.around(19'000, 0.35)),
            booths, day_in(d, 2019), 2019);
  }
}

void premium(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!f.exporter || !f.alive || !lucky(f, d, 0.25)) return;
  for (int i = 1; i <= 2; ++i) {
    const double base = static_cast<double>(f.revenue) * 0.4 * 0.0015;
    out.put(f.uscc(), serial("XB", f, i), i == 1 ? "传统市场" : "新兴市场",
            yuan(d.around(base, 0.6)), 2019);
  }
}

void standard(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (!inventive(f) || !grown(f) || !lucky(f, d, 0.01)) return;
  static constexpr int weights[] = {3, 17, 30, 50};
  static constexpr std::string_view levels[] = {"国际标准", "国家标准", "行业标准", "浙江制造"};
  const std::size_t level = f.demo() ? 3 : d.pick(weights);
  const int year = f.demo() || d.chance(0.6) ? 2020 : 2019;
  out.put(f.uscc(), serial("T/ZZB", f, 1), levels[level], day_in(d, year), year);
}

void ipo(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.type != company || f.size > medium || !f.alive || !d.chance(0.03)) return;
  static constexpr int weights[] = {40, 30, 18, 8, 4};
  static constexpr std::string_view stages[] = {"股改", "辅导", "受理", "核准", "撤回"};
  const int year = d.chance(0.6) ? 2020 : 2019;
  out.put(f.uscc(), serial("SS", f, 1), stages[d.pick(weights)], day_in(d, year), year);
}

void foreign(const DemoWorld&, const Firm& f, DemoFile& out, Dice& d) {
  if (f.type != company || !f.alive || !d.chance(f.size <= medium ? 0.05 : 0.0015)) return;
  const int year = d.chance(0.6) ? 2020 : 2019;
  out.put(f.uscc(), serial("WZ", f, 1), whole_yuan(d.around(1'300'000, 1.1)), d.chance(0.08),
          day_in(d, year), year);
}

}  // namespace

const std::map<std::string_view, FirmWriter>& industry_writers() {
  static const std::map<std::string_view, FirmWriter> writers = {
      {"ent_honours", honours},
      {"ent_award_paid", award_paid},
      {"ent_rd", research},
      {"ent_rd_centre", rd_centre},
      {"ent_hightech", hightech},
      {"ent_patents", patents},
      {"ent_above_scale", above_scale},
      {"ent_export", exports},
      {"ent_resume", resume},
      {"ent_equipment", equipment},
      {"ent_expo", expo},
      {"ent_premium", premium},
      {"ent_standard", standard},
      {"ent_ipo", ipo},
      {"ent_foreign", foreign},
  };
  return writers;
}

}  // namespace citybrain::cli
