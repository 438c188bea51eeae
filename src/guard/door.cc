// The read door: who sees what, the rows, and the audit entry before they leave.
#include <sodium.h>

#include "audit_store.h"
#include "base/ids.h"
#include "base/text.h"
#include "guard_state.h"
#include "query.h"

namespace citybrain::guard {
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

}  // namespace

void Guard::State::describe(const Access& access, const ReadSpec& spec, const View& view,
                            const std::vector<ReadColumn>& columns, json::object& details) {
  if (view.grant) details["grant"] = view.grant->id;
  if (!access.basis.empty()) details["basis"] = first_code_points(access.basis, 200);
  details["rows_of"] = view.own_only ? "self" : "all";
  details["by"] = spec.key.empty() && spec.keys.empty() ? "filter" : "key";
  json::array filters;
  for (const Comparison& comparison : spec.comparisons) {
    filters.emplace_back(comparison.column + " " + text_of(comparison.op));
  }
  if (!filters.empty()) details["filters"] = std::move(filters);
  details["columns"] = names_of(columns, false);
  details["masked"] = names_of(columns, true);
}

std::string Guard::State::new_salt() const {
  std::string salt(16, '\0');
  random.fill({reinterpret_cast<unsigned char*>(salt.data()), salt.size()});
  return to_hex(salt);
}

AuditEntry Guard::State::entry_of(std::string_view event, const Access& access,
                                  const Purpose& purpose, std::string_view resource) const {
  AuditEntry entry;
  entry.event = event;
  entry.actor = access.principal.id;
  entry.purpose = purpose.code;
  entry.object = "resource:" + std::string(resource);
  return entry;
}

Result<View> Guard::State::view(const Guard& guard, const Access& access,
                                std::string_view resource) const {
  CB_TRY(const auto found, grades.of(resource));
  CB_TRY(Purpose purpose, grades.purpose(access.purpose));
  CB_TRY(View view, view_of(*guard.identity_, *guard.grants_, access, found, std::move(purpose)));
  if (view.grant) view.key = keyed_bytes(pseudonym_key, "recipient\n" + view.grant->department);
  return view;
}

Result<ReadResult> Guard::read(const Access& access, const ReadSpec& spec) {
  CB_TRY(const Purpose purpose, state_->grades.purpose(access.purpose));
  CB_DO(state_->grades.of(spec.resource));
  AuditEntry entry = state_->entry_of("guard.read", access, purpose, spec.resource);
  const auto view = state_->view(*this, access, spec.resource);
  auto rows = view ? read_rows(state_->lake, *disputes_, *view, spec) : Result<Rows>(view.error());
  if (!rows) {
    if (rows.error().code != Code::denied) return std::move(rows).error();
    entry.status = 403;
    CB_DO(audit_->append(entry));
    return std::move(rows).error();
  }
  if (view->grant) {
    CB_DO(grants_->count(*view->grant, static_cast<std::int64_t>(rows->batch.rows)));
  }
  State::describe(access, spec, *view, rows->columns, entry.details);
  entry.details["rows"] = rows->batch.rows;
  entry.details["rows_seq"] = rows->as_of.rows_seq;
  entry.details["columns_seq"] = rows->as_of.columns_seq;
  std::string salt = state_->new_salt();
  entry.details["answer"] = answer_digest(answer_rows(rows->batch), salt);
  entry.subjects = rows->subjects;
  CB_TRY(const std::uint64_t index, audit_->append(entry));
  return ReadResult{
      std::move(rows->batch),    std::move(rows->columns),  index, std::move(salt), rows->as_of,
      std::move(rows->disputed), std::move(rows->positions)};
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

Result<Guard::Verified> Guard::verify(const Access& access, std::string_view resource,
                                      const std::vector<Cell>& key,
                                      const std::vector<std::pair<std::string, Cell>>& claims) {
  AuditEntry entry;
  entry.event = "guard.verify";
  entry.actor = access.principal.id;
  entry.object = "resource:" + std::string(resource);
  CB_TRY(const Purpose purpose, state_->grades.purpose(access.purpose));
  entry.purpose = purpose.code;
  const auto view = state_->view(*this, access, resource);
  auto checked = view ? verify_row(state_->lake, *disputes_, *view, key, claims)
                      : Result<CheckedRow>(view.error());
  if (!checked) {
    if (checked.error().code == Code::denied) {
      entry.status = 403;
      CB_DO(audit_->append(entry));
    }
    return std::move(checked).error();
  }
  if (view->grant) {
    CB_DO(grants_->count(*view->grant, 1));
    entry.details["grant"] = view->grant->id;
  }
  json::array items;
  for (const auto& [item, matches] : checked->matches) items.emplace_back(item);
  entry.details["items"] = std::move(items);
  if (!access.basis.empty()) {
    entry.details["basis"] = first_code_points(access.basis, 200);
  }
  if (!checked->subject.empty()) entry.subjects = {checked->subject};
  Verified verified;
  verified.matches = std::move(checked->matches);
  verified.dispute = std::move(checked->dispute);
  CB_TRY(verified.audit_index, audit_->append(entry));
  return verified;
}

Result<Grant> Guard::prepare(const Grant& grant) const {
  CB_TRY(const auto resource, state_->grades.of(grant.resource));
  CB_TRY(const Purpose purpose, state_->grades.purpose(grant.purpose));
  CB_DO(filter_query(resource->grades, grant.rows));
  Grant asked = grant;
  asked.purpose = purpose.code;
  return grants_->prepare(std::move(asked), resource->grades.schema);
}

Result<Grant> Guard::give(const Grant& grant) {
  CB_TRY(Grant prepared, prepare(grant));
  CB_DO(state_->db.write([&](sql::Tx& tx) { return grants_->give_in(tx, prepared); }));
  return prepared;
}

}  // namespace citybrain::guard
