// The doubles declared in fixtures.h.
#include "fixtures.h"

#include <gtest/gtest.h>

#include "commits.h"
#include "policies.h"
#include "sql/migrate.h"

namespace citybrain::benefit {
std::vector<Migration> migrations();
}

namespace citybrain::benefit::testing {

std::unique_ptr<sql::Db> open_store(const std::string& url) {
  auto db = sql::Db::open(url);
  CB_CHECK(db.has_value());
  const auto migrated = sql::migrate(**db, "benefit", migrations());
  if (!migrated) ADD_FAILURE() << migrated.error().message;
  return std::move(*db);
}

std::string lines_csv(const std::string& city_yuan, const std::string& county_yuan) {
  return "code,name,level,division,year,functional_code,economic_code,amount_yuan,department\n"
         "330200-JY,市级就业补助,city,330200,2020,2080799,30305," +
         city_yuan +
         ",czj\n"
         "330203-JY,海曙就业补助,district,330203,2020,2080799,30305," +
         county_yuan + ",czj\n";
}

std::string policies_csv(const std::vector<PolicyRow>& rows) {
  std::string csv =
      "code,name,level,division,department,subject,mode,model,line,city_share,window_from,"
      "window_to,basis,parameters,summary\n";
  for (const PolicyRow& row : rows) {
    std::string parameters;
    for (const char c : row.parameters) parameters += c == '"' ? "\"\"" : std::string(1, c);
    csv += row.code + ",稳岗补贴" + row.code + "," + row.level + ",330203,rsj," + row.subject +
           "," + row.mode + ",wengang," + row.line + "," + std::to_string(row.city_share) + "," +
           row.window_from + "," + row.window_to + ",甬人社发,\"" + parameters + "\",稳岗\n";
  }
  return csv;
}

Result<void> release(Benefit& benefit, const std::string& policy) {
  return benefit.sign_policies({policy}, {"drafter", "cz", "fz", "gp", "publisher"});
}

Result<void> open_policy(sql::Db& db, const std::string& code, Timestamp now) {
  return db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(Policy policy, read_policy(tx, code));
    for (const char* edge : {"submit", "clear", "publish"}) {
      CB_DO(move_policy(tx, policy, edge, {"publisher", "", ""}, now));
    }
    return follow_window(tx, policy, now);
  });
}

std::string model_xml() {
  return R"xml(<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="wengang" name="稳岗"
 namespace="urn:citybrain:wengang">
 <inputData id="i1" name="参保人数"><variable name="参保人数" typeRef="number"/></inputData>
 <inputData id="i2" name="失信"><variable name="失信" typeRef="boolean"/></inputData>
 <inputData id="i3" name="每人补贴"><variable name="每人补贴" typeRef="number"/></inputData>
 <inputData id="i4" name="基准日"><variable name="基准日" typeRef="date"/></inputData>
 <decision id="d1" name="资格"><variable name="资格" typeRef="boolean"/>
  <informationRequirement><requiredInput href="#i1"/></informationRequirement>
  <informationRequirement><requiredInput href="#i2"/></informationRequirement>
  <decisionTable hitPolicy="FIRST">
   <input><inputExpression typeRef="number"><text>参保人数</text></inputExpression></input>
   <input><inputExpression typeRef="boolean"><text>失信</text></inputExpression></input>
   <output name="资格" typeRef="boolean"/>
   <rule><inputEntry><text>&gt;= 30</text></inputEntry><inputEntry><text>false</text></inputEntry>
    <outputEntry><text>true</text></outputEntry></rule>
   <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
    <outputEntry><text>false</text></outputEntry></rule>
  </decisionTable></decision>
 <decision id="d2" name="金额"><variable name="金额" typeRef="number"/>
  <informationRequirement><requiredInput href="#i1"/></informationRequirement>
  <informationRequirement><requiredInput href="#i3"/></informationRequirement>
  <informationRequirement><requiredDecision href="#d1"/></informationRequirement>
  <literalExpression><text>if 资格 then 参保人数 * 每人补贴 else 0</text></literalExpression>
 </decision>
 <decision id="d3" name="理由"><variable name="理由" typeRef="string"/>
  <informationRequirement><requiredDecision href="#d1"/></informationRequirement>
  <literalExpression><text>if 资格 then "参保三十人以上且无失信" else "不符合条件"</text>
  </literalExpression></decision>
</definitions>)xml";
}

