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

struct Tally {
  int clean = 0;          // models without an error
  std::size_t noted = 0;  // diagnostics
  std::size_t usual = 0;  // models that the index ruled out
  std::size_t by_nodes = 0;
};

// One subject by the index, beside Model::evaluate.
void check_subject(CatalogueRun& run, const std::vector<CatalogueEntry>& entries,
                   const Batch& batch, std::size_t row, std::size_t noted, Tally& tally) {
  const SubjectAnswers& answers = run.subject(row);
  EXPECT_EQ(answers.diagnostics, noted) << "row " << row;
  std::size_t next = 0;
  for (std::size_t m = 0; m < entries.size(); ++m) {
    std::span<const Value> values = run.usual(m);
    if (next < answers.special.size() && answers.special[next].model == m) {
      values = answers.special[next++].values;
    } else {
      ++tally.usual;
    }
    const Context context = context_of(batch, row, entries[m].parameters);
    const auto& wanted = entries[m].decisions;
    for (std::size_t d = 0; d < wanted.size(); ++d) {
      const Value one = entries[m].model->evaluate(wanted[d], context).value;
      EXPECT_TRUE(same(one, values[d]))
          << "model " << m << " row " << row << " " << wanted[d] << ": one " << to_text(one)
          << ", by index " << to_text(values[d]);
    }
  }
  EXPECT_EQ(next, answers.special.size());
}

// Every answer and count of one catalogue, beside Model::evaluate.
void check(std::uint64_t seed, Tally& tally) {
  Dice dice(seed);
  std::vector<CatalogueEntry> entries;
  std::vector<std::string> xml;
  std::vector<std::string> wanted = {"金额", "合格"};
  if (dice.chance(50)) wanted.insert(wanted.end(), {"档次", "年限"});
  LoadOptions lenient;
  lenient.lenient = true;
  for (int m = 0; m < 4; ++m) {
    xml.push_back(random_model(dice));
    const Loaded loaded = Model::load(xml.back(), lenient);
    ASSERT_TRUE(loaded.model) << xml.back();
    if (loaded.diagnostics.empty()) ++tally.clean;
    for (int p = 0; p < 2; ++p) entries.push_back({loaded.model, wanted, random_parameters(dice)});
  }
  const Schema schema = random_schema(dice, dice.chance(15));
  const Batch batch = random_batch(dice, schema, 1 + dice.below(60));
  const auto catalogue = Catalogue::compile(entries, schema);
  ASSERT_TRUE(catalogue) << catalogue.error().message;
  tally.by_nodes += (*catalogue)->figures().shared_conditions;
  CatalogueRun run(*catalogue);
  std::size_t notes = 0;
  std::vector<std::size_t> noted_in_row(batch.rows);
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
      const std::size_t one_noted = entry.model->count_notes(wanted, context);
      expected += one_noted;
      noted_in_row[got.first_row + row] += one_noted;
    }
    EXPECT_EQ(expected, got.diagnostics) << "seed " << seed << " model " << got.model << "\n"
                                         << xml[got.model / 2];
    notes += expected;
    return ::testing::Test::HasFailure() ? Result<void>(internal("differs")) : ok();
  });
  ASSERT_TRUE(counted) << "seed " << seed;
  EXPECT_EQ(*counted, notes);
  tally.noted += notes;
  ASSERT_TRUE(run.open(batch));
  for (std::size_t row = 0; row < batch.rows && !::testing::Test::HasFailure(); ++row) {
    check_subject(run, entries, batch, row, noted_in_row[row], tally);
    if (::testing::Test::HasFailure())
      std::printf("seed %llu\n%s%s", static_cast<unsigned long long>(seed), xml[0].c_str(),
                  xml[1].c_str());
  }
}

// CITYBRAIN_PROPERTY_ROUNDS: how many seeds; CITYBRAIN_PROPERTY_SEED: one alone, again.
TEST(Bulk, EqualsOneByOneOnRandomModels) {
  const char* rounds = std::getenv("CITYBRAIN_PROPERTY_ROUNDS");
  const std::uint64_t last = rounds != nullptr ? std::strtoull(rounds, nullptr, 10) : 150;
  Tally tally;
  if (const char* seed = std::getenv("CITYBRAIN_PROPERTY_SEED")) {
    return check(std::strtoull(seed, nullptr, 10), tally);
  }
  for (std::uint64_t seed = 1; seed <= last && !HasFailure(); ++seed) check(seed, tally);
  // Or the test proves nothing.
  EXPECT_GT(tally.clean, 100);
  EXPECT_GT(tally.noted, 1000U);
  EXPECT_GT(tally.by_nodes, 1000U);
  EXPECT_GT(tally.usual, 1000U);
}

}  // namespace
}  // namespace citybrain::brain
