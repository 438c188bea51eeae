// Guard: its parts, and internal readings, each of which ends in an audit entry before anything
// leaves. The read door is in door.cc.
#include "guard/guard.h"

#include <algorithm>
#include <map>
#include <set>

#include "audit_store.h"
#include "base/text.h"
#include "guard_state.h"

namespace citybrain::guard {

Guard::Guard(sql::Db& db, lake::Lake& lake, const Clock& clock, Random& random,
             GuardOptions options)
    : identity_(std::make_unique<Identity>(db, clock, random, options.identity)),
      audit_(std::make_unique<AuditLog>(db, clock, random)),
      transparency_(
          std::make_unique<Transparency>(db, *audit_, clock, random, options.audit_origin)),
      grants_(std::make_unique<Grants>(db, clock, random)),
      disputes_(std::make_unique<Disputes>(db, clock, random)),
      state_(std::make_unique<State>(db, lake, random)) {}
Guard::~Guard() = default;

Result<void> Guard::open() {
  CB_DO(state_->grades.load());
  CB_TRY(state_->pseudonym_key, secret_of(state_->db, state_->random, "pseudonyms"));
  CB_DO(disputes_->load());
  CB_DO(audit_->open());
  return transparency_->open();
}

Result<std::uint64_t> Guard::audit(std::string_view event, const Principal& principal,
                                   std::string_view request, int status) {
  AuditEntry entry;
  entry.event = std::string(event);
  entry.actor = principal.id;
  // Paths are foreign bytes: a call that can't be named is on record all the same.
  const bool text = is_utf8(request) && request.find('\0') == std::string_view::npos;
  entry.object = text ? std::string(first_code_points(request, 240)) : "(no UTF-8)";
  entry.status = status;
  return audit_->append(entry);
}

Result<void> Guard::set_grades(const ResourceGrades& grades) { return state_->grades.set(grades); }

Result<ResourceGrades> Guard::grades_of(std::string_view resource) const {
  CB_TRY(const auto found, state_->grades.of(resource));
  ResourceGrades grades = found->grades;
  grades.subject_item = found->subject_item;
  return grades;
}

std::vector<Purpose> Guard::purposes() const { return state_->grades.purposes(); }

// --- internal work

struct Reading::State {
  State(Guard& g, InternalPurpose why) : guard(g), purpose(std::move(why)) {}

  Guard& guard;
  InternalPurpose purpose;
  AsOf as_of;
  struct Used {
    std::set<std::string> columns;
    std::int64_t rows = 0;
  };
  std::map<std::string, Used, std::less<>> used;
  bool finished = false;

