// Facts, catalog and benefit as rules asks for them: see rules_ports.h.
#include "rules_ports.h"

#include <algorithm>
#include <map>

#include "base/csv.h"
#include "base/json.h"
#include "benefit/model_uses.h"
#include "catalog/catalog.h"
#include "facts/facts.h"

namespace citybrain::cli {
namespace {

constexpr const char* legal_basis = "宁波市公共数据安全管理暂行规定";

const char* name_of(facts::Aggregate aggregate) {
  switch (aggregate) {
    case facts::Aggregate::value: return "value";
    case facts::Aggregate::count: return "count";
    case facts::Aggregate::sum: return "sum";
    case facts::Aggregate::max: return "max";
    case facts::Aggregate::min: return "min";
    case facts::Aggregate::avg: return "avg";
    case facts::Aggregate::exists: return "exists";
  }
  return "";
}

using Codes = std::vector<std::pair<std::string, std::string>>;

Codes read_codes(const std::string& file) {
  Codes out;
  const auto text = read_file(file);
  if (!text) return out;
  const auto table = parse_csv(*text, {"code", "name"});
  if (!table) return out;
  for (std::size_t row = 0; row < table->rows.size(); ++row) {
    out.emplace_back(table->at(row, "code"), table->at(row, "name"));
  }
  return out;
}

class FactsAndMore final : public rules::Knowledge {
 public:
  FactsAndMore(facts::Facts& facts, catalog::Catalog& catalog, sql::Db& db, std::string home)
      : facts_(facts), catalog_(catalog), db_(db), home_(std::move(home)) {
    for (const facts::Fact& fact : facts_.all()) infos_.push_back(info_of(fact));
  }

  const std::vector<rules::FactInfo>& facts() const override { return infos_; }

  Result<brain::Context> one(const Principal& who, const std::string& subject_type,
                             const std::string& subject) override {
    guard::InternalPurpose purpose;
    purpose.code = "rules.try";
    purpose.basis = "trial of a decision model before publication";
    purpose.actor = who.id;
    CB_TRY(const facts::Known known,
           facts_.one({subject_type, subject}, facts_.names(subject_type), purpose));
    brain::Context context;
    for (const Column& column : known.facts.columns) {
      context.set(column.field().name, brain::Value::of(column.cell_at(0)));
    }
    return context;
  }

  Result<rules::BulkRead> batches(const std::string& subject_type,
                                  const std::vector<std::string>& wanted, const std::string& actor,
                                  const Sink& sink) override {
    guard::InternalPurpose purpose;
    purpose.code = "rules.simulate";
    purpose.basis = legal_basis;
    purpose.actor = actor;
    CB_TRY(const facts::Read read, facts_.batches(subject_type, wanted, purpose, sink));
    return rules::BulkRead{read.as_of, read.subjects};
  }

  std::int64_t expected(const std::string& subject_type) const override {
    const auto first = std::find_if(infos_.begin(), infos_.end(), [&](const auto& info) {
      return info.subject_type == subject_type;
    });
    if (first == infos_.end()) return 0;
    const auto standing = catalog_.standing_of(first->resource);
    return standing ? standing->rows : 0;
  }

  std::string district_fact(const std::string& subject_type) const override {
    return known(subject_type, "所在区划");
  }

  std::string industry_fact(const std::string& subject_type) const override {
    return known(subject_type, "行业门类");
  }

  Result<std::vector<rules::ModelUse>> uses(const std::string& model) const override {
    CB_TRY(const std::vector<benefit::ModelUse> found, benefit::uses_of(db_, model));
    std::vector<rules::ModelUse> out;
    for (const benefit::ModelUse& use : found) {
      CB_TRY(const json::value parameters, parse_json(use.parameters));
      if (!parameters.is_object()) continue;
      out.push_back({use.policy, use.name, use.subject_type, parameters.as_object()});
    }
    return out;
  }

 private:
  std::string known(const std::string& subject_type, const char* fact) const {
    return facts_.find(subject_type, fact) == nullptr ? "" : fact;
  }

  // Names of a code list; read once.
  const Codes& codes(const std::string& list) {
    const auto at = codes_.find(list);
    if (at != codes_.end()) return at->second;
    return codes_[list] = read_codes(home_ + "/city/codes/" + list + ".csv");
  }

  rules::FactInfo info_of(const facts::Fact& fact) {
    rules::FactInfo out;
    out.field = fact.field;
    out.subject_type = fact.subject;
    out.unit = fact.unit;
    out.description = fact.description;
    out.aggregate = name_of(fact.aggregate);
    out.resource = fact.resource;
    out.item = fact.item;
    out.owner = fact.owner;
    if (const auto department = catalog_.department(fact.owner)) out.owner_name = department->name;
    const auto resource = catalog_.resource(fact.resource);
    if (!resource) return out;
    out.resource_name = (*resource)->name;
    for (const catalog::Item& item : (*resource)->items) {
      if (item.code != fact.item) continue;
      out.item_name = item.name;
      for (const catalog::Check& check : item.checks) {
        if (check.kind == catalog::Check::Kind::code && fact.field.type == Type::text)
          out.values = codes(check.argument);
      }
    }
    return out;
  }

  facts::Facts& facts_;
  catalog::Catalog& catalog_;
  sql::Db& db_;
  std::string home_;
  std::map<std::string, Codes> codes_;
  std::vector<rules::FactInfo> infos_;
};

}  // namespace

std::unique_ptr<rules::Knowledge> knowledge_of(facts::Facts& facts, catalog::Catalog& catalog,
                                               sql::Db& db, const std::string& home) {
  return std::make_unique<FactsAndMore>(facts, catalog, db, home);
}

}  // namespace citybrain::cli
