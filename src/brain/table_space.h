// TableSpace: a decision table as boxes. The constants of a column cut its type into pieces (below
// 30, 30, between 30 and 50, …, null) within which every condition says the same; each condition is
// run on one value a piece. Private to the table check.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dmn.h"
#include "machine.h"
#include "table_runs.h"

namespace citybrain::brain {

// A piece of a column's type.
struct Piece {
  enum class Form : std::uint8_t { point, between, other, null };
  Form form = Form::point;
  Value sample;
  // Of between: numbers of the points beside it in the column, -1 = unbounded. Of point: its own.
  int low = -1;
  int high = -1;
};

struct Point {
  Value value;
  std::string symbol;  // the name whose value it is, then `value` only stands in for it
};

struct SpaceColumn {
  std::string text;                  // the input expression
  std::vector<std::size_t> inputs;   // the table's inputs with that expression
  std::set<std::uint32_t> sources;   // inputs of the model behind it
  bool local = false;                // reads a parameter or an entry around it
  std::vector<Point> points;         // ascending where the type has an order
  std::vector<Piece> pieces;         // null last
  bool null_spoken = false;          // a condition or the allowed values speak of null
  bool opaque = false;               // has conditions that can't be cut
  std::vector<std::string> symbols;  // in the order that was assumed
  Runs known;                        // all pieces but null
  Runs null;                         // that one
};

// A rule's condition on one column.
struct SpaceCell {
  Runs holds;          // pieces on which it surely holds
  std::string opaque;  // its text where that can't be said
};

struct SpaceRule {
  std::vector<SpaceCell> cells;
  bool opaque = false;
  // Where it surely holds (empty in an opaque column), and where it may.
  Box sure;
  Box may;
};

// What the conditions of one column are made of; filled by scanning their code.
struct CellScan {
  bool simple = true;  // cut by its constants and names
  bool null = false;   // speaks of null
  std::vector<Value> values;
  std::set<std::uint32_t> symbols;  // items that stand as bounds
  struct Before {                   // ends of a range, low first
    Point low, high;
    std::uint32_t low_item = UINT32_MAX, high_item = UINT32_MAX;
  };
  std::vector<Before> ranges;
};
// `slot`: where the tested value stands.
CellScan scan_cell(const Model::Impl& model, const Code& code, std::uint32_t slot);

class TableSpace {
 public:
  // Columns and rules of the table. False in `usable()` where the table is too large.
  TableSpace(const Model::Impl& model, const Logic& logic, const Table& table,
             const std::set<std::string>& whole_inputs, Budget& budget);

  bool usable() const { return usable_; }
  const std::vector<SpaceColumn>& columns() const { return columns_; }
  const std::vector<SpaceRule>& rules() const { return rules_; }
  // Does each rule's cell of a table's input admit some value? First input that does not, or -1.
  int impossible_input(std::size_t rule) const { return impossible_[rule]; }
  Box known() const;

 private:
  // How a column is cut: the kind of its values, the points, and what names stand for there.
  struct Cut {
    Kind kind = Kind::null;
    std::vector<Point> points;
    std::map<std::uint32_t, Value> names;
    bool good = true;
  };
  void cut(std::size_t column);
  void make_pieces(std::size_t column, const Cut& cut, Machine& machine);
  void fill(std::size_t column, const Cut& cut);
  bool is_exact(const CellScan& scan, const Cut& cut) const;
  Runs pieces_of(const SpaceColumn& column, const Cut& cut, const CellScan& scan, const Code& test,
                 std::uint32_t slot, Machine& machine) const;

  const Model::Impl& model_;
  const Logic& logic_;
  const Table& table_;
  const std::set<std::string>& whole_inputs_;
  Budget& budget_;
  bool usable_ = true;
  std::vector<SpaceColumn> columns_;
  std::vector<SpaceRule> rules_;
  std::vector<int> impossible_;
};

}  // namespace citybrain::brain
