// bench matching: every policy's 资格 and 金额 over all subjects of a filled demo city,
// policy-evaluations a second on one core, beside npm feelin on the same models, parameters and
// facts. The verdicts of the rows that the peer reached in its time are compared one by one.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>

#include "base/csv.h"
#include "base/ids.h"
#include "brain/catalogue.h"
#include "facts/facts.h"
#include "rooms.h"

namespace {

using namespace citybrain;
using Steady = std::chrono::steady_clock;

constexpr std::size_t sampled_rows = 200;  // that the peer may reach

struct Policy {
  std::string type, model;
  json::object parameters;
};

struct Work {
  std::map<std::string, std::string> xml;
  std::map<std::string, std::shared_ptr<const brain::Model>> models;
  std::vector<Policy> policies;
  std::map<std::string, std::vector<Batch>> batches;  // by subject type
};

json::value plain(const Cell& cell) {
  if (const auto* d = std::get_if<Decimal64>(&cell)) {
    return static_cast<double>(d->value) /
           std::array{1.0, 10.0, 100.0, 1e3, 1e4}[static_cast<std::size_t>(d->scale)];
  }
  return to_json(cell);
}

Result<void> load_policies(const cli::City& city, Work& work) {
  CB_TRY(const std::string text, city.definition("policies.csv"));
  CB_TRY(const CsvTable table, parse_csv(text, {"subject", "model", "parameters"}));
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    Policy policy{table.at(row, "subject"), table.at(row, "model"), {}};
    CB_TRY(const json::value parameters, parse_json(table.at(row, "parameters")));
    policy.parameters = parameters.as_object();
    policy.parameters["基准日"] = "2020-11-24";
    if (!work.models.contains(policy.model)) {
      CB_TRY(work.xml[policy.model],
             read_file(city.options().home + "/decisions/" + policy.model + ".dmn"));
      CB_TRY(work.models[policy.model], brain::Model::load(work.xml[policy.model]).checked());
    }
    work.policies.push_back(std::move(policy));
  }
  return ok();
}

Result<void> read_facts(cli::City& city, Work& work) {
  std::map<std::string, std::set<std::string>> wanted;
  for (const Policy& policy : work.policies) {
    for (const brain::Input& input : work.models[policy.model]->inputs()) {
      if (city.facts().find(policy.type, input.name) != nullptr) {
        wanted[policy.type].insert(input.name);
      }
    }
  }
  for (const auto& [type, names] : wanted) {
    guard::InternalPurpose purpose;
    purpose.code = "bench.match";
    purpose.basis = "benchmark over demo data";
    auto read = city.facts().batches(type, {names.begin(), names.end()}, purpose,
                                     [&, &key = type](const Batch& batch) {
                                       work.batches[key].push_back(batch);
                                       return ok();
                                     });
    if (!read) return read.error();
  }
  return ok();
}

// What the peer works on: models, parameters, and the facts of the first rows of each type.
Result<std::string> write_work(const Work& work) {
  json::object models, subjects;
  for (const auto& [id, xml] : work.xml) models[id] = xml;
  json::array policies;
  for (const Policy& policy : work.policies) {
    policies.push_back(json::object{
        {"model", policy.model}, {"type", policy.type}, {"parameters", policy.parameters}});
  }
  for (const auto& [type, batches] : work.batches) {
    json::array rows;
    const Batch& batch = batches.front();
    for (std::size_t row = 0; row < std::min(batch.rows, sampled_rows); ++row) {
      json::object subject;
      for (const Column& column : batch.columns) {
        subject[column.field().name] = plain(column.cell_at(row));
      }
      rows.push_back(std::move(subject));
    }
    subjects[type] = std::move(rows);
  }
  const std::string path = "/tmp/citybrain-bench-matching.json";
  CB_DO(write_file(path, json::serialize(json::object{{"models", models},
                                                      {"policies", policies},
                                                      {"subjects", subjects},
                                                      {"rows", sampled_rows}})));
  return path;
}

std::int64_t amount_fen(const brain::ModelAnswers& answers, std::size_t row) {
  if (!answers.decisions[0].at(row).is_true()) return 0;
  const brain::Value amount = answers.decisions[1].at(row);
  if (!amount.is(brain::Kind::number)) return 0;
  return amount.as_number().rounded(2, brain::Rounding::half_up).to_scaled(2).value_or(0);
}

struct Ours {
  std::int64_t evaluations = 0;
  std::int64_t entitled = 0;
  double seconds = 0;
  std::vector<std::int64_t> sample;  // row by row, policy by policy, as the peer goes
};

