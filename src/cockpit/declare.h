// Declared: the figures as city/indicators.csv declares them, and the divisions of the map.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace citybrain::cockpit {

struct Declared {
  std::string code;
  std::string name;
  std::string unit;
  std::string definition;  // 口径
  std::string owner;
  std::string period;
  std::string source;
  std::string format;
  int shift = 0;  // added to a value's scale: what the unit is above the room's (万 = 4, 亿 = 8)
};

struct Division {
  std::string code;
  std::string name;
};

// Refuses a code twice and an unknown format, naming the line.
Result<std::vector<Declared>> parse_indicators(std::string_view csv);
// Without the city itself.
Result<std::vector<Division>> parse_divisions(std::string_view csv);

}  // namespace citybrain::cockpit
