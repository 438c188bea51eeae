// A catalogue's answers equal one-by-one evaluation, values and number of diagnostics, on random
// models and rows.
#include <gtest/gtest.h>

#include <cstdlib>

#include "brain/catalogue.h"
#include "random_test.h"
#include "words_test.h"

namespace citybrain::brain {
namespace {

using namespace testing;

const std::vector<std::string> wanted = {"金额", "档次", "合格", "年限"};

struct Tally {
  int clean = 0;          // models without an error
  std::size_t noted = 0;  // diagnostics
  std::size_t special = 0;
  std::size_t by_nodes = 0;
};

// Every answer and count of one catalogue, beside Model::evaluate.
void check(std::uint64_t seed, Tally& tally) {
  Dice dice(seed);
  std::vector<CatalogueEntry> entries;
  std::vector<std::string> xml;
  LoadOptions lenient;
  lenient.lenient = true;
  for (int m = 0; m < 2; ++m) {
    xml.push_back(random_model(dice));
    const Loaded loaded = Model::load(xml.back(), lenient);
    ASSERT_TRUE(loaded.model) << xml.back();
    if (loaded.diagnostics.empty()) ++tally.clean;
    for (int p = 0; p < 2; ++p) entries.push_back({loaded.model, wanted, random_parameters(dice)});
  }
  const Schema schema = random_schema(dice, dice.chance(15));
  const Batch batch = random_batch(dice, schema, 1 + dice.below(90));
  const auto catalogue = Catalogue::compile(entries, schema);
  ASSERT_TRUE(catalogue) << catalogue.error().message;
  tally.by_nodes += (*catalogue)->figures().shared_conditions;
  CatalogueRun run(*catalogue);
  std::size_t notes = 0;
  const auto counted = run.batch(batch, [&](const ModelAnswers& got) {
    std::size_t expected = 0;
    for (std::size_t row = 0; row < got.rows; ++row) {
      const CatalogueEntry& entry = entries[got.model];
      const Context context = context_of(batch, got.first_row + row, entry.parameters);
      for (std::size_t d = 0; d < wanted.size(); ++d) {
        const Outcome one = entry.model->evaluate(wanted[d], context);
        EXPECT_TRUE(same(one.value, got.decisions[d].at(row)))
            << "seed " << seed << " model " << got.model << " row " << row << " " << wanted[d]
            << ": one " << to_text(one.value) << ", catalogue " << to_text(got.decisions[d].at(row))
            << "\n"
            << xml[got.model / 2];
      }
      expected += entry.model->count_notes(wanted, context);
    }
    EXPECT_EQ(expected, got.diagnostics) << "seed " << seed << " model " << got.model << "\n"
                                         << xml[got.model / 2];
    notes += expected;
    return ::testing::Test::HasFailure() ? Result<void>(internal("differs")) : ok();
  });
  ASSERT_TRUE(counted) << "seed " << seed;
  EXPECT_EQ(*counted, notes);
  tally.noted += notes;
}

TEST(Bulk, EqualsOneByOneOnRandomModels) {
  const char* rounds = std::getenv("CITYBRAIN_PROPERTY_ROUNDS");
  const std::uint64_t last = rounds != nullptr ? std::strtoull(rounds, nullptr, 10) : 300;
  Tally tally;
  for (std::uint64_t seed = 1; seed <= last && !HasFailure(); ++seed) check(seed, tally);
  // Or the test proves nothing.
  EXPECT_GT(tally.clean, 100);
  EXPECT_GT(tally.noted, 1000U);
  EXPECT_GT(tally.by_nodes, 1000U);
}

}  // namespace
}  // namespace citybrain::brain
