// TableChecker: checks one decision table; which checks, its hit policy says. Private to the table
// check.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "brain/table_check.h"
#include "table_space.h"
#include "table_witness.h"
#include "table_words.h"

namespace citybrain::brain {

// The value of an output that is a constant; null where it is computed or not there.
const Value* constant_of(const std::shared_ptr<const Code>& code);

// One table, one thread. Reports by and by into `out`.
class TableChecker {
 public:
  TableChecker(const Model::Impl& model, const Item& item, const Logic& logic, const Table& table,
               const TableCheckOptions& options, Budget& budget, TableCheck& out);
  void run();

 private:
  using Pair = std::function<bool(std::size_t, std::size_t)>;  // false: enough

  void unreachable();
  void outputs();
  void gaps();
  void nulls();
  void overlaps();
  void masked();
  void duplicates();

  // Pairs i < j of rules whose conditions on the most telling column meet.
  void each_meeting(const Pair& see);
  // Where both surely hold; empty where that can't be said.
  Box both(std::size_t i, std::size_t j) const;
  // Rule `by` as a cover of rule `r`; empty where it can't be said to cover anything.
  Box cover(std::size_t by, std::size_t r) const;
  void hidden(std::size_t r, const std::vector<std::size_t>& over);
  bool same_conditions(std::size_t i, std::size_t j) const;
  // Both constant, and not the same.
  bool outputs_differ(std::size_t i, std::size_t j) const;
  // Places of the outputs among their allowed values; empty where one is computed or not there.
  std::vector<std::size_t> rank(std::size_t rule) const;

  bool room_for(const std::string& code);
  void report(Severity severity, const char* code, std::vector<int> rules, Words message,
              std::vector<ExampleInput> example, std::string suggestion);
  Span place_of(int rule) const;

  const Model::Impl& model_;
  const Item& item_;
  const Table& table_;
  const TableCheckOptions& options_;
  Budget& budget_;
  TableCheck& out_;
  std::set<std::string> whole_;
  TableSpace space_;
  TableWitness witness_;
  TableReport report_;
  std::map<std::string, int> counts_;
};

}  // namespace citybrain::brain
