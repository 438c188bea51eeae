// Model: one DMN file, checked and compiled once, evaluated for one subject; for batches and for
// many models at once see catalogue.h. Functions only: no I/O, no clock of its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "base/schema.h"
#include "brain/diagnostic.h"
#include "brain/explain.h"
#include "brain/value.h"

namespace citybrain::brain {

struct Input {
  std::string name;
  std::string
      type;  // as the file says: "number", "string", "date", an item definition's name, or ""
  std::string description;
};

struct DecisionInfo {
  std::string id;
  std::string name;
  std::string type;
  std::string kind;                          // "decision_table", "literal", "context", …
  std::vector<std::string> requires_inputs;  // directly and through other decisions
};

struct LoadOptions {
  // Names of the facts and parameters there are; an inputData that is not among them is an error.
  // Empty: any name may come.
  std::vector<std::string> known_inputs;
  // Other files that this one imports, as (location or namespace, xml).
  std::vector<std::pair<std::string, std::string>> imports;
  // Give a model in spite of errors in single expressions, which then evaluate to null with a
  // diagnostic; for editors and the TCK.
  bool lenient = false;
};

class Model;

// A reader's result: the model where nothing is an error, and everything that was found.
struct Loaded {
  std::shared_ptr<const Model> model;  // null where a diagnostic is an error
  std::vector<Diagnostic> diagnostics;
  // The first error as an Error of Code::invalid, or the model.
  Result<std::shared_ptr<const Model>> checked() const;
};

struct EvaluateOptions {
  bool explain = false;
  // Refuse absent inputs: the decision is null, with a diagnostic of code "absent" for each,
  // instead of reading them as null.
  bool strict = false;
  Timestamp now;  // what now() and today() say
};

struct Outcome {
  Value value;
  std::vector<Diagnostic> diagnostics;
  Explanation explanation;  // where asked for
  bool inexact = false;     // a root, a logarithm or the like was taken on the way
};

// Immutable after load; threads may share it.
class Model {
 public:
  static Loaded load(std::string_view xml, const LoadOptions& options = {});

  const std::string& id() const;
  const std::string& name() const;
  const std::vector<Input>& inputs() const;
  const std::vector<DecisionInfo>& decisions() const;
  bool has_decision(std::string_view name) const;

  // One decision (by name or id) for one subject. Inputs come from `context` by name; an entry with
  // a decision's name overrides that decision. An unknown decision is a diagnostic and null.
  Outcome evaluate(std::string_view decision, const Context& context,
                   const EvaluateOptions& options = {}) const;
  // A BKM or decision service by name, with its parameters by name.
  Outcome invoke(std::string_view name, const Context& parameters,
                 const EvaluateOptions& options = {}) const;

  // Reads JSON as this model's inputs are typed: "2020-02-01" for an input of type date is a date.
  // Members that are no input are left out; a value that can't be read is an error naming it.
  Result<Context> read_inputs(const json::object& object) const;

  // How many diagnostics these decisions give for one subject when each is evaluated once: what a
  // catalogue counts a row.
  std::size_t count_notes(const std::vector<std::string>& decisions, const Context& context,
                          const EvaluateOptions& options = {}) const;

  struct Impl;
  explicit Model(std::shared_ptr<const Impl> impl);
  ~Model();
  // For brain's own parts.
  const std::shared_ptr<const Impl>& shared() const { return impl_; }
  // For brain's own files, which see what Impl is.
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace citybrain::brain