// The policies over one kind of subject, as the matcher compiles them.
Result<std::vector<brain::CatalogueEntry>> entries_of(const Work& work, const std::string& type,
                                                      std::vector<std::size_t>& policies) {
  std::vector<brain::CatalogueEntry> entries;
  for (std::size_t p = 0; p < work.policies.size(); ++p) {
    const Policy& policy = work.policies[p];
    if (policy.type != type) continue;
    const auto& model = work.models.at(policy.model);
    CB_TRY(const brain::Context context, model->read_inputs(policy.parameters));
    entries.push_back({model, {"资格", "金额"}, context});
    policies.push_back(p);
  }
  return entries;
}

Result<Ours> evaluate_all(const Work& work) {
  Ours ours;
  ours.sample.assign(sampled_rows * work.policies.size(), 0);
  const auto start = Steady::now();
  for (const auto& [type, batches] : work.batches) {
    std::vector<std::size_t> policies;
    CB_TRY(auto entries, entries_of(work, type, policies));
    CB_TRY(auto catalogue, brain::Catalogue::compile(std::move(entries), batches.front().schema));
    brain::CatalogueRun run(std::move(catalogue));
    for (std::size_t b = 0; b < batches.size(); ++b) {
      const auto done = run.batch(batches[b], [&](const brain::ModelAnswers& answers) {
        ours.evaluations += static_cast<std::int64_t>(answers.rows);
        for (const auto& same : answers.decisions[0].same) {
          if (same.value.is_true()) ours.entitled += static_cast<std::int64_t>(same.count);
        }
        for (std::size_t row = 0; b == 0 && row < answers.rows; ++row) {
          if (answers.first_row + row >= sampled_rows) break;
          const std::size_t at = (answers.first_row + row) * work.policies.size();
          ours.sample[at + policies[answers.model]] = amount_fen(answers, row);
        }
        return ok();
      });
      if (!done) return done.error();
    }
  }
  ours.seconds = std::chrono::duration<double>(Steady::now() - start).count();
  return ours;
}

Result<json::object> run_peer(const std::string& home, const std::string& path) {
  const std::string command = "node " + home + "/bench/matching/peer.mjs " + path + " 20";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return unavailable("cannot run " + command);
  std::string out;
  char block[4096];
  for (std::size_t got = 0; (got = std::fread(block, 1, sizeof block, pipe)) > 0;) {
    out.append(block, got);
  }
  if (::pclose(pipe) != 0) return unavailable(command + " failed");
  CB_TRY(const json::value value, parse_json(out));
  return value.as_object();
}

Result<void> run(const std::string& data_dir) {
  cli::CityOptions options;
  options.data_dir = data_dir;
  options.demo = true;
  CB_TRY(const std::unique_ptr<cli::City> city, cli::City::open(options));
  Work work;
  CB_DO(load_policies(*city, work));
  CB_DO(read_facts(*city, work));
  CB_TRY(const Ours ours, evaluate_all(work));
  CB_TRY(const std::string path, write_work(work));
  CB_TRY(const json::object peer, run_peer(options.home, path));
  const json::array& amounts = peer.at("amounts").as_array();
  std::size_t differ = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < ours.sample.size() && at < amounts.size(); ++i) {
    const Policy& policy = work.policies[i % work.policies.size()];
    const auto batches = work.batches.find(policy.type);
    if (batches == work.batches.end() || i / work.policies.size() >= batches->second.front().rows) {
      continue;
    }
    const auto theirs = amounts[at++].to_number<std::int64_t>();
    if (theirs == ours.sample[i]) continue;
    if (++differ <= 5) {
      std::printf("row %zu, model %s: ours %lld fen, peer %lld fen\n", i / work.policies.size(),
                  policy.model.c_str(), static_cast<long long>(ours.sample[i]),
                  static_cast<long long>(theirs));
    }
  }
  std::size_t subjects = 0;
  for (const auto& [type, batches] : work.batches) {
    for (const Batch& batch : batches) subjects += batch.rows;
  }
  std::printf("%zu policies, %zu subjects, %lld evaluations in %.2f s, %lld entitled\n",
              work.policies.size(), subjects, static_cast<long long>(ours.evaluations),
              ours.seconds, static_cast<long long>(ours.entitled));
  std::printf("peer: %zu evaluations compared, %zu differ\n", at, differ);
  const double rate = static_cast<double>(ours.evaluations) / ours.seconds;
  const double other =
      peer.at("evaluations").to_number<double>() / peer.at("seconds").to_number<double>();
  std::printf("bench matching ours=%.0f other=%.0f ratio=%.0f unit=evals/s\n", rate, other,
              rate / other);
  return ok();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: matching_bench DATA_DIR (a filled demo city)\n");
    return 2;
  }
  const auto done = run(argv[1]);
  if (done) return 0;
  std::fprintf(stderr, "matching_bench: %s\n", done.error().message.c_str());
  return 1;
}
