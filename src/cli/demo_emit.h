// What the writers of the core resources share: a writer a resource, called for each firm or person
// in turn with that one's own dice; it writes none, one or several rows.
#pragma once

#include <map>
#include <string_view>

#include "demo_dice.h"
#include "demo_file.h"
#include "demo_world.h"

namespace citybrain::cli {

using FirmWriter = void (*)(const DemoWorld&, const Firm&, DemoFile&, Dice&);
using PersonWriter = void (*)(const DemoWorld&, std::size_t person, DemoFile&, Dice&);

// Resource → its writer.
const std::map<std::string_view, FirmWriter>& firm_writers();        // registers and finance
const std::map<std::string_view, FirmWriter>& industry_writers();    // industry, research, trade
const std::map<std::string_view, FirmWriter>& employment_writers();  // people at firms, farms, care
const std::map<std::string_view, PersonWriter>& person_writers();

// The demo accounts' firms have what a policy asks for, and nothing that excludes them.
inline bool lucky(const Firm& firm, Dice& dice, double p) { return dice.chance(p) || firm.demo(); }
inline bool unlucky(const Firm& firm, Dice& dice, double p) {
  return dice.chance(p) && !firm.demo();
}
inline Yuan yuan(double amount) { return {static_cast<std::int64_t>(amount * 100 + 0.5)}; }
inline Yuan whole_yuan(double amount) { return {static_cast<std::int64_t>(amount + 0.5) * 100}; }
inline Scaled hundredths(double value) {
  return {static_cast<std::int64_t>(value * 100 + (value < 0 ? -0.5 : 0.5)), 2};
}
inline Date day(int year, int month, int day_of_month) {
  return date_of({year, month, day_of_month});
}
// A day of that year up to the demo city's day.
inline Date day_in(Dice& dice, int year) {
  return day(year, 1, 1) + static_cast<int>(dice.below(year == 2020 ? 320 : 365));
}
// A serial number of the firm's own: up to a hundred of a kind.
inline Serial serial(std::string_view prefix, const Firm& firm, int n) {
  return {prefix, static_cast<std::int64_t>(firm.index) * 100 + n, 9};
}
inline std::string anybody(const DemoWorld& world, Dice& dice) {
  return world.resident_id(
      static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(world.people.size()))));
}

}  // namespace citybrain::cli
