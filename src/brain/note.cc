// What goes wrong while Code runs: noted where it happens, put into words when it is asked for.
#include <algorithm>

#include "builtin.h"
#include "machine.h"

namespace citybrain::brain {

void Machine::absorb(Machine& inner) {
  steps_left_ = inner.steps_left_;
  note_count_ += inner.note_count_;
  inexact_ = inexact_ || inner.inexact_;
  for (Note& n : inner.notes_) {
    if (notes_.size() < notes_max) notes_.push_back(std::move(n));
  }
}

bool Machine::silent(const char* kind) const {
  const std::string_view k = kind;
  return quiet_ > 0 && (k == "null" || k == "unknown");
}

void Machine::note(const char* kind, std::string message, const Value& value) {
  if (silent(kind)) return;
  ++note_count_;
  if (count_only_ || notes_.size() >= notes_max) return;
  notes_.push_back({code_, at_, kind, std::move(message), value, ""});
}

Value Machine::fail(NodeId id, const char* kind, std::string message, const Value& value) {
  at_ = id;
  note(kind, std::move(message), value);
  return {};
}

Value Call::fail(std::string why, const Value& value) const {
  machine.note("argument", std::move(why), value);
  return {};
}

namespace {

// What to do about it, by the kind of note.
std::string_view remedy_of(std::string_view kind) {
  constexpr std::pair<std::string_view, std::string_view> remedies[] = {
      {"null", "say what null means here, as in `if x = null then 0 else x`"},
      {"unknown", "a condition wants true or false; `x = true` is never null"},
      {"absent", "give the input, or null where there is no value"},
      {"limit", "make the lists or the recursion smaller"},
      {"index", "ask count(list) first"},
      {"not_allowed", "give one of the allowed values, or add it to them"},
      {"overlap", "make the rules exclude each other, or choose the policy FIRST"},
      {"contradiction", "give these rules one output, or choose the policy FIRST"},
      {"empty", "write the decision's logic"},
      {"cycle", "take the requirement on itself out"},
      {"range", "write the lower end first"},
      {"compile", "mend the expression as the errors at load say"}};
  for (const auto& [known, remedy] : remedies) {
    if (known == kind) return remedy;
  }
  return "";
}

}  // namespace

Diagnostic diagnostic_of(const Note& note) {
  Diagnostic d;
  d.severity = Severity::warning;
  d.code = note.kind;
  d.message = note.message;
  d.suggestion = note.suggestion.empty() ? std::string(remedy_of(note.kind)) : note.suggestion;
  if (!note.value.is_null()) d.value = to_text(note.value);
  if (note.code != nullptr && note.node < note.code->nodes.size()) {
    const Node& n = note.code->nodes[note.node];
    d.span = note.code->span_of(n);
    d.where = note.code->where;
    d.message = "`" + note.code->text_of(note.node) + "`: " + d.message;
  }
  return d;
}

// What a large value costs: it takes room, though it took one step.
void Machine::spend_for(const Value& v) {
  constexpr std::size_t bytes_a_step = 16;
  constexpr std::size_t items_a_step = 4;
  if (v.is(Kind::text)) spend(static_cast<std::int64_t>(v.as_text().size() / bytes_a_step));
  if (v.is(Kind::list)) spend(static_cast<std::int64_t>(v.as_list().size() / items_a_step));
}

}  // namespace citybrain::brain