  void note(std::string_view resource, const std::vector<std::string>& columns, std::int64_t rows) {
    Used& one = used[std::string(resource)];
    one.columns.insert(columns.begin(), columns.end());
    one.rows += rows;
  }
  // The oldest of what was read: a decision is not younger than that.
  void note(const AsOf& at) {
    const bool first = as_of == AsOf{};
    as_of.rows_seq = first ? at.rows_seq : std::min(as_of.rows_seq, at.rows_seq);
    as_of.columns_seq = first ? at.columns_seq : std::min(as_of.columns_seq, at.columns_seq);
  }
};

Reading::Reading(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reading::Reading(Reading&&) noexcept = default;
Reading::~Reading() = default;

Result<void> Reading::scan(std::string_view resource, const std::vector<std::string>& columns,
                           const std::vector<Comparison>& comparisons, const Sink& sink) {
  lake::ScanSpec spec{.resource = std::string(resource), .columns = columns};
  for (const Comparison& comparison : comparisons) spec.comparisons.push_back(to_lake(comparison));
  std::int64_t rows = 0;
  CB_TRY(const auto as_of, state_->guard.state_->lake.scan(spec, [&](const Batch& batch) {
    rows += static_cast<std::int64_t>(batch.rows);
    return sink(batch);
  }));
  state_->note(from_lake(as_of));
  state_->note(resource, columns, rows);
  return ok();
}

Result<std::optional<std::vector<Cell>>> Reading::get(std::string_view resource,
                                                      const std::vector<Cell>& key) {
  lake::Lake& lake = state_->guard.state_->lake;
  CB_TRY(const auto as_of, lake.as_of());
  CB_TRY(auto row, lake.get(resource, key));
  state_->note(from_lake(as_of));
  state_->note(resource, {"*"}, row ? 1 : 0);
  return row;
}

Result<Batch> Reading::rows_of(std::string_view resource, std::string_view item, const Cell& value,
                               std::int64_t rows_max) {
  lake::Lake& lake = state_->guard.state_->lake;
  CB_TRY(const auto as_of, lake.as_of());
  CB_TRY(const lake::Resource defined, lake.resource(resource));
  Batch found(defined.schema);
  if (defined.keeping == lake::Keeping::keyed && defined.schema.key.front() == item) {
    CB_TRY(found, lake.get_prefix(resource, {value}, rows_max + 1));
  } else {
    lake::ScanSpec spec{.resource = std::string(resource), .limit = rows_max + 1};
    spec.comparisons.push_back({std::string(item), lake::Comparison::Op::eq, {value}});
    CB_DO(lake.scan(spec, [&](const Batch& batch) -> Result<void> {
      for (std::size_t row = 0; row < batch.rows; ++row) found.append_row(batch.row(row));
      return ok();
    }));
  }
  if (static_cast<std::int64_t>(found.rows) > rows_max) {
    return exhausted("more than " + std::to_string(rows_max) + " rows of '" +
                     std::string(resource) + "' belong to one subject");
  }
  state_->note(from_lake(as_of));
  state_->note(resource, {"*"}, static_cast<std::int64_t>(found.rows));
  return found;
}

Result<Batch> Reading::aggregate(const AggregateSpec& spec) {
  lake::AggregateSpec asked{.resource = spec.resource, .group = spec.group};
  std::vector<std::string> columns = spec.group;
  for (const Measure& measure : spec.measures) {
    using Kind = lake::Measure::Kind;
    Kind kind = Kind::count;
    switch (measure.fn) {
      case Measure::Fn::count: kind = Kind::count; break;
      case Measure::Fn::sum: kind = Kind::sum; break;
      case Measure::Fn::min: kind = Kind::min; break;
      case Measure::Fn::max: kind = Kind::max; break;
    }
    asked.measures.push_back({kind, measure.column, measure.as});
    if (!measure.column.empty()) columns.push_back(measure.column);
  }
  for (const Comparison& comparison : spec.comparisons) {
    asked.comparisons.push_back(to_lake(comparison));
    columns.push_back(comparison.column);
  }
  lake::Lake& lake = state_->guard.state_->lake;
  CB_TRY(const auto as_of, lake.as_of());
  CB_TRY(Batch batch, lake.aggregate(asked));
  state_->note(from_lake(as_of));
  state_->note(spec.resource, columns, static_cast<std::int64_t>(batch.rows));
  return batch;
}

AsOf Reading::as_of() const { return state_->as_of; }

Result<std::uint64_t> Reading::finish() {
  CB_CHECK(!state_->finished);
  state_->finished = true;
  const InternalPurpose& purpose = state_->purpose;
  AuditEntry entry;
  entry.event = "guard.internal";
  entry.actor = purpose.actor.empty() ? "system" : purpose.actor;
  entry.purpose = purpose.code;
  json::array resources;
  std::vector<std::string> names;
  for (const auto& [resource, used] : state_->used) {
    resources.push_back({{"resource", resource},
                         {"columns", json::array(used.columns.begin(), used.columns.end())},
                         {"rows", used.rows}});
    names.push_back(resource);
  }
  entry.object =
      names.size() == 1 ? "resource:" + names.front() : std::to_string(names.size()) + " resources";
  entry.details["basis"] = purpose.basis;
  if (!purpose.models.empty()) {
    entry.details["models"] = json::array(purpose.models.begin(), purpose.models.end());
  }
  entry.details["resources"] = std::move(resources);
  entry.details["rows_seq"] = state_->as_of.rows_seq;
  entry.details["columns_seq"] = state_->as_of.columns_seq;
  entry.subjects = purpose.subjects;
  return state_->guard.audit_->append(entry);
}

Reading Guard::begin(InternalPurpose purpose) {
  return Reading(std::make_unique<Reading::State>(*this, std::move(purpose)));
}

Result<std::uint64_t> Guard::bulk_scan(const InternalPurpose& purpose, std::string_view resource,
                                       const std::vector<std::string>& columns,
                                       const std::vector<Comparison>& comparisons,
                                       const Reading::Sink& sink) {
  Reading reading = begin(purpose);
  CB_DO(reading.scan(resource, columns, comparisons, sink));
  return reading.finish();
}

Result<Batch> Guard::aggregate(const InternalPurpose& purpose, const AggregateSpec& spec) {
  CB_TRY(const auto resource, state_->grades.of(spec.resource));
  for (const std::string& column : spec.group) {
    const auto item = resource->grades.schema.find(column);
    if (!item) return invalid("resource '" + spec.resource + "' has no item '" + column + "'");
    const Grade grade = resource->items[*item].grade;
    if (grade > Grade::L2) {
      return denied("item '" + column + "' is " + name_of(grade) + "; figures group by L1 and L2");
    }
  }
  Reading reading = begin(purpose);
  CB_TRY(Batch batch, reading.aggregate(spec));
  CB_DO(reading.finish());
  return batch;
}

Result<Changes> Guard::changes(std::int64_t after, std::int64_t limit) const {
  CB_TRY(auto landed, state_->lake.changes(after, limit));
  Changes changes;
  changes.next = after;
  for (lake::Change& change : landed) {
    changes.next = change.seq;
    changes.changes.push_back({change.seq, std::move(change.resource), std::move(change.key),
                               std::move(change.row), change.op == lake::Op::remove});
  }
  return changes;
}

Result<AsOf> Guard::as_of() const {
  CB_TRY(const auto as_of, state_->lake.as_of());
  return from_lake(as_of);
}

}  // namespace citybrain::guard
