// Facts and rules as benefit asks for them.
#include "benefit/adapters.h"

#include "facts/facts.h"
#include "rules/rules.h"

namespace citybrain::benefit {

namespace {

constexpr const char* legal_basis = "宁波市公共数据安全管理暂行规定";

class FactsAdapter final : public FactSource {
 public:
  FactsAdapter(facts::Facts& facts, guard::Guard& guard, ResourceName name)
      : facts_(facts), guard_(guard), name_(std::move(name)) {}

  Result<FactsRead> batches(const std::string& subject_type, const std::vector<std::string>& wanted,
                            const std::string& purpose,
                            const std::function<Result<void>(const Batch&)>& page) override {
    CB_TRY(const facts::Read read,
           facts_.batches(subject_type, wanted, purpose_of(purpose, ""), page));
    return FactsRead{read.as_of, static_cast<std::int64_t>(read.audit_index)};
  }

  Result<FactsPage> one(const Subject& subject, const std::vector<std::string>& wanted,
                        const Principal& asker, const std::string& purpose) override {
    CB_TRY(facts::Known known,
           facts_.one({subject.type, subject.id}, wanted, purpose_of(purpose, asker.id)));
    return FactsPage{std::move(known.facts),
                     {known.as_of, static_cast<std::int64_t>(known.audit_index)}};
  }

  Result<Touched> touched(std::int64_t after, std::int64_t limit) override {
    CB_TRY(const facts::Touched found, facts_.touched(after, limit));
    Touched touched;
    touched.position = found.next;
    for (const facts::Subject& s : found.subjects) touched.subjects.push_back({s.type, s.id});
    if (found.more) {
      CB_TRY(const guard::AsOf as_of, guard_.as_of());
      touched.behind = std::max<std::int64_t>(as_of.rows_seq - found.next, 1);
    }
    return touched;
  }

  std::vector<std::string> known(const std::string& subject_type) const override {
    return facts_.names(subject_type);
  }

  std::string resource_of(const std::string& subject_type, const std::string& fact) const override {
    const facts::Fact* found = facts_.find(subject_type, fact);
    return found == nullptr ? "" : found->resource;
  }

  std::string resource_name(const std::string& resource) const override {
    return resource.empty() ? "" : name_(resource);
  }

 private:
  static guard::InternalPurpose purpose_of(const std::string& code, const std::string& actor) {
    guard::InternalPurpose purpose;
    purpose.code = code;
    purpose.basis = legal_basis;
    purpose.actor = actor;
    return purpose;
  }

  facts::Facts& facts_;
  guard::Guard& guard_;
  ResourceName name_;
};

class RulesAdapter final : public ModelSource {
 public:
  explicit RulesAdapter(rules::Rules& rules) : rules_(rules) {}
  Result<EffectiveModel> effective(const std::string& id, Date on) override {
    CB_TRY(rules::Effective found, rules_.effective(id, on));
    return EffectiveModel{std::move(found.model), found.version, std::move(found.hash)};
  }

 private:
  rules::Rules& rules_;
};

}  // namespace

std::unique_ptr<FactSource> facts_of(facts::Facts& facts, guard::Guard& guard, ResourceName name) {
  return std::make_unique<FactsAdapter>(facts, guard, std::move(name));
}

std::unique_ptr<ModelSource> models_of(rules::Rules& rules) {
  return std::make_unique<RulesAdapter>(rules);
}

}  // namespace citybrain::benefit
