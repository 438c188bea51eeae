// Propose: what a column's name and samples suggest of it: grade, check, code. For people who look
// it over, never for deciding.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace citybrain::catalog {

struct Proposal {
  int grade = 2;
  std::string check;   // as items.csv declares it, or ""
  std::string reason;  // why, "" where nothing was recognised
};

// `name`: Chinese or as the source has it; `samples`: some values, may be none.
Proposal propose(std::string_view name, const std::vector<std::string>& samples);

// An identifier from a name: ASCII words as they are, Chinese by pinyin initials (企业名称 → qymc),
// made unlike those in `taken`, to which it is added.
std::string identifier_for(std::string_view name, std::string_view prefix,
                           std::set<std::string, std::less<>>& taken);

}  // namespace citybrain::catalog
