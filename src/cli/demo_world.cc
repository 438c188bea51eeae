// Making of the demo city's firms and people: see demo_world.h.
#include "demo_world.h"

#include <algorithm>
#include <cstring>

#include "base/idcheck.h"
#include "demo_words.h"

namespace citybrain::cli {
namespace {

constexpr double firms_at_scale_1 = 500'000;
constexpr double people_at_scale_1 = 2'000'000;
constexpr std::int64_t firms_min = 300;
constexpr std::int64_t people_min = 1'200;

// Weights of market entities and of people by division, in the order of division_codes.
constexpr int firm_places[] = {13, 7, 9, 6, 20, 6, 7, 7, 12, 13};
constexpr int people_places[] = {11, 6, 9, 6, 17, 6, 6, 8, 13, 18};
// company business cooperative farm welfare agency travel
constexpr int firm_types[] = {3500, 6240, 100, 100, 20, 15, 25};

struct Trade {
  char sector;
  int companies, businesses;  // weights
  std::array<std::string_view, 8> industries;
  int revenue_per_head;  // yuan a year
};
constexpr Trade trades[] = {
    {'C', 280, 60, {"C34", "C33", "C38", "C29", "C36", "C35", "C18", "C39"}, 820'000},
    {'F', 340, 520, {"F51", "F52", "F51", "F52", "F51", "F52", "F51", "F52"}, 1'500'000},
    {'E', 60, 5, {"E47", "E50", "E50", "E50", "E47", "E50", "E50", "E50"}, 500'000},
    {'G', 50, 60, {"G54", "G54", "G55", "G59", "G54", "G60", "G54", "G59"}, 600'000},
    {'H', 30, 180, {"H62", "H62", "H62", "H61", "H62", "H62", "H61", "H62"}, 180'000},
    {'I', 50, 5, {"I65", "I64", "I65", "I64", "I65", "I65", "I64", "I65"}, 520'000},
    {'K', 20, 2, {"K70", "K70", "K70", "K70", "K70", "K70", "K70", "K70"}, 900'000},
    {'L', 80, 15, {"L72", "L72", "L71", "L72", "L72", "L72", "L71", "L72"}, 350'000},
    {'M', 40, 3, {"M74", "M75", "M73", "M74", "M75", "M74", "M75", "M73"}, 400'000},
    {'O', 20, 120, {"O80", "O81", "O80", "O81", "O80", "O80", "O81", "O80"}, 150'000},
    {'P', 8, 8, {"P83", "P83", "P83", "P83", "P83", "P83", "P83", "P83"}, 160'000},
    {'R', 22, 22, {"R87", "R88", "R90", "R86", "R88", "R90", "R87", "R88"}, 220'000},
};

constexpr int size_weights[] = {3, 22, 170, 805};  // of companies, in thousandths
constexpr double staff_median[] = {1500, 300, 36, 5};
constexpr double staff_sigma[] = {0.6, 0.5, 0.45, 0.6};
constexpr double insures[] = {1, 1, 0.96, 0.45};

std::uint16_t industry_place(const DemoDefinition& city, std::string_view code) {
  const auto& codes = city.codes.at("industries");
  const auto found = std::find(codes.begin(), codes.end(), code);
  return found == codes.end() ? 0 : static_cast<std::uint16_t>(found - codes.begin());
}

const Trade& trade_of(char sector) {
  for (const auto& trade : trades) {
    if (trade.sector == sector) return trade;
  }
  return trades[0];
}

// Zones lie in a division: the high-tech zone and 东钱湖 in 鄞州, 前湾 in 慈溪, 保税 and 大榭 in
// 北仑.
std::uint8_t zone_in(std::uint8_t division, Dice& dice) {
  const double p = dice.unit();
  if (division == 4) return p < 0.12 ? 1 : p < 0.15 ? 5 : 0;
  if (division == 9) return p < 0.12 ? 2 : 0;
  if (division == 2) return p < 0.10 ? 3 : p < 0.15 ? 4 : 0;
  return 0;
}

void draw_trade(Firm& firm, Dice& dice, const DemoDefinition& city) {
  int weights[std::size(trades)];
  for (std::size_t i = 0; i < std::size(trades); ++i) {
    weights[i] = firm.type == business ? trades[i].businesses : trades[i].companies;
  }
  const Trade* trade = &trades[dice.pick(weights)];
  std::string_view industry = dice.of(trade->industries);
  firm.sector = trade->sector;
  if (firm.type == cooperative || firm.type == farm) firm.sector = 'A', industry = "A01";
  if (firm.type == agency || firm.type == travel) firm.sector = 'L', industry = "L72";
  if (firm.type == welfare) {
    firm.sector = dice.chance(0.6) ? 'Q' : 'P';
    industry = firm.sector == 'Q' ? "Q85" : "P83";
  }
  firm.industry = industry_place(city, industry);
}

void draw_size(Firm& firm, Dice& dice) {
  if (firm.type == company) {
    firm.size = static_cast<FirmSize>(dice.pick(size_weights));
  } else if (firm.type == business) {
    firm.size = dice.chance(0.01) ? small_firm : micro;
  } else {
    firm.size = dice.chance(0.25) ? small_firm : micro;
  }
  const double staff = firm.type == business
                           ? dice.around(2, 0.5)
                           : dice.around(staff_median[firm.size], staff_sigma[firm.size]);
  firm.staff = std::clamp(static_cast<int>(staff + 0.5), 1, 90'000);
  const double p = firm.type == business ? 0.14 : insures[firm.size];
  if (firm.alive && dice.chance(p)) {
    firm.insured = std::max(1, static_cast<int>(firm.staff * (0.5 + dice.unit() / 2)));
    const double change = dice.normal(-0.01, 0.12);
    firm.insured_later = std::max(0, static_cast<int>(firm.insured * (1 + change) + 0.5));
  }
}

void draw_money(Firm& firm, Dice& dice) {
  const double a_head = trade_of(firm.sector).revenue_per_head;
  firm.revenue = static_cast<std::int64_t>(dice.around(firm.staff * a_head, 0.5));
  const double growth = std::clamp(dice.normal(0.06, 0.16), -0.7, 2.0);
  firm.revenue_before = static_cast<std::int64_t>(static_cast<double>(firm.revenue) / (1 + growth));
  firm.exporter = firm.type == company && (firm.sector == 'C' || firm.sector == 'F') &&
                  dice.chance(firm.size == micro ? 0.05 : 0.35);
  const bool big = firm.sector == 'H' ? firm.revenue >= 2'000'000 && firm.staff >= 30
                                      : firm.revenue >= 20'000'000 && firm.staff >= 20;
  firm.above_scale = firm.type == company && firm.alive && big;
}

void draw_uscc(Firm& firm) {
  static constexpr std::string_view authorities[] = {"91", "92", "93", "93", "52", "91", "91"};
  const std::string uscc = demo_uscc(authorities[firm.type], firm.index);
  std::memcpy(firm.uscc_bytes, uscc.data(), sizeof firm.uscc_bytes);
}

// The firms of the demo accounts: one for each of five kinds of policy. Their numbers do not depend
// on the scale or the seed.
void set_demo_firm(Firm& firm, const DemoDefinition& city) {
  struct Fixed {
    FirmType type;
    FirmSize size;
    std::uint8_t division, zone;
    char sector;
    std::string_view industry;
    int staff, insured, insured_later;
    std::int64_t revenue, revenue_before;
  };
  static constexpr Fixed fixed[] = {
      {company, medium, 3, 0, 'C', "C34", 320, 286, 298, 216'000'000, 178'000'000},
      {company, small_firm, 0, 0, 'H', "H62", 46, 38, 41, 9'600'000, 8'900'000},
      {agency, small_firm, 4, 0, 'L', "L72", 24, 22, 23, 8'200'000, 7'000'000},
      {company, medium, 9, 0, 'C', "C38", 410, 372, 391, 465'000'000, 310'000'000},
      {company, small_firm, 4, 1, 'I', "I65", 88, 82, 95, 62'000'000, 48'000'000},
  };
  const auto& f = fixed[firm.index];
  firm = Firm{.index = firm.index,
              .type = f.type,
              .size = f.size,
              .division = f.division,
              .zone = f.zone,
              .sector = f.sector,
              .above_scale = firm.index != 2,
              .exporter = f.sector == 'C',
              .street = 0,
              .industry = industry_place(city, f.industry),
              .founded = date_of({2012 + static_cast<int>(firm.index), 5, 18}),
              .staff = f.staff,
              .insured = f.insured,
              .insured_later = f.insured_later,
              .revenue = f.revenue,
              .revenue_before = f.revenue_before};
  draw_uscc(firm);
}

Firm make_firm(std::uint32_t index, const DemoDefinition& city, std::uint64_t seed) {
  Dice dice(seed, stream_of("firm"), index);
  Firm firm;
  firm.index = index;
  if (firm.demo()) {
    set_demo_firm(firm, city);
    return firm;
  }
  firm.type = static_cast<FirmType>(dice.pick(firm_types));
  firm.division = static_cast<std::uint8_t>(dice.pick(firm_places));
  firm.zone = firm.type == business ? 0 : zone_in(firm.division, dice);
  const auto& streets = city.streets.at(std::string(division_codes[firm.division]));
  firm.street = static_cast<std::uint16_t>(dice.below(static_cast<std::int64_t>(streets.size())));
  firm.state_owned = firm.type == company && dice.chance(0.008);
  firm.alive = !dice.chance(0.06);
  const double age_days = dice.around(1900, 0.9);  // median five years
  firm.founded = DemoWorld::today() - std::clamp(static_cast<int>(age_days), 10, 14'000);
  draw_trade(firm, dice, city);
  draw_size(firm, dice);
  draw_money(firm, dice);
  draw_uscc(firm);
  return firm;
}

constexpr int ages[] = {800, 800, 1500, 1800, 1600, 1500, 1100, 550, 300, 48, 2};  // by decade
constexpr int degrees[][5] = {
    {0, 0, 0, 0, 1}, {2, 30, 180, 200, 588}, {4, 40, 160, 180, 616}, {1, 8, 60, 90, 841}};

void draw_life(Person& person, Dice& dice, const std::vector<double>& jobs) {
  const int age = years_between(person.birth, DemoWorld::today());
  const int group = age < 18 ? 0 : age < 30 ? 1 : age < 45 ? 2 : 3;
  person.degree = static_cast<std::uint8_t>(dice.pick(degrees[group]));
  static constexpr int school_years[] = {28, 25, 22, 21, 18};
  const auto ymd = ymd_of(person.birth);
  person.graduated = date_of({ymd.year + school_years[person.degree], 6, 30});
  if (person.graduated > DemoWorld::today()) person.degree = 4;
  if (age >= 18 && age < 60 && !jobs.empty() && dice.chance(0.62)) {
    const double at = dice.unit() * jobs.back();
    person.employer =
        static_cast<std::uint32_t>(std::upper_bound(jobs.begin(), jobs.end(), at) - jobs.begin());
    person.employer =
        std::min<std::uint32_t>(person.employer, static_cast<std::uint32_t>(jobs.size() - 1));
  }
}

// Gives each person a birth day that still has a free number (999 a day).
class Births {
 public:
  explicit Births(Date last) : first_(date_of({1914, 1, 1})), used_(last - first_ + 1) {}
  void give(Person& person, Date day) {
    auto place =
        static_cast<std::size_t>(std::clamp(day - first_, 0, static_cast<int>(used_.size()) - 1));
    while (used_[place] >= 999) place = (place + 1) % used_.size();
    person.birth = first_ + static_cast<int>(place);
    person.order = ++used_[place];
  }

 private:
  Date first_;
  std::vector<std::uint16_t> used_;
};

void make_people(DemoWorld& world, std::int64_t count) {
  std::vector<double> jobs;  // cumulated insured staff
  double total = 0;
  for (const auto& firm : world.firms) jobs.push_back(total += firm.insured);
  Births births(DemoWorld::today());
  world.people.resize(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < world.people.size(); ++i) {
    auto& person = world.people[i];
    Dice dice = world.dice("person", i);
    const int decade = static_cast<int>(dice.pick(ages));
    const int days = decade * 3652 + static_cast<int>(dice.below(decade == 10 ? 1200 : 3652));
    person.home = static_cast<std::uint8_t>(dice.pick(people_places));
    person.zone = zone_in(person.home, dice);
    const double origin = dice.unit();
    const bool old = decade >= 6;
    person.hukou = old || origin < 0.66 ? person.home : origin < 0.72 ? 10 : 11;
    if (person.local() && dice.chance(0.06)) {
      person.hukou = static_cast<std::uint8_t>(dice.pick(people_places));
    }
    const auto& streets = world.city->streets.at(std::string(division_codes[person.home]));
    person.street =
        static_cast<std::uint16_t>(dice.below(static_cast<std::int64_t>(streets.size())));
    births.give(person, i == 0   ? date_of({1935, 6, 8})
                        : i == 1 ? date_of({1997, 4, 12})
                                 : DemoWorld::today() - days);
    draw_life(person, dice, jobs);
    if (i == 0)
      person = Person{
          .birth = person.birth, .order = person.order, .hukou = 3, .home = 3, .graduated = {}};
    if (i == 1) {
      person = Person{.birth = person.birth,
                      .order = person.order,
                      .hukou = 11,
                      .home = 4,
                      .degree = 2,
                      .employer = 4,
                      .graduated = date_of({2019, 6, 30})};
    }
  }
}

}  // namespace

std::string demo_uscc(std::string_view authority, std::uint64_t index) {
  static constexpr std::string_view digits = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  std::string body = "QY000000";
  for (std::size_t at = body.size(); index > 0 && at > 2; index /= 31)
    body[--at] = digits[index % 31];
  body += org_check_char(body);
  std::string code(authority);
  code.append("330200").append(body);
  code += uscc_check_char(code);
  return code;
}

std::string demo_resident_id(Date birth, int order) {
  std::string id = "330299";  // a division that was never assigned
  for (const char c : to_iso(birth)) {
    if (c != '-') id += c;
  }
  id += static_cast<char>('0' + order / 100);
  id += static_cast<char>('0' + order / 10 % 10);
  id += static_cast<char>('0' + order % 10);
  id += resident_check_char(id);
  return id;
}

DemoWorld DemoWorld::make(const DemoDefinition& city, double scale, std::uint64_t seed) {
  DemoWorld world;
  world.city = &city;
  world.seed = seed;
  const auto firms = std::max(firms_min, static_cast<std::int64_t>(firms_at_scale_1 * scale + 0.5));
  const auto people =
      std::max(people_min, static_cast<std::int64_t>(people_at_scale_1 * scale + 0.5));
  world.firms.reserve(static_cast<std::size_t>(firms));
  for (std::int64_t i = 0; i < firms; ++i) {
    world.firms.push_back(make_firm(static_cast<std::uint32_t>(i), city, seed));
  }
  make_people(world, people);
  return world;
}

std::string DemoWorld::resident_id(std::size_t person) const {
  return demo_resident_id(people[person].birth, people[person].order);
}

std::string_view DemoWorld::tax_division(const Firm& firm) const {
  return firm.zone == 0 ? division_codes[firm.division] : zone_codes[firm.zone];
}

std::string_view DemoWorld::home_division(const Person& person) const {
  return person.zone == 0 ? division_codes[person.home] : zone_codes[person.zone];
}

std::string_view DemoWorld::street_of(std::uint8_t division, std::uint16_t street) const {
  return city->streets.at(std::string(division_codes[division]))[street];
}

std::string_view DemoWorld::industry_of(const Firm& firm) const {
  return city->codes.at("industries")[firm.industry];
}

}  // namespace citybrain::cli
