// The city's own definition as benefit reads it: every line and policy of city/ is taken, every
// policy's model knows all that it reads, and every share has a line to bear it.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/csv.h"
#include "brain/model.h"
#include "decider.h"
#include "fixtures.h"
#include "matcher.h"
#include "policies.h"
#include "sql/testing.h"

namespace citybrain::benefit {
namespace {

std::string city(const std::string& file) {
  auto text = read_file(std::string(CB_SOURCE_DIR) + "/" + file);
  EXPECT_TRUE(text.has_value()) << file;
  return text.value_or("");
}

// Models of decisions/, loaded when asked for.
class CityModels final : public ModelSource {
 public:
  Result<EffectiveModel> effective(const std::string& id, Date) override {
    auto& model = models_[id];
    if (!model) {
      CB_TRY(model, brain::Model::load(city("decisions/" + id + ".dmn")).checked());
    }
    return EffectiveModel{model, 1, "hash"};
  }

 private:
  std::map<std::string, std::shared_ptr<const brain::Model>> models_;
};

std::map<std::string, std::vector<std::string>> facts_by_subject() {
  const auto table = parse_csv(city("city/facts.csv"), {"fact", "subject"});
  EXPECT_TRUE(table.has_value()) << table.error().message;
  std::map<std::string, std::vector<std::string>> facts;
  for (std::size_t row = 0; row < table->rows.size(); ++row) {
    facts[table->at(row, "subject")].push_back(table->at(row, "fact"));
  }
  return facts;
}

TEST(City, EveryPolicyCanBeDecidedAndPaid) {
  const auto stores = sql::test_stores();
  const auto db = testing::open_store(*stores.begin());
  const FixedClock clock({testing::noon});
  const Ledger ledger(clock);
  const auto lines = import_lines(*db, ledger, city("city/lines.csv"), "cz", clock.now());
  ASSERT_TRUE(lines.has_value()) << lines.error().message;
  const auto imported = import_policies(*db, city("city/policies.csv"), "drafter", clock.now());
  ASSERT_TRUE(imported.has_value()) << imported.error().message;
  EXPECT_EQ(*imported, 565);

  std::set<std::string> known_lines;
  std::set<std::string> divisions;
  ASSERT_TRUE(db->read([&](sql::Session& s) -> Result<void> {
    return s.each("SELECT code, division FROM benefit_line", {}, [&](const sql::Row& row) {
      known_lines.insert(row.text(0));
      divisions.insert(row.text(1));
      return ok();
    });
  }));
  divisions.erase(city_division);
  const auto facts = facts_by_subject();
  CityModels models;
  const auto policies = *db->read([](sql::Session& s) { return read_policies(s, {}); });
  for (const Policy& policy : policies) {
    const auto ready = prepare(policy, models, facts.at(policy.subject), clock.today());
    EXPECT_TRUE(ready.has_value()) << ready.error().message;
    for (const std::string& division : divisions) {
      for (const Leg& leg : legs_of(policy, division, 100)) {
        EXPECT_TRUE(known_lines.contains(leg.line)) << policy.code << " needs line " << leg.line;
      }
    }
  }
  const Options options;
  for (const std::string subject : {"enterprise", "person"}) {
    const PayeeFacts& payee = payee_facts(options, subject);
    for (const std::string& fact : {payee.name, payee.division, payee.account}) {
      const auto& names = facts.at(subject);
      EXPECT_TRUE(std::find(names.begin(), names.end(), fact) != names.end()) << fact;
    }
  }
}

}  // namespace
}  // namespace citybrain::benefit
