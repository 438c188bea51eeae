// Simulation jobs: see simulation.h.
#include "simulation.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "views.h"

namespace citybrain::rules {

Simulation::Simulation(std::string id, SimulationOrder order, Rules& rules, Knowledge& knowledge)
    : id_(std::move(id)),
      order_(std::move(order)),
      rules_(rules),
      knowledge_(knowledge),
      started_at_(rules.clock().now()),
      expected_(knowledge.expected(order_.subject_type)),
      thread_([this] { run(); }) {}

Simulation::~Simulation() {
  stop();
  join();
}

void Simulation::join() {
  if (thread_.joinable()) thread_.join();
}

void Simulation::run() {
  const auto began = std::chrono::steady_clock::now();
  const auto done = count_all();
  const std::lock_guard lock(mutex_);
  seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (done) {
    state_ = State::done;
  } else if (stop_) {
    state_ = State::stopped;
  } else {
    error_ = done.error().message;
    state_ = State::failed;
  }
}

namespace {

// The facts that the models read, and those that the figures are grouped by.
std::vector<std::string> wanted_of(const SimulationOrder& order, const Knowledge& knowledge) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  };
  const auto is_fact = [&](const std::string& name) {
    return std::any_of(knowledge.facts().begin(), knowledge.facts().end(), [&](const FactInfo& f) {
      return f.field.name == name && f.subject_type == order.subject_type;
    });
  };
  const auto add_inputs = [&](const Chosen& chosen, const brain::Context& parameters) {
    if (!chosen.model) return;
    for (const brain::Input& i : chosen.model->inputs()) {
      if (parameters.find(i.name) == nullptr && is_fact(i.name)) add(i.name);
    }
  };
  add_inputs(order.draft, order.parameters);
  add_inputs(order.against, order.against_parameters);
  add(knowledge.district_fact(order.subject_type));
  add(knowledge.industry_fact(order.subject_type));
  return out;
}

Schema schema_of(const SimulationOrder& order, const Knowledge& knowledge,
                 const std::vector<std::string>& wanted) {
  Schema out;
  out.fields.push_back({"subject", Type::text, 0});
  for (const std::string& name : wanted) {
    for (const FactInfo& f : knowledge.facts()) {
      if (f.field.name == name && f.subject_type == order.subject_type) {
        out.fields.push_back(f.field);
        break;
      }
    }
  }
  out.key = {"subject"};
  return out;
}

std::map<std::string, std::string> names_of(const Knowledge& knowledge, const std::string& type,
                                            const std::string& fact) {
  std::map<std::string, std::string> out;
  for (const FactInfo& f : knowledge.facts()) {
    if (f.field.name == fact && f.subject_type == type)
      out.insert(f.values.begin(), f.values.end());
  }
  return out;
}

}  // namespace

Result<void> Simulation::count_all() {
  const std::vector<std::string> wanted = wanted_of(order_, knowledge_);
  std::vector<std::string> decisions{order_.decision};
  if (!order_.amount.empty()) decisions.push_back(order_.amount);
  std::vector<brain::CatalogueEntry> entries{{order_.draft.model, decisions, order_.parameters}};
  if (order_.against.model)
    entries.push_back({order_.against.model, decisions, order_.against_parameters});
  brain::EvaluateOptions options;
  options.now = started_at_;
  CB_TRY(const auto catalogue,
         brain::Catalogue::compile(std::move(entries), schema_of(order_, knowledge_, wanted),
                                   options));
  brain::CatalogueRun run(catalogue);
  CountOptions count_options;
  count_options.district = knowledge_.district_fact(order_.subject_type);
  count_options.industry = knowledge_.industry_fact(order_.subject_type);
  count_options.district_names = names_of(knowledge_, order_.subject_type, count_options.district);
  count_options.industry_names = names_of(knowledge_, order_.subject_type, count_options.industry);
  count_options.has_amount = !order_.amount.empty();
  count_options.compares = order_.against.model != nullptr;
  auto count = std::make_unique<Count>(std::move(count_options));
  CB_TRY(const BulkRead read,
         knowledge_.batches(order_.subject_type, wanted, order_.by, [&](const Batch& batch) {
           if (stop_) return Result<void>(exhausted("stopped"));
           auto added = count->add(run, batch);
           done_ += static_cast<std::int64_t>(batch.rows);
           return added;
         }));
  const std::lock_guard lock(mutex_);
  as_of_ = read.as_of;
  count_ = std::move(count);
  return ok();
}

json::object Simulation::to_json() const {
  static constexpr const char* states[] = {"running", "done", "failed", "stopped"};
  const auto id_or_null = [](const Chosen& c) {
    return c.id.empty() ? json::value(nullptr) : json::value(c.id);
  };
  const State state = state_;
  const std::lock_guard lock(mutex_);
  const double seconds = state == State::running
                             ? static_cast<double>(rules_.clock().now().us - started_at_.us) / 1e6
                             : seconds_;
  json::object out{{"id", id_},
                   {"state", states[static_cast<int>(state)]},
                   {"error", nullptr},
                   {"model", id_or_null(order_.draft)},
                   {"version", nullptr},
                   {"hash", order_.draft.hash},
                   {"name", order_.draft.model->name()},
                   {"subject_type", order_.subject_type},
                   {"date", to_iso(order_.date)},
                   {"policy", nullptr},
                   {"decision", order_.decision},
                   {"amount", nullptr},
                   {"against", nullptr},
                   {"started_at", to_iso(started_at_)},
                   {"seconds", seconds},
                   {"subjects_done", done_.load()},
                   {"subjects_total", state == State::done ? done_.load() : expected_},
                   {"result", nullptr}};
  if (!error_.empty()) out["error"] = error_;
  if (order_.draft.version > 0) out["version"] = order_.draft.version;
  if (!order_.policy.empty()) out["policy"] = order_.policy;
  if (!order_.amount.empty()) out["amount"] = order_.amount;
  if (order_.against.model) {
    out["against"] = json::object{{"model", id_or_null(order_.against)},
                                  {"version", order_.against.version},
                                  {"hash", order_.against.hash}};
  }
  if (count_) {
    json::object result = count_->to_json();
    result["as_of"] = as_of_;
    out["result"] = std::move(result);
  }
  return out;
}

