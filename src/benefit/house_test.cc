// The doubles of fixtures.h that need brain.
#include <gtest/gtest.h>

#include "brain/model.h"
#include "fixtures.h"

namespace citybrain::benefit::testing {

MemoryModels::MemoryModels(const std::string& xml) {
  if (xml.empty()) return;
  auto loaded = brain::Model::load(xml).checked();
  if (!loaded) ADD_FAILURE() << loaded.error().message;
  model = {loaded ? *loaded : nullptr, 3, "hash-of-wengang"};
}

House::House(const std::string& url, Options options) : db(open_store(url)) {
  benefit = Benefit::make({*db, facts, models, treasury, clock, random}, std::move(options));
}

void House::open_city(const PolicyRow& policy, int firms, const std::string& county_yuan) {
  ASSERT_TRUE(benefit->import_lines(lines_csv("1000000", county_yuan), "cz"));
  ASSERT_TRUE(benefit->import_policies(policies_csv({policy}), "drafter"));
  const auto released = release(*benefit, policy.code);
  ASSERT_TRUE(released.has_value()) << released.error().message;
  for (int i = 0; i < firms; ++i)
    facts.put({firm_id(i), "宁波第" + std::to_string(i) + "有限公司", 40});
}

void House::pay_all(int steps_max) {
  for (int i = 0; i < steps_max; ++i) {
    const auto more = benefit->pay();
    ASSERT_TRUE(more.has_value()) << more.error().message;
    if (count("SELECT COUNT(*) FROM benefit_payment WHERE due IS NOT NULL") == 0) return;
    clock.advance_us(60'000'000);
  }
}

std::int64_t House::count(const std::string& sql) { return count_of(*db, sql); }

}  // namespace citybrain::benefit::testing
