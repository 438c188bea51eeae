// Guard: the read door, and internal readings. Each ends in an audit entry before anything leaves.
#include "guard/guard.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/ids.h"
#include "base/text.h"
#include "grades.h"
#include "lake/lake.h"
#include "read.h"

namespace citybrain::guard {

struct Guard::State {
  State(sql::Db& db, lake::Lake& l, Random& r) : lake(l), grades(db), random(r) {}
  lake::Lake& lake;
  Grades grades;
  Random& random;
};

Guard::Guard(sql::Db& db, lake::Lake& lake, const Clock& clock, Random& random,
             GuardOptions options)
    : identity_(std::make_unique<Identity>(db, clock, random, options.identity)),
      audit_(std::make_unique<AuditLog>(db, clock, random)),
      transparency_(
          std::make_unique<Transparency>(db, *audit_, clock, random, options.audit_origin)),
      state_(std::make_unique<State>(db, lake, random)) {}
Guard::~Guard() = default;

Result<void> Guard::open() {
  CB_DO(state_->grades.load());
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

namespace {

json::array names_of(const std::vector<ReadColumn>& columns, bool masked) {
  json::array names;
  for (const ReadColumn& column : columns) {
    if (column.masked == masked) names.emplace_back(column.code);
  }
  return names;
}

const char* text_of(Comparison::Op op) {
  switch (op) {
    case Comparison::Op::eq: return "=";
    case Comparison::Op::ne: return "!=";
    case Comparison::Op::lt: return "<";
    case Comparison::Op::le: return "<=";
    case Comparison::Op::gt: return ">";
    case Comparison::Op::ge: return ">=";
  }
  return "=";
}

// What a read was about, without a value of it.
json::object details_of(const Access& access, const ReadSpec& spec, const View& view) {
  json::object details;
  if (!access.basis.empty()) details["basis"] = first_code_points(access.basis, 200);
  details["rows_of"] = view.own_only ? "self" : "all";
  details["by"] = spec.key.empty() ? "filter" : "key";
  json::array filters;
  for (const Comparison& comparison : spec.comparisons) {
    filters.emplace_back(comparison.column + " " + text_of(comparison.op));
  }
  if (!filters.empty()) details["filters"] = std::move(filters);
  return details;
}

}  // namespace

Result<ReadResult> Guard::read(const Access& access, const ReadSpec& spec) {
  CB_TRY(const auto resource, state_->grades.of(spec.resource));
  CB_TRY(const Purpose purpose, state_->grades.purpose(access.purpose));
  AuditEntry entry;
  entry.event = "guard.read";
  entry.actor = access.principal.id;
  entry.purpose = purpose.code;
  entry.object = "resource:" + spec.resource;
  const auto view = view_of(*identity_, access, resource, purpose);
  auto rows = view ? read_rows(state_->lake, *view, spec) : Result<Rows>(view.error());
  if (!rows) {
    if (rows.error().code != Code::denied) return std::move(rows).error();
    entry.status = 403;
    CB_DO(audit_->append(entry));
    return std::move(rows).error();
  }
  entry.details = details_of(access, spec, *view);
  entry.details["columns"] = names_of(rows->columns, false);
  entry.details["masked"] = names_of(rows->columns, true);
  entry.details["rows"] = rows->batch.rows;
  entry.details["rows_seq"] = rows->as_of.rows_seq;
  entry.details["columns_seq"] = rows->as_of.columns_seq;
  std::string salt(16, '\0');
  state_->random.fill({reinterpret_cast<unsigned char*>(salt.data()), salt.size()});
  salt = to_hex(salt);
  entry.details["answer"] = answer_digest(answer_rows(rows->batch), salt);
  entry.subjects = rows->subjects;
  CB_TRY(const std::uint64_t index, audit_->append(entry));
  return ReadResult{std::move(rows->batch), std::move(rows->columns), index, std::move(salt),
                    rows->as_of};
}

json::array answer_rows(const Batch& batch) {
  json::array rows;
  rows.reserve(batch.rows);
  for (std::size_t i = 0; i < batch.rows; ++i) {
    json::array row;
    for (const Cell& cell : batch.row(i)) row.push_back(to_json(cell));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string answer_digest(const json::array& rows, std::string_view salt) {
  return to_hex(sha256(std::string(salt) + json::serialize(rows)));
}

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
