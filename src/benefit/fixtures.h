// Doubles and helpers of the room's tests: a store with lines and policies, facts held in memory,
// models from XML, a treasury that does as told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "benefit/benefit.h"
#include "sql/db.h"

namespace citybrain::benefit::testing {

inline constexpr std::int64_t noon = 1606190400000000;  // 2020-11-24 12:00 in the city

// A migrated store.
std::unique_ptr<sql::Db> open_store(const std::string& url);
// "C-JY" with `city_yuan` (city level) and "330203-JY" with `county_yuan`.
std::string lines_csv(const std::string& city_yuan, const std::string& county_yuan);
struct PolicyRow {
  std::string code = "P1";
  std::string mode = "即申即享";
  std::string subject = "enterprise";
  std::string level = "district";
  std::string line = "330203-JY";
  int city_share = 0;
  std::string window_from = "2020-11-01";
  std::string window_to = "2020-12-31";
  std::string parameters = R"({"每人补贴": 500})";
};
std::string policies_csv(const std::vector<PolicyRow>& rows);
// Takes imported drafts of "drafter" through the checks, and "publisher" publishes them.
Result<void> release(Benefit& benefit, const std::string& policy);
// The same without a room: the edges alone, to the state that its window gives it.
Result<void> open_policy(sql::Db& db, const std::string& policy, Timestamp now);
// 资格: 参保人数 >= 30 and not 失信; 金额: 参保人数 * 每人补贴; 理由 in words.
std::string model_xml();

struct Firm {
  std::string id;
  std::string name;
  std::int64_t insured = 0;
  bool blacklisted = false;
  std::string account = "6222000000000001";
  std::string division = "330203";
};

// Firms in memory. touch() marks one as changed.
class MemoryFacts final : public FactSource {
 public:
  void put(const Firm& firm);
  void remove(const std::string& id);

  Result<FactsRead> batches(const std::string& subject_type, const std::vector<std::string>& wanted,
                            const std::string& purpose,
                            const std::function<Result<void>(const Batch&)>& page) override;
  Result<FactsPage> one(const Subject& subject, const std::vector<std::string>& wanted,
                        const Principal& asker, const std::string& purpose) override;
  Result<Touched> touched(std::int64_t after, std::int64_t limit) override;
  std::vector<std::string> known(const std::string& subject_type) const override;
  std::string resource_of(const std::string& subject_type, const std::string& fact) const override;
  std::string resource_name(const std::string& resource) const override { return resource; }

  std::size_t page_rows = 1000;

 private:
  FactsRead read() const { return {static_cast<std::int64_t>(changes_.size()), 7}; }
  std::map<std::string, Firm> firms_;
  std::vector<std::string> changes_;  // position = index + 1
};

class MemoryModels final : public ModelSource {
 public:
  explicit MemoryModels(const std::string& xml);  // "" = none
  Result<EffectiveModel> effective(const std::string& id, Date on) override;
  EffectiveModel model;
};

// Pays each id at most once and counts; `before_answer` may change or drop what it answers.
class MemoryTreasury final : public Treasury {
 public:
  Result<std::vector<TreasuryAnswer>> pay(std::span<const PaymentOrder> orders) override;
  Result<std::vector<TreasuryAnswer>> ask(std::span<const std::string> ids) override;

  std::map<std::string, PaymentOrder> paid;      // by end-to-end id
  std::map<std::string, int> received;           // how often an id was sent
  std::map<std::string, TreasuryAnswer> script;  // fixed answers to pay() and ask(), by id
  std::function<Result<std::vector<TreasuryAnswer>>(std::vector<TreasuryAnswer>, bool asked)>
      before_answer;
  std::function<bool(const PaymentOrder&)> takes;  // false: never received
};

// `count` approved entitlements of policy "P1" (40 % the city's), numbered from `from`, whose quota
// is then frozen: payments that are due. The lines must have been imported.
void seed_payments(sql::Db& db, const Ledger& ledger, int from, int count, Timestamp now);
inline constexpr std::int64_t seed_fen(int n) { return 10'000 + n * 7; }
// The only cell of a statement.
std::int64_t count_of(sql::Db& db, const std::string& sql);

// A room over its own store, with everything in memory around it.
struct House {
  explicit House(const std::string& url, Options options = {});
  std::unique_ptr<sql::Db> db;
  FixedClock clock{{noon}};
  SeededRandom random{1};
  MemoryFacts facts;
  MemoryModels models{model_xml()};
  MemoryTreasury treasury;
  std::shared_ptr<Benefit> benefit;

  // Lines, one policy published, and `firms` firms of 40 insured each.
  void open_city(const PolicyRow& policy, int firms, const std::string& county_yuan = "1000000");
  // Pays until nothing is due, moving the clock.
  void pay_all(int steps_max = 60);
  std::int64_t count(const std::string& sql);
};

std::string firm_id(int n);
Principal firm_principal(const std::string& id);
Principal officer(const std::string& id);

}  // namespace citybrain::benefit::testing
