// Routes of simulations: start one, watch it, stop it, see who gains and who loses.
#include "base/text.h"
#include "routes.h"

namespace citybrain::rules {
namespace {

constexpr std::int64_t xml_length_max = 4 << 20;

Param job_param() { return path_param("job", shape::text("the simulation", 32)); }

Result<Reply> start(Rules& rules, Knowledge& knowledge, Simulations& jobs, const Request& request) {
  CB_TRY(SimulationOrder order, order_of(rules, knowledge, request));
  CB_TRY(const auto job, jobs.start(std::move(order)));
  return Reply::json(job->to_json(), 202);
}

Result<Reply> show(Simulations& jobs, const Request& request) {
  CB_TRY(const auto job, jobs.find(request.param("job")));
  return Reply::json(job->to_json());
}

// "progress" as it goes on, then "done" once.
Result<Reply> watch(Simulations& jobs, const Request& request) {
  CB_TRY(const auto job, jobs.find(request.param("job")));
  return Reply::stream_of([job](std::uint64_t& cursor) {
    std::vector<StreamEvent> out;
    const bool running = job->running();
    const json::object now = job->to_json();
    const auto done = now.at("subjects_done").to_number<std::uint64_t>();
    const std::uint64_t position = running ? done + 1 : UINT64_MAX;
    if (cursor == position) return out;
    cursor = position;
    out.push_back({running ? "progress" : "done", json::serialize(now)});
    return out;
  });
}

Result<Reply> stop(Simulations& jobs, const Request& request) {
  CB_TRY(const auto job, jobs.find(request.param("job")));
  job->stop();
  return Reply::json(job->to_json());
}

Result<Reply> subjects(Simulations& jobs, const Request& request) {
  CB_TRY(const auto job, jobs.find(request.param("job")));
  CB_TRY(const Simulation::Page page,
         job->subjects(request.param("kind", "gain"),
                       static_cast<std::size_t>(request.int_param("page", 1)),
                       static_cast<std::size_t>(request.int_param("size", 50))));
  json::array items;
  for (const SubjectChange& c : page.items) {
    items.push_back(json::object{
        {"subject", c.subject}, {"before_fen", c.before_fen}, {"after_fen", c.after_fen}});
  }
  return Reply::json(
      json::object{{"items", std::move(items)}, {"total", page.total}, {"kept", page.kept}});
}

Route start_route(Rules& rules, Knowledge& knowledge, Simulations& jobs) {
  using namespace shape;
  return {.method = Method::post,
          .path = "/api/rules/simulations",
          .summary = "Run a text or a version over all subjects, beside today's version",
          .body = object({may("xml", text("a model that is not stored", xml_length_max)),
                          may("model", text("or one that is, and whose version is compared", 64)),
                          may("version", integer("0 = the newest", 0, 1'000'000'000)),
                          need("subject_type", word({"enterprise", "person"})),
                          may("parameters", any("the draft's, over those of the policy")),
                          may("policy", text("whose parameters are taken", 64)),
                          may("date", text("基准日, today if left out", 10)),
                          may("decision", text("what is counted, 资格 if left out", 200)),
                          may("amount", text("what is summed up, 金额 if left out", 200)),
                          may("against", any("{model, version}, or null for none"))}),
          .reply = any("the simulation"),
          .right = Right("rules.simulate"),
          .audit = Audit("rules.simulate"),
          .handler = [&rules, &knowledge, &jobs](const Request& r) {
            return start(rules, knowledge, jobs, r);
          }};
}

}  // namespace

std::vector<Route> simulation_routes(Rules& rules, Knowledge& knowledge, Simulations& jobs) {
  using namespace shape;
  const Audit shows = Audit::none("shows figures of the city, never a record");
  const Right right("rules.simulate");
  return {start_route(rules, knowledge, jobs),
          {.method = Method::get,
           .path = "/api/rules/simulations",
           .summary = "Own simulations since the server's start, the newest first",
           .reply = object({need("items", array(any("a simulation"))), need("total", integer())}),
           .right = right,
           .audit = shows,
           .handler = [&jobs](const Request& r) -> Result<Reply> {
             json::array items;
             for (const auto& job : jobs.list(r.principal.id)) items.push_back(job->to_json());
             const std::size_t total = items.size();
             return Reply::json(json::object{{"items", std::move(items)}, {"total", total}});
           }},
          {.method = Method::get,
           .path = "/api/rules/simulations/{job}",
           .summary = "How far it is, and its figures once it is done",
           .params = {job_param()},
           .reply = any("the simulation"),
           .right = right,
           .audit = shows,
           .handler = [&jobs](const Request& r) { return show(jobs, r); }},
          {.method = Method::get,
           .path = "/api/rules/simulations/{job}/stream",
           .summary = "The same as events: progress, then done",
           .params = {job_param()},
           .reply = any("events"),
           .right = right,
           .audit = shows,
           .handler = [&jobs](const Request& r) { return watch(jobs, r); }},
          {.method = Method::post,
           .path = "/api/rules/simulations/{job}/stop",
           .summary = "Stop it",
           .params = {job_param()},
           .reply = any("the simulation"),
           .right = right,
           .audit = Audit("rules.simulate_stop"),
           .handler = [&jobs](const Request& r) { return stop(jobs, r); }},
          {.method = Method::get,
           .path = "/api/rules/simulations/{job}/subjects",
           .summary = "Who gains, loses, gets more or less, by the subjects' numbers",
           .params = {job_param(), query_param("kind", word({"gain", "lose", "more", "less"})),
                      query_param("page", integer("from 1", 1, 1'000'000)),
                      query_param("size", integer("items a page", 1, 200))},
           .reply = object(
               {need("items", array(object({need("subject", text()), need("before_fen", integer()),
                                            need("after_fen", integer())}))),
                need("total", integer()), need("kept", integer())}),
           .right = Right("rules.simulate_subjects"),
           .audit = Audit("rules.simulate_subjects"),
           .handler = [&jobs](const Request& r) { return subjects(jobs, r); }}};
}

}  // namespace citybrain::rules
