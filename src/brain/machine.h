// Machine: runs Code. Its stack of slots, the budget of one evaluation, and what went wrong on the
// way.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/date.h"
#include "code.h"

namespace citybrain::brain {

constexpr int call_depth_max = 200;  // functions within functions
constexpr std::ptrdiff_t call_stack_bytes_max = 2 << 20;
constexpr std::int64_t steps_max = 20'000'000;  // nodes visited in one evaluation
constexpr std::size_t list_items_max = 1'000'000;
constexpr std::size_t text_bytes_max = 16 << 20;
constexpr std::size_t notes_max = 1000;

// A diagnostic before it is put into words.
struct Note {
  const Code* code = nullptr;
  NodeId node = 0;
  const char* kind = "";
  std::string message;
  Value value;
  std::string suggestion;
};

// Gives the values of a model's items (inputs, decisions, functions) by number.
class Globals {
 public:
  virtual ~Globals() = default;
  virtual Value global(std::uint32_t number, class Machine& machine) = 0;
  // A BKM or decision service of the model.
  virtual Value invoke(int item, std::span<const Value> args, class Machine& machine) = 0;
};

// One evaluation at a time, one thread.
class Machine {
 public:
  Machine(Globals* globals, Timestamp now) : globals_(globals), now_(now) {}

  // Runs a whole expression in a fresh frame whose first slots hold `arguments`.
  Value run(const Code& code, std::span<const Value> arguments = {});
  // Any function value; arguments by position.
  Value call(const Function& function, std::span<const Value> args);
  // Does `input` pass these unary tests? Null: unknown.
  Value test(const Code& tests, const Value& input, std::span<const Value> arguments = {});

  // A frame of slots for boxed logic, whose parts run in it one after the other: arguments first,
  // then what was captured. Where enter_frame says no, calls are nested too deep (noted) and
  // leave_frame is not called.
  struct FrameMark {
    std::size_t bottom = 0, base = 0;
    const Code* code = nullptr;
  };
  bool enter_frame(std::uint32_t slots, std::span<const Value> args,
                   std::span<const Value> captured, FrameMark& mark);
  void leave_frame(const FrameMark& mark);
  Value& slot(std::uint32_t number) { return stack_[base_ + number]; }
  Value eval_here(const Code& code);
  Value eval_here(const Code& code, NodeId node);

  // A node of one operand (negate, path) applied to a value that is known already.
  Value apply(const Code& code, NodeId node, const Value& operand);

  void note(const char* kind, std::string message, const Value& value = {});
  // While quiet, an unknown is no fault: a table's condition on a value nobody knows.
  void quiet(int change) { quiet_ += change; }
  // A decision's faults are its own, whoever asks for it first: loud until given back.
  int take_quiet() { return std::exchange(quiet_, 0); }
  void give_quiet(int quiet) { quiet_ = quiet; }
  // Once the budget is spent everything gives null.
  bool exhausted() const { return steps_left_ <= 0; }
  void spend(std::int64_t steps) { steps_left_ -= steps; }
  void spend_for(const Value& value);
  Timestamp now() const { return now_; }
  std::size_t note_count() const { return note_count_; }
  std::vector<Note>& notes() { return notes_; }
  // A function was taken whose value no decimal holds: exp, log, sqrt, most powers.
  void inexact() { inexact_ = true; }
  bool is_inexact() const { return inexact_; }
  // Batches only count what goes wrong.
  void count_only() { count_only_ = true; }
  // Ready for the next row: budget and notes as new.
  void refresh();
  Globals* globals() const { return globals_; }
  // For an evaluation within another: the outer one's depth and budget, and back again its notes.
  void inherit(const Machine& outer) {
    depth_ = outer.depth_ + 1;
    stack_top_ = outer.stack_top_;
    steps_left_ = outer.steps_left_;
    count_only_ = outer.count_only_;
  }
  void absorb(Machine& inner);

 private:
  friend class Frame;
  Value eval(NodeId id);
  Value eval_compound(const Node& n, NodeId id);
  Value arithmetic(const Node& n, NodeId id);
  Value logic(const Node& n);
  Value compare_op(const Node& n, NodeId id);
  Value in(const Node& n);
  Value tests(const Node& n);
  Value one_test(NodeId id, const Value& input);
  Value matches(const Value& input, const Value& value, bool reads_input);
  Value conditional(const Node& n, NodeId id);
  Value iterate(const Node& n, NodeId id);
  bool iterate_from(const Node& n, std::size_t iterator, struct Iteration& state);
  Value filter(const Node& n, NodeId id);
  Value at_position(const std::vector<Value>& items, const Value& position, NodeId id);
  Value path(const Node& n, NodeId id);
  Value path_of(const Value& left, const Node& n, NodeId id);
  Value negative(const Value& v, NodeId id);
  Value member_name(const Node& n, NodeId id);
  Value builtin(const Node& n, NodeId id);
  Value call_builtin(const Function& f, std::span<const Value> args);
  Value invoke(const Node& n, NodeId id);
  Value lambda(const Node& n);
  Value list(const Node& n);
  Value context(const Node& n);
  Value range(const Node& n, NodeId id);
  Value fail(NodeId id, const char* kind, std::string message, const Value& value = {});
  bool silent(const char* kind) const;
  bool may_call();
  Value enter(const Code& code, std::span<const Value> args, std::span<const Value> captured,
              const Value* self);

  Globals* globals_;
  Timestamp now_;
  const Code* code_ = nullptr;
  NodeId at_ = 0;  // the node whose built-in runs
  std::vector<Value> stack_;
  std::size_t base_ = 0;
  int depth_ = 0;
  const char* stack_top_ = nullptr;  // the thread's stack at the outermost call
  std::int64_t steps_left_ = steps_max;
  std::vector<Note> notes_;
  std::size_t note_count_ = 0;
  bool count_only_ = false;
  bool inexact_ = false;
  int quiet_ = 0;
};

// FEEL's `=`: true, false, or null where the kinds don't go together (DMN 1.5 table 42).
Value equals(const Value& a, const Value& b);
// -1, 0, 1; none where there is no order between them.
std::optional<int> order_of(const Value& a, const Value& b);
// Is the value in the range? Null: unknown.
Value in_range(const Value& value, const Range& range);
// a op b on numbers, strings, temporal values; none where the kinds don't go together or the result
// is out of range.
std::optional<Value> arithmetic(Op op, const Value& a, const Value& b);
// The property or entry of that name; none where there is none.
std::optional<Value> member(const Value& value, std::string_view name);

// What a value can be iterated over as: a list's items, a range's whole numbers or days; null where
// there are none.
Value items_of(const Value& value);

// Brings an argument to what parameter `index` of that built-in wants; false where it can't be.
bool fit_argument(std::uint32_t builtin, std::uint32_t index, Value& value);

Diagnostic diagnostic_of(const Note& note);

}  // namespace citybrain::brain