void MemoryFacts::put(const Firm& firm) {
  firms_[firm.id] = firm;
  changes_.push_back(firm.id);
}
void MemoryFacts::remove(const std::string& id) {
  firms_.erase(id);
  changes_.push_back(id);
}

namespace {

Batch batch_of(const std::vector<const Firm*>& firms, const std::vector<std::string>& wanted) {
  Schema schema;
  schema.fields.push_back({"id", Type::text, 0});
  for (const std::string& fact : wanted) {
    const Type type = fact == "参保人数" ? Type::integer
                      : fact == "失信"   ? Type::boolean
                                         : Type::text;
    schema.fields.push_back({fact, type, 0});
  }
  Batch facts(schema);
  for (const Firm* firm : firms) {
    std::vector<Cell> cells = {firm->id};
    for (const std::string& fact : wanted) {
      if (fact == "参保人数")
        cells.emplace_back(firm->insured);
      else if (fact == "失信")
        cells.emplace_back(firm->blacklisted);
      else if (fact == "企业名称")
        cells.emplace_back(firm->name);
      else if (fact == "所在区划")
        cells.emplace_back(firm->division);
      else if (firm->account.empty())
        cells.emplace_back();
      else
        cells.emplace_back(firm->account);
    }
    facts.append_row(cells);
  }
  return facts;
}

}  // namespace

Result<FactsRead> MemoryFacts::batches(const std::string& subject_type,
                                       const std::vector<std::string>& wanted, const std::string&,
                                       const std::function<Result<void>(const Batch&)>& page) {
  if (subject_type != "enterprise") return read();
  std::vector<const Firm*> some;
  for (const auto& [id, firm] : firms_) {
    some.push_back(&firm);
    if (some.size() < page_rows) continue;
    CB_DO(page(batch_of(some, wanted)));
    some.clear();
  }
  CB_DO(page(batch_of(some, wanted)));
  return read();
}

Result<FactsPage> MemoryFacts::one(const Subject& subject, const std::vector<std::string>& wanted,
                                   const Principal&, const std::string&) {
  const auto firm = firms_.find(subject.id);
  if (firm == firms_.end()) return not_found("no firm '" + subject.id + "'");
  return FactsPage{batch_of({&firm->second}, wanted), read()};
}

Result<Touched> MemoryFacts::touched(std::int64_t after, std::int64_t limit) {
  Touched touched;
  const auto size = static_cast<std::int64_t>(changes_.size());
  touched.position = std::min(after + limit, size);
  touched.behind = size - touched.position;
  for (std::int64_t i = after; i < touched.position; ++i) {
    touched.subjects.push_back({"enterprise", changes_[static_cast<std::size_t>(i)]});
  }
  return touched;
}

std::vector<std::string> MemoryFacts::known(const std::string&) const {
  return {"企业名称", "所在区划", "银行账号", "参保人数", "失信"};
}
std::string MemoryFacts::resource_of(const std::string&, const std::string& fact) const {
  return fact == "参保人数" ? "ent_insured" : "ent_credit";
}

Result<EffectiveModel> MemoryModels::effective(const std::string& id, Date) {
  if (id != "wengang") return not_found("there is no model '" + id + "'");
  return model;
}

