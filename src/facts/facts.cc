// Facts over guard: see facts/facts.h.
#include "facts/facts.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "declare.h"
#include "gather.h"

namespace citybrain::facts {
namespace {

// A registry has one row a subject. A change of a keyed resource tells of its subject by its key:
// were the number no part of it, the subject a row had before would not be touched.
Result<void> check_place(const Fact& fact, const std::vector<std::string>& key, bool registry) {
  if (registry && key != std::vector<std::string>{fact.subject_item}) {
    return invalid(
        "the first fact of " + fact.subject + ", '" + fact.field.name +
        "', must come from its registry: a resource whose key is the subject item alone; '" +
        fact.resource + "' is not");
  }
  if (!key.empty() && std::find(key.begin(), key.end(), fact.subject_item) == key.end()) {
    return invalid("fact '" + fact.field.name + "': subject item '" + fact.subject_item +
                   "' is no part of the key of '" + fact.resource + "'");
  }
  return ok();
}

}  // namespace

Result<std::unique_ptr<Facts>> Facts::load(guard::Guard& guard, std::string_view csv) {
  std::unique_ptr<Facts> facts(new Facts(guard));
  CB_TRY(facts->facts_, declare(csv, [&](const std::string& resource) -> Result<Schema> {
           CB_TRY(guard::ResourceGrades grades, guard.grades_of(resource));
           return std::move(grades.schema);
         }));
  for (const Fact& fact : facts->facts_) {
    CB_TRY(const guard::ResourceGrades grades, guard.grades_of(fact.resource));
    CB_DO(check_place(fact, grades.schema.key, &fact == facts->registry(fact.subject)));
    if (const auto place = grades.schema.find(fact.subject_item)) {
      facts->places_[fact.resource].insert({fact.subject, *place});
    }
  }
  return facts;
}

std::vector<std::string> Facts::names(std::string_view subject_type) const {
  std::vector<std::string> names;
  for (const Fact& fact : facts_) {
    if (fact.subject == subject_type) names.push_back(fact.field.name);
  }
  return names;
}

const Fact* Facts::find(std::string_view subject_type, std::string_view name) const {
  const auto found = std::find_if(facts_.begin(), facts_.end(), [&](const Fact& fact) {
    return fact.subject == subject_type && fact.field.name == name;
  });
  return found == facts_.end() ? nullptr : &*found;
}

const Fact* Facts::registry(std::string_view subject_type) const {
  const auto found = std::find_if(facts_.begin(), facts_.end(),
                                  [&](const Fact& fact) { return fact.subject == subject_type; });
  return found == facts_.end() ? nullptr : &*found;
}

Result<std::vector<const Fact*>> Facts::wanted_facts(const std::string& subject_type,
                                                     const std::vector<std::string>& wanted) const {
  std::vector<const Fact*> facts;
  for (const std::string& name : wanted) {
    const Fact* fact = find(subject_type, name);
    if (fact == nullptr) {
      const auto near = nearest(name, names(subject_type));
      return invalid("no fact '" + name + "' of " + subject_type +
                     (near ? "; did you mean '" + *near + "'?" : ""));
    }
    facts.push_back(fact);
  }
  return facts;
}

namespace {
// Rows of one subject in one resource that one() reads at most.
constexpr std::int64_t subject_rows_max = 10'000;
}  // namespace

Result<Read> Facts::batches(const std::string& subject_type, const std::vector<std::string>& wanted,
                            guard::InternalPurpose purpose, const Sink& fn) const {
  CB_TRY(const std::vector<const Fact*> facts, wanted_facts(subject_type, wanted));
  const Fact* spine = registry(subject_type);
  if (spine == nullptr) return not_found("no facts of '" + subject_type + "' are declared");
  guard::Reading reading = guard_.begin(std::move(purpose));
  Gather gather(facts);
  CB_DO(reading.scan(spine->resource, {spine->subject_item}, {}, [&](const Batch& rows) {
    const Column& ids = rows.columns[0];
    for (std::size_t row = 0; row < rows.rows; ++row) {
      if (!ids.is_null(row)) gather.add_subject(ids.text_at(row));
    }
    return ok();
  }));
  for (const Group& group : group_by_resource(facts)) {
    CB_DO(reading.scan(group.resource, group.columns, {},
                       [&](const Batch& rows) { return gather.take(group, rows); }));
  }
  CB_TRY(const std::uint64_t index, reading.finish());
  for (std::size_t from = 0; from < gather.subjects(); from += rows_max) {
    CB_DO(fn(gather.cut(from, rows_max)));
  }
  return Read{index, reading.as_of().columns_seq, static_cast<std::int64_t>(gather.subjects())};
}

Result<Known> Facts::one(const Subject& subject, const std::vector<std::string>& wanted,
                         guard::InternalPurpose purpose) const {
  CB_TRY(const std::vector<const Fact*> facts, wanted_facts(subject.type, wanted));
  const Fact* spine = registry(subject.type);
  if (spine == nullptr) return not_found("no facts of '" + subject.type + "' are declared");
  purpose.subjects.push_back(subject.id);
  guard::Reading reading = guard_.begin(std::move(purpose));
  CB_TRY(const Batch there, reading.rows_of(spine->resource, spine->subject_item, subject.id, 1));
  if (there.rows == 0) {
    return not_found("the registry '" + spine->resource + "' has no such " + subject.type);
  }
  Gather gather(facts);
  gather.add_subject(subject.id);
  for (const Group& group : group_by_resource(facts)) {
    CB_TRY(const Batch rows,
           reading.rows_of(group.resource, group.subject_item, subject.id, subject_rows_max));
    CB_DO(gather.take(group, rows));
  }
  CB_TRY(const std::uint64_t index, reading.finish());
  return Known{gather.cut(0, 1), index, reading.as_of().columns_seq};
}

Result<Touched> Facts::touched(std::int64_t after, std::int64_t limit) const {
  // Columns first: changes that land meanwhile are told of next time.
  CB_TRY(const guard::AsOf as_of, guard_.as_of());
  CB_TRY(const guard::Changes changes, guard_.changes(after, limit));
  Touched touched;
  touched.next = after;
  std::set<Subject> subjects;
  for (const guard::Change& change : changes.changes) {
    if (change.seq > as_of.columns_seq) break;
    touched.next = change.seq;
    const auto places = places_.find(change.resource);
    if (places == places_.end()) continue;
    for (const auto& [type, place] : places->second) {
      if (place >= change.row.size() || is_null(change.row[place])) continue;
      subjects.insert({type, to_text(change.row[place])});
    }
  }
  touched.more = static_cast<std::int64_t>(changes.changes.size()) == limit &&
                 touched.next == changes.changes.back().seq;
  touched.subjects.assign(subjects.begin(), subjects.end());
  return touched;
}

}  // namespace citybrain::facts
