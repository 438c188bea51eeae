// What a DMN file becomes: items (inputs, decisions, functions, services) with their boxed logic,
// all expressions compiled and all names resolved.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "brain/model.h"
#include "code.h"

namespace citybrain::brain {

struct Table;
struct Logic;
class TableIndex;

// A boxed expression. Its parts share one frame of slots, that of the Logic around it.
struct Boxed {
  enum class Kind : std::uint8_t {
    empty,
    literal,
    table,
    context,
    list,
    relation,
    function,
    invocation,
    conditional,
    for_,
    some,
    every,
    filter
  };
  Kind kind = Kind::empty;
  std::shared_ptr<const Code> code;  // of a literal; of an invocation: the function
  // context: entries; list: items; relation: cells by row; invocation: arguments; conditional: if,
  // then, else; for, some, every: list, body; filter: list, condition.
  std::vector<Boxed> parts;
  std::vector<std::string> names;    // of entries ("" = the result), columns, arguments
  std::vector<std::uint32_t> slots;  // of entries; of the iterator or the filter's item
  std::vector<TypeRef> types;        // of entries and columns
  std::unique_ptr<Table> table;
  std::shared_ptr<const Logic> function;
  TypeRef type;   // what the value must be; null = Any
  TypeRef found;  // what it will be, as far as that is known
};

// The body of a decision, of a BKM or of a boxed function.
struct Logic {
  Boxed root;
  std::string name;
  std::vector<Parameter> parameters;    // first slots
  std::vector<std::uint32_t> captures;  // slots of the frame around, which follow the parameters
  TypeRef result;
  std::uint32_t slots = 0;
};

enum class HitPolicy : std::uint8_t {
  unique,
  any,
  priority,
  first,
  rule_order,
  output_order,
  collect
};
enum class Aggregator : std::uint8_t { none, sum, count, min, max };

struct TableInput {
  std::shared_ptr<const Code> expression;
  std::string text;
  std::uint32_t slot = 0;  // the tested value
  TypeRef type;
  std::shared_ptr<const Code> allowed;  // unary tests on `slot`
};

struct TableOutput {
  std::string name;  // "" where there is one output only
  TypeRef type;
  std::vector<Value> order;             // allowed values, best first, for P and O
  std::shared_ptr<const Code> allowed;  // unary tests
  std::uint32_t slot = 0;
  std::shared_ptr<const Code> otherwise;
};

struct TableRule {
  std::vector<std::shared_ptr<const Code>> tests;  // null = "-"
  std::vector<std::shared_ptr<const Code>> outputs;
  std::string annotation;
};

struct Table {
  HitPolicy policy = HitPolicy::unique;
  Aggregator aggregator = Aggregator::none;
  std::vector<TableInput> inputs;
  std::vector<TableOutput> outputs;
  std::vector<TableRule> rules;
  std::string name;
  std::shared_ptr<const TableIndex> index;  // of large ones
};

struct Item {
  enum class Kind : std::uint8_t { input, decision, function, service };
  Kind kind = Kind::input;
  std::string id;
  std::string name;
  // The names of the imports that lead to its file; none of the main file. A file that is imported
  // along two ways is there twice: each has inputs of its own. Imports without a name add none.
  std::vector<std::string> path;
  std::uint32_t document = 0;  // the file that holds it
  std::string type_name;
  std::string description;
  TypeRef type;                           // declared
  TypeRef found;                          // what its logic gives, as far as that is known
  std::shared_ptr<Logic> logic;           // decision, function
  std::vector<std::uint32_t> needs;       // items its logic may read
  std::vector<std::uint32_t> outputs;     // service
  std::vector<std::uint32_t> parameters;  // service: input data, then input decisions
  Value function;                         // BKM and service as a value
};

struct Model::Impl {
  std::string id;
  std::string name;
  std::vector<Item> items;
  std::vector<Input> inputs;
  std::vector<DecisionInfo> decisions;
  std::vector<std::uint32_t> input_items;  // items of `inputs`

  const Item* find(std::string_view name_or_id, Item::Kind kind) const;
};

const char* name_of(Boxed::Kind kind);

}  // namespace citybrain::brain
