// Knowledge: what rules asks of the rooms beside it: the facts there are, what is known of
// subjects, and which policies use a model. A port; the adapter over facts, catalog and benefit is
// in cli.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/room.h"
#include "base/schema.h"
#include "brain/value.h"

namespace citybrain::rules {

// A fact as the editor's picker shows it.
struct FactInfo {
  Field field;               // its name is the fact's
  std::string subject_type;  // enterprise | person
  std::string unit;
  std::string description;
  std::string aggregate;  // "value", "sum", …
  std::string resource;   // code
  std::string resource_name;
  std::string item;  // code
  std::string item_name;
  std::string owner;  // department, short name
  std::string owner_name;
  std::vector<std::pair<std::string, std::string>> values;  // code and name, of a coded item
};

// A policy that pays by a model, and what it fills in.
struct ModelUse {
  std::string policy;
  std::string name;
  std::string subject_type;
  json::object parameters;
};

struct BulkRead {
  std::int64_t as_of = 0;  // change sequence that the columns held
  std::int64_t subjects = 0;
};

// Thread-safe.
class Knowledge {
 public:
  virtual ~Knowledge() = default;
  // All facts, in the order of their declaration.
  virtual const std::vector<FactInfo>& facts() const = 0;
  // All facts of one subject; writes an audit entry. not_found where nobody has that number.
  virtual Result<brain::Context> one(const Principal& who, const std::string& subject_type,
                                     const std::string& subject) = 0;
  // All subjects: batches of `subject` and the wanted facts, in that order; one audit entry.
  using Sink = std::function<Result<void>(const Batch&)>;
  virtual Result<BulkRead> batches(const std::string& subject_type,
                                   const std::vector<std::string>& wanted, const std::string& actor,
                                   const Sink& sink) = 0;
  // About how many subjects there are, for progress; 0 = not known.
  virtual std::int64_t expected(const std::string& subject_type) const = 0;
  // Names of the facts that tell a subject's district and industry; "" = there is none.
  virtual std::string district_fact(const std::string& subject_type) const = 0;
  virtual std::string industry_fact(const std::string& subject_type) const = 0;
  virtual Result<std::vector<ModelUse>> uses(const std::string& model) const = 0;
};

}  // namespace citybrain::rules