Result<Simulation::Page> Simulation::subjects(const std::string& kind, std::size_t page,
                                              std::size_t size) const {
  const std::lock_guard lock(mutex_);
  if (!count_) return conflict("simulation '" + id_ + "' has no result yet");
  const std::vector<SubjectChange>& all = count_->kept(kind);
  Page out;
  out.total = count_->changed(kind);
  out.kept = static_cast<std::int64_t>(all.size());
  for (std::size_t i = (page - 1) * size; i < all.size() && out.items.size() < size; ++i) {
    out.items.push_back(all[i]);
  }
  return out;
}

Simulations::~Simulations() {
  for (const auto& job : jobs_) job->stop();
}

Result<std::shared_ptr<Simulation>> Simulations::start(SimulationOrder order) {
  const std::lock_guard lock(mutex_);
  const auto at_work = static_cast<std::size_t>(
      std::count_if(jobs_.begin(), jobs_.end(), [](const auto& job) { return job->running(); }));
  if (at_work >= jobs_running_max) {
    return exhausted(std::to_string(at_work) +
                     " simulations are running; wait for one, or stop it");
  }
  auto job = std::make_shared<Simulation>("s" + std::to_string(next_++), std::move(order), rules_,
                                          knowledge_);
  jobs_.push_front(job);
  while (jobs_.size() > jobs_kept_max) jobs_.pop_back();
  return job;
}

std::vector<std::shared_ptr<Simulation>> Simulations::list(const std::string& by) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Simulation>> out;
  for (const auto& job : jobs_) {
    if (by.empty() || job->order().by == by) out.push_back(job);
  }
  return out;
}

Result<std::shared_ptr<Simulation>> Simulations::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& job : jobs_) {
    if (job->id() == id) return job;
  }
  return not_found("there is no simulation '" + id + "'; the last " +
                   std::to_string(jobs_kept_max) + " since the server's start are kept");
}

namespace {

// What is counted: as asked, else 资格 and 金额, else the last decision.
Result<void> choose_decisions(const json::object& body, SimulationOrder& order) {
  const brain::Model& model = *order.draft.model;
  const auto check = [&](const std::string& name, const char* member) -> Result<void> {
    if (model.has_decision(name)) return ok();
    return invalid(std::string("'") + member + "' is '" + name +
                   "'; the model has no such decision");
  };
  order.decision = text_of(body, "decision");
  order.amount = text_of(body, "amount");
  if (!order.decision.empty()) CB_DO(check(order.decision, "decision"));
  if (!order.amount.empty()) CB_DO(check(order.amount, "amount"));
  if (order.decision.empty()) {
    if (model.decisions().empty()) return invalid("the model has no decision; draw one");
    const bool entitles = model.has_decision("资格");
    order.decision = entitles ? "资格" : model.decisions().back().name;
    if (entitles && order.amount.empty() && model.has_decision("金额")) order.amount = "金额";
  }
  return ok();
}

// Today's version of the same model, or the version that was asked for.
Result<void> choose_against(Rules& rules, const json::object& body, SimulationOrder& order) {
  const auto* sent = body.if_contains("against");
  if (sent != nullptr && sent->is_null()) return ok();
  if (sent != nullptr) {
    if (!sent->is_object()) return invalid("'against' is no object; send {model, version} or null");
    CB_TRY(order.against, choose(rules, sent->as_object()));
  } else if (!order.draft.id.empty()) {
    auto effective = rules.effective(order.draft.id, order.date);
    if (!effective) return ok();
    order.against = {std::move(effective->model), order.draft.id, effective->version,
                     std::move(effective->hash)};
  }
  if (!order.against.model) return ok();
  for (const std::string& name : {order.decision, order.amount}) {
    if (name.empty() || order.against.model->has_decision(name)) continue;
    order.against = {};  // another model's figures would be compared with nothing
    if (sent != nullptr) return invalid("'against' has no decision `" + name + "`");
  }
  return ok();
}

}  // namespace

Result<SimulationOrder> order_of(Rules& rules, Knowledge& knowledge, const Request& request) {
  const json::object& body = request.json.as_object();
  SimulationOrder order;
  order.by = request.principal.id;
  order.subject_type = text_of(body, "subject_type");
  order.policy = text_of(body, "policy");
  CB_TRY(order.draft, choose(rules, body));
  CB_TRY(order.date, date_of(body, rules.clock().today()));
  CB_DO(choose_decisions(body, order));
  CB_DO(choose_against(rules, body, order));
  CB_TRY(order.parameters,
         parameters_of(rules, &knowledge, *order.draft.model, order.draft.id, body));
  order.parameters.set(input_date, brain::Value::date(order.date));
  if (order.against.model) {
    // Today's version is run with the policy's own parameters: those sent are the draft's.
    json::object todays = body;
    if (!order.policy.empty()) todays.erase("parameters");
    CB_TRY(order.against_parameters,
           parameters_of(rules, &knowledge, *order.against.model, order.against.id, todays));
    order.against_parameters.set(input_date, brain::Value::date(order.date));
  }
  return order;
}

}  // namespace citybrain::rules
