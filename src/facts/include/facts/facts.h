// Facts: what is known of a person or an enterprise, declared as data over resources. Stands
// between guard, through which it reads, and whoever decides.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/schema.h"
#include "guard/guard.h"

namespace citybrain::facts {

enum class Aggregate : std::uint8_t { value, count, sum, max, min, avg, exists };

// One line of city/facts.csv.
struct Fact {
  std::string subject;  // enterprise | person
  Field field;          // its name is the fact's
  std::string resource;
  std::string item;
  std::string subject_item;  // the item that holds the subject's number
  Aggregate aggregate = Aggregate::value;
  struct Condition {
    std::string item;
    Cell value;
  };
  std::vector<Condition> filter;  // rows that fulfil all of them
  std::string unit;
  std::string description;
  std::string owner;
};

// Facts of one subject, and the entry of the audit log that the reading wrote.
struct Known {
  Batch facts;  // one row; the first column, `subject`, is the subject's number
  std::uint64_t audit_index = 0;
  std::int64_t as_of = 0;  // change sequence that columns held
};

struct Read {
  std::uint64_t audit_index = 0;
  std::int64_t as_of = 0;
  std::int64_t subjects = 0;
};

struct Subject {
  std::string type;
  std::string id;
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

struct Touched {
  std::vector<Subject> subjects;  // each once
  std::int64_t next = 0;          // pass as `after` next time
  bool more = false;
};

// Immutable after load; threads may share it. Owned by cli; guard must outlive it.
class Facts {
 public:
  // Columns fact,subject,type,resource,item,subject_item,aggregate,filter,unit,description,owner.
  // Refuses a fact twice, a resource or item that is not there, and a type that does not follow
  // from the item's, naming line and value.
  static Result<std::unique_ptr<Facts>> load(guard::Guard& guard, std::string_view csv);

  const std::vector<Fact>& all() const { return facts_; }
  // Names of the facts of a subject type, in the order of the file.
  std::vector<std::string> names(std::string_view subject_type) const;
  // None where it is not declared.
  const Fact* find(std::string_view subject_type, std::string_view name) const;

  // All subjects of a type as batches of at most rows_max rows: `subject`, then the wanted facts in
  // that order. Values are clear and internal: what follows from them may be stored only after this
  // returned. Errors: invalid (an undeclared fact, with the nearest), what guard says, what `fn`
  // says.
  using Sink = std::function<Result<void>(const Batch&)>;
  Result<Read> batches(const std::string& subject_type, const std::vector<std::string>& wanted,
                       guard::InternalPurpose purpose, const Sink& fn) const;
  // One subject; not_found where its registry has no such row.
  Result<Known> one(const Subject& subject, const std::vector<std::string>& wanted,
                    guard::InternalPurpose purpose) const;
  // Subjects whose facts may have changed by the changes after `after`, at most `limit` changes.
  Result<Touched> touched(std::int64_t after, std::int64_t limit) const;

  static constexpr std::size_t rows_max = 65'536;

 private:
  explicit Facts(guard::Guard& guard) : guard_(guard) {}
  Result<std::vector<const Fact*>> wanted_facts(const std::string& subject_type,
                                                const std::vector<std::string>& wanted) const;
  // The registry of a subject type: its resource and the item of the subject's number.
  const Fact* registry(std::string_view subject_type) const;

  guard::Guard& guard_;
  std::vector<Fact> facts_;
  // For each resource that facts read: subject types, and the field that holds their number.
  std::map<std::string, std::set<std::pair<std::string, std::size_t>>, std::less<>> places_;
};

}  // namespace citybrain::facts
