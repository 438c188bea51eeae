// Table check: what is wrong with a model's decision tables, found without running them: gaps,
// overlaps, contradictions, rules that can never hold or never count. Stands beside Model; whoever
// edits or stores models asks it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "brain/diagnostic.h"
#include "brain/model.h"
#include "brain/value.h"

namespace citybrain::brain {

struct TableCheckOptions {
  // Comparisons of a box with a rule, over all tables of the model. A million takes about 20 ms.
  std::int64_t steps_max = 50'000'000;
  // Findings of one kind that a table reports at most; the rest is counted.
  int findings_max = 20;
  // Inputs that hold whole numbers only (a count of people): for them nothing lies between 5 and 6.
  std::vector<std::string> whole_inputs;
};

// One input of an example: "参保人数" = 40, which stands for all that `zh` or `en` says.
struct ExampleInput {
  std::string input;  // the column's expression
  Value value;        // null with `symbol` set: the value of that name
  std::string symbol;
  std::string zh;  // "大于 30、小于 50"
  std::string en;  // "above 30 and below 50"
};

// `diagnostic.code` is one of
//   table_gap            no rule holds (UNIQUE, ANY, PRIORITY, FIRST without default outputs)
//   table_overlap        two rules of a UNIQUE table hold at once
//   table_contradiction  rules hold at once and give different outputs (ANY), or ask the same
//                        conditions and give different outputs (UNIQUE)
//   table_masked         a rule never counts, since earlier (FIRST) or better ones (PRIORITY) hold
//                        wherever it does
//   table_unreachable    a rule can't hold at all: no allowed value passes its conditions
//   table_duplicate      the same conditions and outputs twice
//   table_not_allowed    an output that is not among the output's allowed values
//   table_budget         the table was not checked to its end
struct Finding {
  Diagnostic diagnostic;  // its message is English
  std::string message_zh;
  std::string decision;    // name of the decision or function that holds the table
  std::string element;     // its id
  std::vector<int> rules;  // from 1
  std::vector<ExampleInput> example;
};

struct TableReport {
  std::string decision;
  std::string element;
  std::string policy;  // "UNIQUE", …, "COLLECT SUM"
  int rules = 0;
  std::vector<std::string> inputs;
  bool complete = false;  // some rule or default holds for every value that is not null
  bool checked = false;   // to the end
  // Inputs for whose null no rule holds, though the table is complete but for that: no fault where
  // the value is always known.
  std::vector<std::string> null_inputs;
  // Columns whose conditions are beyond the check (they call functions on the value): a rule with
  // such a condition counts as one that may hold, so nothing is alarmed because of it.
  std::vector<std::string> opaque_inputs;
  int more = 0;  // findings beyond findings_max
};

struct TableCheck {
  std::vector<TableReport> tables;
  std::vector<Finding> findings;  // by table, then by rule
};

// Checks every decision table of the model, those within contexts and functions too. Conditions are
// taken as the evaluator takes them: each cell is run on one value of every piece into which the
// constants of its column cut the type. Where columns hang together (one is computed from what
// another reads), only a combination that some sampled inputs really give is reported. Names that
// stand as bounds (`< 保障标准`) are ordered as the table's own ranges say; without such an order
// their cells count as "may hold".
TableCheck check_tables(const Model& model, const TableCheckOptions& options = {});

json::value to_json(const Finding& finding);
json::value to_json(const TableReport& report);

}  // namespace citybrain::brain
