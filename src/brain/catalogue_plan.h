// What compiling a catalogue makes: the graph, the accounts, an entry's plan each, and how each
// predicate is asked of its operand.
#pragma once

#include <memory>
#include <vector>

#include "brain/catalogue.h"
#include "catalogue_ask.h"
#include "graph_build.h"

namespace citybrain::brain {

struct Catalogue::Impl {
  Schema columns;
  EvaluateOptions options;
  Graph graph;
  Accounts accounts{graph};
  std::vector<EntryPlan> entries;
  std::vector<AskPlan> asks;     // by predicate
  std::vector<TextCodes> codes;  // by column
  CatalogueFigures figures;

  void plan_asks();

 private:
  AskPlan plan_ask(const GraphNode& node);
};

}  // namespace citybrain::brain