Result<std::vector<TreasuryAnswer>> MemoryTreasury::pay(std::span<const PaymentOrder> orders) {
  std::vector<TreasuryAnswer> answers;
  for (const PaymentOrder& order : orders) {
    ++received[order.end_to_end_id];
    if (takes && !takes(order)) continue;
    const auto [held, fresh] = paid.emplace(order.end_to_end_id, order);
    if (!fresh && order.attempt > held->second.attempt) held->second = order;
    const auto told = script.find(order.end_to_end_id);
    answers.push_back(told != script.end()
                          ? told->second
                          : TreasuryAnswer{order.end_to_end_id, TreasuryStatus::paid,
                                           order.amount_fen, "R1", "", order.attempt});
  }
  return before_answer ? before_answer(std::move(answers), false) : answers;
}

Result<std::vector<TreasuryAnswer>> MemoryTreasury::ask(std::span<const std::string> ids) {
  std::vector<TreasuryAnswer> answers;
  for (const std::string& id : ids) {
    const auto order = paid.find(id);
    const auto told = script.find(id);
    if (order == paid.end()) {
      answers.push_back({id, TreasuryStatus::absent, 0, "", ""});
    } else if (told != script.end()) {
      answers.push_back(told->second);
    } else {
      answers.push_back(
          {id, TreasuryStatus::paid, order->second.amount_fen, "R1", "", order->second.attempt});
    }
  }
  return before_answer ? before_answer(std::move(answers), true) : answers;
}

std::int64_t count_of(sql::Db& db, const std::string& sql) {
  const auto n = db.read([&](sql::Session& session) -> Result<std::int64_t> {
    CB_TRY(const auto row, session.query_one(sql));
    return row->integer(0);
  });
  if (!n) ADD_FAILURE() << n.error().message;
  return n.value_or(-1);
}

void seed_payments(sql::Db& db, const Ledger& ledger, int from, int count, Timestamp now) {
  PolicyRow row;
  row.line = "330200-JY+330203-JY";
  row.city_share = 40;
  if (from == 0) {
    ASSERT_TRUE(import_policies(db, policies_csv({row}), "drafter", now));
    ASSERT_TRUE(open_policy(db, row.code, now));
  }
  const auto seeded = db.write([&](sql::Tx& tx) -> Result<void> {
    CB_TRY(const Policy policy, read_policy(tx, row.code));
    std::vector<Due> dues;
    for (int n = from; n < from + count; ++n) {
      Due due{"",       firm_id(n), "宁波第" + std::to_string(n) + "有限公司", "6222" + firm_id(n),
              "330203", seed_fen(n)};
      due.entitlement = entitlement_id(policy, due.subject);
      CB_DO(
          tx.exec("INSERT INTO benefit_entitlement (id, policy, subject_type, subject, period,"
                  " amount_fen, state, payee, account, division, run, decided_at, claimed_by,"
                  " approved_by, waiting_since, note) VALUES ($1, $2, 'enterprise', $3, $4, $5,"
                  " 'approved', $6, $7, $8, 0, $9, '', 'cz', $9, '')",
                  {due.entitlement, policy.code, due.subject, policy.period(), due.amount_fen,
                   due.payee, due.account, due.division, now.us}));
      dues.push_back(std::move(due));
    }
    CB_TRY(const Committed committed, commit_due(tx, ledger, policy, dues, now));
    if (committed.waiting != 0) return exhausted("the lines hold too little for the test");
    return ok();
  });
  ASSERT_TRUE(seeded.has_value()) << seeded.error().message;
}

std::string firm_id(int n) {
  std::string digits = std::to_string(n);
  return "91330203" + std::string(10 - digits.size(), '0') + digits;
}

Principal firm_principal(const std::string& id) {
  Principal p;
  p.kind = Principal::Kind::enterprise;
  p.id = "account-" + id;
  p.subject = id;
  return p;
}

Principal officer(const std::string& id) {
  Principal p;
  p.kind = Principal::Kind::staff;
  p.id = id;
  return p;
}

}  // namespace citybrain::benefit::testing
