// Any text as a DMN file: loaded, and its decisions evaluated.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "brain/model.h"

using namespace citybrain::brain;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t bytes_max = 64 << 10;
  constexpr std::size_t decisions_max = 8;
  if (size > bytes_max) return 0;
  LoadOptions options;
  options.lenient = true;
  const Loaded loaded = Model::load({reinterpret_cast<const char*>(data), size}, options);
  for (const Diagnostic& d : loaded.diagnostics) (void)d.text();
  if (!loaded.model) return 0;
  EvaluateOptions explain;
  explain.explain = true;
  std::size_t count = 0;
  for (const DecisionInfo& d : loaded.model->decisions()) {
    if (++count > decisions_max) break;
    (void)loaded.model->evaluate(d.name, {}, explain);
  }
  return 0;
}
