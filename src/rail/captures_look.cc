// Looking around in a foreign database before anything is registered: the wizard's first steps.
#include <algorithm>

#include "base/csv.h"
#include "base/text.h"
#include "capture_draft.h"
#include "captures_state.h"

namespace citybrain::rail {
namespace {

constexpr std::size_t samples_max = 50;  // rows looked at for a proposal

const char* word_of(capture::Finding::Weight weight) {
  switch (weight) {
    case capture::Finding::Weight::good: return "good";
    case capture::Finding::Weight::warning: return "warning";
    case capture::Finding::Weight::obstacle: return "obstacle";
  }
  return "";
}

json::array words(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::object entry_of(const catalog::Resource& entry) {
  json::array items;
  for (const catalog::Item& item : entry.items) {
    std::string checks;
    for (const catalog::Check& check : item.checks) {
      checks += (checks.empty() ? "" : "|") + check.text();
    }
    std::string type = name_of(item.field.type);
    if (item.field.type == Type::decimal) type += ":" + std::to_string(item.field.scale);
    items.push_back(json::object{{"code", item.code},
                                 {"name", item.name},
                                 {"type", type},
                                 {"length", item.length_max},
                                 {"key", item.key},
                                 {"required", item.required},
                                 {"grade", "L" + std::to_string(item.grade)},
                                 {"check", checks},
                                 {"description", item.description}});
  }
  return json::object{{"code", entry.code},
                      {"resource_code", entry.resource_code},
                      {"name", entry.name},
                      {"department", entry.department},
                      {"system", entry.system},
                      {"category", entry.category},
                      {"abstract", entry.abstract},
                      {"format", entry.format},
                      {"share_type", entry.share_type},
                      {"open_type", entry.open_type},
                      {"update_cycle", entry.update_cycle},
                      {"published_on", to_iso(entry.published_on)},
                      {"keeping", "keyed"},
                      {"items", std::move(items)}};
}

}  // namespace

Result<capture::Settings> CapturesState::settings(const Connection& at) const {
  CaptureRow row;
  row.kind = at.kind;
  row.name = "look";
  row.address = at.address;
  row.watermark = at.watermark;
  row.secret = sealer.seal(at.password);
  row.secret_file = at.password_file;
  return settings_of(row, sealer, {});
}

Result<json::object> Captures::look(const Connection& at) const {
  CB_TRY(capture::Settings settings, state_->settings(at));
  CB_TRY(const auto source, capture::open(std::move(settings)));
  CB_TRY(const capture::About about, source->look());
  json::array findings;
  for (const capture::Finding& finding : about.findings) {
    findings.push_back(json::object{
        {"weight", word_of(finding.weight)}, {"what", finding.what}, {"remedy", finding.remedy}});
  }
  return json::object{{"product", about.product},
                      {"database", about.database},
                      {"can_capture", about.can_capture()},
                      {"findings", std::move(findings)}};
}

Result<json::array> Captures::tables(const Connection& at) const {
  CB_TRY(capture::Settings settings, state_->settings(at));
  CB_TRY(const auto source, capture::open(std::move(settings)));
  CB_TRY(const auto tables, source->tables());
  json::array out;
  for (const capture::ForeignTable& table : tables) {
    json::array columns;
    for (const capture::ForeignColumn& column : table.columns) {
      const bool key =
          std::find(table.key.begin(), table.key.end(), column.name) != table.key.end();
      columns.push_back(json::object{{"name", column.name},
                                     {"type", column.type},
                                     {"our_type", name_of(column.field.type)},
                                     {"scale", column.field.scale},
                                     {"required", column.required},
                                     {"key", key},
                                     {"comment", column.comment}});
    }
    out.push_back(json::object{{"table", table.full_name()},
                               {"comment", table.comment},
                               {"rows_estimate", table.rows_estimate},
                               {"bytes", table.bytes},
                               {"key", words(table.key)},
                               {"obstacle", table.obstacle},
                               {"notes", words(table.notes)},
                               {"columns", std::move(columns)}});
  }
  return out;
}

Result<catalog::Draft> draft_of(CapturesState& state, const std::string& kind,
                                capture::Source& source, const capture::ForeignTable& table,
                                const std::string& department, const std::string& system) {
  catalog::TableShape shape = shape_of(table);
  // Some rows, so that numbers of persons and firms are recognised. Without them the proposal goes
  // by names and types alone.
  if (const auto look = source.look_again(); look && table.obstacle.empty()) {
    const auto rows = (*look)->read(table, {}, samples_max);
    for (std::size_t i = 0; rows && i < table.columns.size(); ++i) {
      for (const capture::RowText& row : *rows) {
        if (row.has_text(i)) shape.columns[i].samples.emplace_back(row.text(i));
      }
    }
  }
  CB_TRY(catalog::Draft draft,
         catalog::draft_entry(state.rail.catalog, shape, {department, system, format_of(kind)}));
  if (draft.entry.items.size() != table.columns.size()) {
    return internal("a draft of " + table.full_name() +
                    " has another number of items than columns");
  }
  return draft;
}

Result<json::array> Captures::propose(const Connection& at, const std::vector<std::string>& tables,
                                      const std::string& department,
                                      const std::string& system) const {
  CB_TRY(capture::Settings settings, state_->settings(at));
  settings.tables = tables;
  const std::string kind = settings.kind;
  CB_TRY(const auto source, capture::open(std::move(settings)));
  CB_TRY(const auto found, source->tables());
  json::array out;
  for (const capture::ForeignTable& table : found) {
    CB_TRY(const catalog::Draft draft, draft_of(*state_, kind, *source, table, department, system));
    json::object columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      columns[draft.entry.items[i].code] = table.columns[i].name;
    }
    json::array reasons;
    for (const catalog::Draft::Reason& reason : draft.reasons) {
      reasons.push_back(json::object{{"item", reason.item}, {"text", reason.text}});
    }
    out.push_back(json::object{{"table", table.full_name()},
                               {"entry", entry_of(draft.entry)},
                               {"columns", std::move(columns)},
                               {"reasons", std::move(reasons)}});
  }
  return out;
}

// Drafts again and takes over what a person chose: the code, names, grades.
Result<void> Captures::enter(const Connection& at, const std::string& table_name,
                             const json::object& entry,
                             const std::map<std::string, std::string>& columns,
                             const std::string& department, const std::string& system,
                             const std::string& by) {
  CB_TRY(capture::Settings settings, state_->settings(at));
  settings.tables = {table_name};
  const std::string kind = settings.kind;
  CB_TRY(const auto source, capture::open(std::move(settings)));
  CB_TRY(const auto found, source->tables());
  const capture::ForeignTable& table = found.at(0);
  CB_TRY(catalog::Draft draft, draft_of(*state_, kind, *source, table, department, system));
  catalog::Resource& out = draft.entry;
  if (const std::string code = text_of(entry, "code"); !code.empty()) out.code = code;
  if (const std::string name = text_of(entry, "name"); !name.empty()) out.name = name;
  const json::value* items = entry.if_contains("items");
  for (std::size_t i = 0; items != nullptr && items->is_array() && i < out.items.size(); ++i) {
    for (const json::value& value : items->as_array()) {
      if (!value.is_object()) continue;
      const json::object& one = value.as_object();
      const std::string code = text_of(one, "code");
      const auto column = columns.find(code);
      if ((column == columns.end() ? code : column->second) != table.columns[i].name) continue;
      catalog::Item& item = out.items[i];
      item.code = item.field.name = code;
      if (const std::string name = text_of(one, "name"); !name.empty()) item.name = name;
      const std::string grade = text_of(one, "grade");
      if (grade.size() == 2 && grade[0] == 'L' && grade[1] >= '1' && grade[1] <= '4') {
        item.grade = grade[1] - '0';
      }
    }
  }
  CB_DO(state_->rail.catalog.put(out, by));
  return ok();
}

}  // namespace citybrain::rail
