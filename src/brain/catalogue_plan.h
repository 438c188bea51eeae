// What compiling a catalogue makes: the graph, the accounts, an entry's plan each, and how each
// predicate is asked of its operand.
#pragma once

#include <memory>
#include <vector>

#include "brain/catalogue.h"
#include "bulk_ask.h"
#include "graph_build.h"

namespace citybrain::brain {

// How a predicate is asked, by the operand's form.
struct AskPlan {
  enum class By : std::uint8_t {
    ints,   // whole numbers: columns, computed numbers of a scale, dates
    codes,  // a text column: codes that hold
    truth,  // the operand is a truth
    value,  // one value at a time
  };
  By by = By::value;
  IntAsk ints;
  std::vector<std::uint32_t> codes;  // that hold; 0 = every text that no condition names
  Answered of_null = Answered::unknown;
  Answered of_yes = Answered::unknown;
  Answered of_no = Answered::unknown;
};

struct Catalogue::Impl {
  Schema columns;
  EvaluateOptions options;
  Graph graph;
  Accounts accounts;
  std::vector<EntryPlan> entries;
  std::vector<AskPlan> asks;     // by predicate
  std::vector<TextCodes> codes;  // by column
  CatalogueFigures figures;

  void plan_asks();

 private:
  AskPlan plan_ask(const GraphNode& node);
};

}  // namespace citybrain::brain
