// Ports of catalog: see catalog_ports.h.
#include "catalog_ports.h"

#include <algorithm>
#include <filesystem>

#include "base/calendar.h"
#include "base/csv.h"
#include "base/text.h"
#include "brain/model.h"
#include "catalog/catalog.h"
#include "catalog/returns.h"
#include "catalog/supply.h"
#include "facts/facts.h"
#include "rules/rules.h"
#include "sql/db.h"

namespace citybrain::cli {
namespace {

namespace fs = std::filesystem;
using Edges = std::vector<catalog::Lineage>;

// All years' calendars, as one.
Result<WorkCalendar> calendar_of(const std::string& dir) {
  std::vector<std::string> files;
  std::error_code none;
  for (const auto& file : fs::directory_iterator(dir, none)) {
    if (file.path().extension() == ".csv") files.push_back(file.path().string());
  }
  std::sort(files.begin(), files.end());
  std::string csv;
  for (const std::string& file : files) {
    CB_TRY(const std::string text, read_file(file));
    // The header of the first stands for all.
    csv += csv.empty() ? text : text.substr(text.find('\n') + 1);
  }
  if (csv.empty()) return WorkCalendar();
  return WorkCalendar::parse(csv);
}

// Items that a fact is computed from, those that its filter looks at included.
Edges fact_edges(const facts::Facts& facts) {
  Edges edges;
  for (const facts::Fact& fact : facts.all()) {
    const std::string to = "fact:" + fact.field.name;
    std::vector<std::string> items = {fact.item, fact.subject_item};
    for (const facts::Fact::Condition& one : fact.filter) items.push_back(one.item);
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
    for (const std::string& item : items) {
      if (!item.empty()) edges.push_back({"item:" + fact.resource + "." + item, to, "derived", 0});
    }
  }
  return edges;
}

// What each model in force today asks for.
Result<Edges> model_edges(const rules::Rules& rules, const facts::Facts& facts, Date today) {
  std::set<std::string> known;
  for (const facts::Fact& fact : facts.all()) known.insert(fact.field.name);
  Edges edges;
  CB_TRY(const auto models, rules.list());
  std::set<std::string> ids;
  for (const rules::ModelInfo& model : models) ids.insert(model.id);
  for (const std::string& id : ids) {
    const auto effective = rules.effective(id, today);
    if (!effective) continue;  // a draft, or not in force yet
    for (const brain::Input& input : effective->model->inputs()) {
      if (!known.contains(input.name)) continue;  // a parameter
      edges.push_back({"fact:" + input.name, "model:" + id, "decides", 0});
    }
  }
  return edges;
}

Result<Edges> policy_edges(sql::Db& db) {
  CB_TRY(const sql::Rows rows, db.read([](sql::Session& session) {
    return session.query("SELECT code, model FROM benefit_policy WHERE model <> '' ORDER BY code");
  }));
  Edges edges;
  for (const sql::Row& row : rows) {
    edges.push_back({"model:" + row.text(1), "policy:" + row.text(0), "applies", 0});
    edges.push_back({"policy:" + row.text(0), "ledger:benefit", "pays", 0});
  }
  return edges;
}

// benefit's figures count its ledger; the rail's and the catalogue's count what is collected.
Result<Edges> indicator_edges(const catalog::Catalog& catalog, const std::string& csv) {
  CB_TRY(const CsvTable table, parse_csv(csv, {"code", "source"}));
  Edges edges;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string to = "indicator:" + table.at(row, "code");
    const std::string& source = table.at(row, "source");
    if (source == "benefit") edges.push_back({"ledger:benefit", to, "counts", 0});
    if (source != "rail" && source != "catalog") continue;
    for (const auto& entry : catalog.resources()) {
      if (entry->collected) edges.push_back({"resource:" + entry->code, to, "counts", 0});
    }
  }
  return edges;
}

}  // namespace

Result<WorkCalendar> city_calendar(const std::string& home) {
  return calendar_of(home + "/city/calendars");
}

Result<std::unique_ptr<catalog::Supply>> open_supply(const std::string& home, sql::Db& db,
                                                     catalog::Catalog& catalog,
                                                     const Clock& clock) {
  CB_TRY(WorkCalendar calendar, calendar_of(home + "/city/calendars"));
  catalog::SupplyLimits limits;
  const std::string file = home + "/city/supply_limits.csv";
  if (fs::exists(file)) {
    CB_TRY(const std::string csv, read_file(file));
    CB_TRY(limits, catalog::SupplyLimits::parse(csv));
  }
  return std::make_unique<catalog::Supply>(db, catalog, clock, std::move(calendar),
                                           std::move(limits));
}

void know_lineage(catalog::Catalog& catalog, const catalog::Supply& supply,
                  const facts::Facts& facts, const rules::Rules& rules, sql::Db& db,
                  const Clock& clock, const std::string& indicators_csv) {
  catalog.know_lineage([&facts]() -> Result<Edges> { return fact_edges(facts); });
  catalog.know_lineage([&] { return model_edges(rules, facts, clock.today()); });
  catalog.know_lineage([&db] { return policy_edges(db); });
  catalog.know_lineage(
      [&catalog, indicators_csv] { return indicator_edges(catalog, indicators_csv); });
  catalog.know_lineage([&supply] { return supply.edges(); });
}

namespace {

// Standing orders of districts, in the bureau's name; those that are there stay.
Result<std::int64_t> load_returns(catalog::Returns& returns, const std::string& file) {
  CB_TRY(const CsvTable table,
         read_csv(file, {"resource", "division", "items", "purpose", "update_cycle"}));
  Principal bureau;
  bureau.kind = Principal::Kind::system;
  bureau.id = "system:operator";
  bureau.roles = {"operator"};
  std::int64_t fresh = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    catalog::Return one;
    one.resource = table.at(row, "resource");
    one.division = table.at(row, "division");
    for (const std::string_view item : split(table.at(row, "items"), '|')) {
      if (!item.empty()) one.items.emplace_back(item);
    }
    one.purpose = table.at(row, "purpose");
    one.update_cycle = table.at(row, "update_cycle");
    const auto stored = returns.subscribe(one, bureau);
    if (stored) ++fresh;
    if (!stored && stored.error().code != Code::conflict) {
      return stored.error().in("returns.csv:" + std::to_string(row + 2));
    }
  }
  return fresh;
}

}  // namespace

Result<SupplyLoaded> load_supply(catalog::Supply& supply, catalog::Returns& returns,
                                 const std::string& home) {
  const std::string dir = home + "/city/supply/";
  CB_TRY(const std::string duties, read_file(dir + "duties.csv"));
  CB_TRY(const std::string items, read_file(dir + "duty_items.csv"));
  CB_TRY(const std::string demands, read_file(dir + "demands.csv"));
  CB_TRY(const std::string coordination, read_file(dir + "coordination.csv"));
  SupplyLoaded loaded;
  CB_TRY(loaded.duties, supply.import_duties(duties, items));
  CB_TRY(loaded.demands, supply.import_demands(demands));
  CB_TRY(loaded.coordination, supply.import_coordination(coordination));
  CB_TRY(loaded.returns, load_returns(returns, dir + "returns.csv"));
  return loaded;
}

}  // namespace citybrain::cli
