// Diff: what differs between two DMN files, element by element and cell by cell, as an official
// reads it. Works on the XML, so that a draft with errors can be compared too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace citybrain::brain {

enum class Change : std::uint8_t { added, removed, changed };
const char* name_of(Change change);

// One cell of a rule that is on both sides, or on one (then the other text is empty).
struct CellDiff {
  std::string column;
  std::string role;  // "input", "output", "annotation"
  std::string before;
  std::string after;
  bool changed = false;
};

// One differing part of an element.
struct PartDiff {
  std::string what;  // "expression", "type", "name", "description", "policy", "input_column",
                     // "output_column", "requirement", "allowed_values", "rule", "logic"
  std::string at;    // which one: the column's label, the entry's name; "" where there is one only
  Change change = Change::changed;
  std::string before;
  std::string after;
  int number_before = 0;  // of a rule, from 1; 0 = not there
  int number_after = 0;
  std::vector<CellDiff> cells;  // of a rule
};

struct ElementDiff {
  std::string kind;  // "decision", "input", "type", "function", "service"
  std::string id;
  std::string name;  // as it is now, or was
  Change change = Change::changed;
  std::vector<PartDiff> parts;  // of a changed element
};

struct ModelDiff {
  std::vector<ElementDiff> elements;  // in the order of the newer file, removed ones last
  bool same() const { return elements.empty(); }
};

// Elements are matched by name and, where the name is gone, by id. Rules are matched by the longest
// common sequence of equal ones; between two matches, rules that share most cells count as changed.
// Layout, ids of rules and white space around a text are no difference. The error says which side
// is no DMN file.
Result<ModelDiff> diff_models(std::string_view before, std::string_view after);

json::value to_json(const ModelDiff& diff);

}  // namespace citybrain::brain
