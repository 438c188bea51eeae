// Any text as an expression and as unary tests: parsed, and run within a small budget.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "machine.h"
#include "parse.h"

using namespace citybrain::brain;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t bytes_max = 4096;
  constexpr std::int64_t steps = 20'000;
  if (size > bytes_max) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Scope scope;
  scope.names = {{"a", false, 0, nullptr},
                 {"人数", false, 1, builtin_type("number")},
                 {"a b", false, 2, nullptr}};
  scope.slots = 3;
  const std::vector<Value> values = {Value::list({Value::number(1), Value::text("x")}),
                                     Value::number(30), Value()};
  for (const Grammar grammar : {Grammar::expression, Grammar::unary_tests}) {
    std::vector<Diagnostic> diagnostics;
    const Parsed parsed =
        parse(grammar, {text, "fuzz", 1, 1}, scope, diagnostics, 1, builtin_type("number"));
    Machine machine(nullptr, {});
    machine.spend(steps_max - steps);
    const Value v = machine.run(*parsed.code, values);
    (void)to_text(v).size();
    for (const Note& note : machine.notes()) (void)diagnostic_of(note).text();
  }
  return 0;
}
