// "Why is my row not there?": one key, looked for at the source, in the lake, in quarantine and on
// the way between.
#include "base/json.h"
#include "captures_state.h"

namespace citybrain::rail {
namespace {

struct Found {
  bool in_lake = false;
  std::optional<std::vector<Cell>> row;
  bool in_quarantine = false;
  json::array reasons;
};

Result<Found> find_here(RailState& rail, const std::string& resource, const std::vector<Cell>& key,
                        const std::string& key_text) {
  Found out;
  CB_DO(rail.lake.look([&](lake::RowsView& rows) -> Result<void> {
    out = Found();
    CB_TRY(const auto found, rows.get_many(resource, {key}));
    out.row = found[0];
    out.in_lake = found[0].has_value();
    CB_TRY(const sql::Rows held,
           rows.session().query("SELECT reasons FROM rail_quarantine WHERE resource = $1 AND"
                                " key_text = $2 AND state = 'open' ORDER BY seen_at DESC LIMIT 1",
                                {resource, key_text}));
    if (held.empty()) return ok();
    out.in_quarantine = true;
    CB_TRY(const json::value reasons, parse_json(held[0].text(0)));
    if (reasons.is_array()) out.reasons = reasons.as_array();
    return ok();
  }));
  return out;
}

// The row at the source, now; none where there is none.
Result<std::optional<capture::RowText>> find_there(CapturesState& state, const Registered& fed,
                                                   TableMap& map,
                                                   const std::vector<std::string>& key) {
  CB_TRY(capture::Settings settings, settings_of(fed.row, state.sealer, fed.tables));
  CB_TRY(const auto source, capture::open(std::move(settings)));
  CB_TRY(const auto shapes, source->tables());
  for (const capture::ForeignTable& shape : shapes) {
    if (shape.full_name() != map.row().name) continue;
    map.take_shape(std::make_shared<const capture::ForeignTable>(shape));
  }
  if (map.shape() == nullptr) return not_found("the table is gone over there");
  CB_TRY(const auto look, source->look_again());
  CB_TRY(auto rows, look->find(*map.shape(), {map.foreign_key(key)}));
  return std::move(rows.at(0));
}

std::string verdict_of(const Found& here, bool captured, const json::value& in_source,
                       const json::value& same, const std::string& state) {
  if (here.in_quarantine) return "该行未通过校验，在隔离区，原因见下；来源改正后自动入湖";
  if (here.in_lake && same.is_bool() && !same.as_bool()) {
    return "湖中有该行，但与来源此刻不同：变更尚在途中，来源状态 " + state;
  }
  if (here.in_lake && in_source.is_bool() && !in_source.as_bool()) {
    return "湖中有该行，来源已删除：删除尚在途中，来源状态 " + state;
  }
  if (here.in_lake) return "湖中有该行";
  if (!captured) return "湖中与隔离区均无该行；该资源不是数据库采集，请查看文件来源";
  if (in_source.is_null()) return "湖中与隔离区均无该行；来源数据库未能查询，来源状态 " + state;
  if (in_source.as_bool()) return "来源有该行，尚未到达：来源状态 " + state;
  return "来源数据库中没有该行";
}

}  // namespace

Result<json::object> Captures::whereabouts(const std::string& resource,
                                           const std::vector<std::string>& key) const {
  RailState& rail = state_->rail;
  CB_TRY(Plan plan, Plan::compile(rail.catalog, resource, rail.clock.now()));
  if (plan.schema.key.size() != key.size()) {
    return invalid("a key of " + std::to_string(key.size()) + " cells; '" + resource + "' has " +
                   std::to_string(plan.schema.key.size()));
  }
  std::vector<Cell> cells;
  std::string key_text;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const Field& field = plan.schema.fields[*plan.schema.find(plan.schema.key[i])];
    auto cell = cell_of(field, key[i]);
    if (!cell) return cell.error().in("key item '" + field.name + "'");
    key_text += (i > 0 ? "|" : "") + to_text(*cell);
    cells.push_back(std::move(*cell));
  }
  CB_TRY(Found here, find_here(rail, resource, cells, key_text));
  CB_TRY(const lake::AsOf as_of, rail.lake.as_of());
  json::value in_source;
  json::value same;
  CB_TRY(const auto fed, feeding(*state_, resource));
  json::object out{{"resource", resource}, {"key", key_text}, {"captured", fed.has_value()}};
  std::string standing;
  if (fed) {
    CB_TRY(const Captured source, find(fed->row.name));
    standing = source.state + (source.reason.empty() ? "" : "（" + source.reason + "）");
    for (const CaptureTableRow& table : fed->tables) {
      if (table.resource != resource) continue;
      TableMap map(table, std::move(plan));
      const auto there = find_there(*state_, *fed, map, key);
      if (!there) break;  // not reached: null says so
      in_source = there->has_value();
      if (there->has_value() && here.row) {
        capture::RowText ours;
        for (const Cell& cell : *here.row) {
          is_null(cell) ? ours.add_null() : ours.add(canonical_text(cell));
        }
        const capture::RowText theirs = map.items_of(**there);
        bool equal = true;
        for (std::size_t i = 0; i < theirs.size(); ++i) {
          const auto cell = cell_of(map.plan().columns[i].field, theirs.text(i));
          const std::string text = cell ? canonical_text(*cell) : std::string(theirs.text(i));
          equal = equal && theirs.is_null(i) == ours.is_null(i) &&
                  (theirs.is_null(i) || text == ours.text(i));
        }
        same = equal;
      }
      break;
    }
    out["source"] = source.name;
    out["state"] = source.state;
    out["position"] = source.position;
    out["lag_seconds"] = source.lag_seconds;
  } else {
    out["source"] = "";
    out["state"] = "";
    out["position"] = "";
    out["lag_seconds"] = 0;
  }
  out["verdict"] = verdict_of(here, fed.has_value(), in_source, same, standing);
  out["in_lake"] = here.in_lake;
  out["in_quarantine"] = here.in_quarantine;
  out["reasons"] = std::move(here.reasons);
  out["in_source"] = in_source;
  out["same"] = same;
  out["columns_behind"] = as_of.rows_seq - as_of.columns_seq;
  return out;
}

}  // namespace citybrain::rail
