// citybrain simulate MODEL…: models over all the city's subjects, through the server that serves
// the city or, where none runs, over its stores.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>
#include <thread>

#include "args.h"
#include "base/json.h"
#include "base/text.h"
#include "decision_commands.h"
#include "instance.h"
#include "model_files.h"
#include "rooms.h"
#include "text_table.h"

namespace citybrain::cli {
namespace {

constexpr std::chrono::milliseconds poll_every{200};
constexpr std::size_t bar_width = 30;

std::vector<Option> options() {
  return {{"data", "var/city", "the city's data folder"},
          {"subject", "", "enterprise or person (by the facts that the model reads)"},
          {"policy", "", "code of the policy whose parameters are taken"},
          {"parameters", "", "JSON object of parameters, over the policy's"},
          {"date", "", "基准日 (today)"},
          {"against", "", "version to compare with, or none (that in force on the day)"},
          {"by", "district", "what the table is broken down by: district, industry or value"},
          {"json", "", "print JSON instead of tables", true}};
}

// Asks the rules room: over the admin socket, or in this process.
using Ask = std::function<Result<json::value>(const std::string& method, const std::string& path,
                                              const json::value& body)>;

// The handler of a route of the opened city; the path's last parts fill the route's.
Result<json::value> ask_here(City& city, const std::string& method, const std::string& path,
                             const json::value& body) {
  const auto asked = split(path, '/');
  for (const Room& room : city.rooms()) {
    for (const Route& route : room.routes) {
      const auto parts = split(route.path, '/');
      if (name_of(route.method) != method || parts.size() != asked.size()) continue;
      Request request;
      bool same = true;
      for (std::size_t i = 0; i < parts.size() && same; ++i) {
        if (parts[i].starts_with('{'))
          request.params[std::string(parts[i].substr(1, parts[i].size() - 2))] = asked[i];
        else
          same = parts[i] == asked[i];
      }
      if (!same) continue;
      request.json = body;
      request.principal.kind = Principal::Kind::system;
      request.principal.id = "system:command";
      CB_TRY(const Reply reply, route.handler(request));
      return parse_json(reply.body);
    }
  }
  return not_found("no route " + method + " " + path);
}

// "████████░░░░  48%  240,000 / 500,000  1.2 s" on one line of a terminal, again and again.
void show_progress(const json::object& job, bool last) {
  if (::isatty(STDERR_FILENO) != 1) return;
  const auto done = job.at("subjects_done").to_number<std::int64_t>();
  const auto total = std::max(job.at("subjects_total").to_number<std::int64_t>(), done);
  const std::size_t full =
      total == 0 ? 0 : bar_width * static_cast<std::size_t>(done) / static_cast<std::size_t>(total);
  std::string bar;
  for (std::size_t i = 0; i < bar_width; ++i) bar += i < full ? "█" : "░";
  std::fprintf(stderr, "\r%s %3lld%%  %s / %s  %.1f s ", bar.c_str(),
               static_cast<long long>(total == 0 ? 0 : 100 * done / total), grouped(done).c_str(),
               grouped(total).c_str(), job.at("seconds").to_number<double>());
  if (last) std::fprintf(stderr, "\n");
}

Result<json::object> finished(const Ask& ask, json::value job) {
  const std::string path = "/api/rules/simulations/" + text_of(job.as_object(), "id");
  while (text_of(job.as_object(), "state") == "running") {
    show_progress(job.as_object(), false);
    std::this_thread::sleep_for(poll_every);
    CB_TRY(job, ask("GET", path, nullptr));
  }
  show_progress(job.as_object(), true);
  if (text_of(job.as_object(), "state") != "done") {
    return unavailable("the simulation " + text_of(job.as_object(), "state") + ": " +
                       text_of(job.as_object(), "error"));
  }
  return job.as_object();
}

std::int64_t whole(const json::value& object, const char* name) {
  if (!object.is_object()) return 0;
  const auto* member = object.as_object().if_contains(name);
  return member != nullptr && member->is_number() ? member->to_number<std::int64_t>() : 0;
}

void show_breakdown(const json::object& result, const std::string& by, bool compares) {
  std::vector<std::string> heads{by == "value" ? "值 value" : "名称 name", "主体 subjects",
                                 "符合 entitled", "金额 yuan"};
  if (by == "value") heads = {"值 value", "主体 subjects"};
  if (compares && by == "value") heads.push_back("现行 today");
  if (compares && by != "value") {
    heads.push_back("现行符合 today");
    heads.push_back("现行金额 today");
  }
  TextTable table(heads);
  const char* member = by == "value" ? "values" : by == "industry" ? "by_industry" : "by_district";
  for (const json::value& row : result.at(member).as_array()) {
    const json::object& r = row.as_object();
    if (by == "value") {
      table.add({text_of(r, "value"), grouped(whole(row, "subjects")),
                 grouped(whole(row, "before_subjects"))});
      continue;
    }
    table.add({text_of(r, "name"), grouped(whole(row, "subjects")), grouped(whole(row, "entitled")),
               yuan_text(whole(row, "amount_fen")), grouped(whole(row, "before_entitled")),
               yuan_text(whole(row, "before_amount_fen"))});
  }
  if (!table.empty()) std::cout << '\n' << table.text();
}

void show(const json::object& job, const std::string& by) {
  const json::object& result = job.at("result").as_object();
  const bool compares = result.at("before").is_object();
  std::cout << text_of(job, "name") << " · " << text_of(job, "subject_type") << " · "
            << text_of(job, "date") << " · " << text_of(job, "decision");
  if (!text_of(job, "amount").empty()) std::cout << " · " << text_of(job, "amount");
  std::cout << '\n';
  TextTable table({"", "主体 subjects", "金额 yuan"});
  table.add({"全部 all", grouped(whole(result, "subjects")), ""});
  table.add({"符合 entitled", grouped(whole(result, "entitled")),
             yuan_text(whole(result, "amount_fen"))});
  if (compares) {
    const json::value& before = result.at("before");
    table.add({"现行版本 today's version", grouped(whole(before, "entitled")),
               yuan_text(whole(before, "amount_fen"))});
    const std::pair<const char*, const char*> kinds[] = {{"gain", "新增 gain"},
                                                         {"lose", "失去 lose"},
                                                         {"more", "增加 more"},
                                                         {"less", "减少 less"},
                                                         {"same", "不变 same"}};
    for (const auto& [kind, label] : kinds) {
      table.add({label, grouped(whole(result.at(kind), "subjects")),
                 yuan_text(whole(result.at(kind), "amount_fen"))});
    }
  }
  std::cout << table.text();
  show_breakdown(result, by, compares);
  const double seconds = job.at("seconds").to_number<double>();
  std::printf("\n%s evaluations in %.2f s\n", grouped(whole(result, "evaluations")).c_str(),
              seconds);
  std::fflush(stdout);
}

// Which subjects the model is about: those that have all the facts it reads.
Result<std::string> subject_type_of(const Ask& ask, const ModelFile& file) {
  std::vector<std::string> fit;
  for (const char* type : {"enterprise", "person"}) {
    CB_TRY(const json::value found, ask("POST", "/api/rules/validate",
                                        json::object{{"xml", file.xml}, {"subject_type", type}}));
    bool all = true;
    for (const json::value& input : found.at("inputs").as_array())
      all = all && text_of(input.as_object(), "kind") != "unknown";
    if (all) fit.emplace_back(type);
  }
  if (fit.size() == 1) return fit[0];
  return invalid(file.path + ": say whom it is about: --subject enterprise or --subject person" +
                 (fit.empty() ? " (neither has all the facts that it reads)" : ""));
}

Result<json::object> order_of(const Args& args, const Ask& ask, const ModelFile& file) {
  json::object order{{"xml", file.xml}, {"model", file.id}};
  std::string subject = args.get("subject");
  if (subject.empty()) {
    CB_TRY(subject, subject_type_of(ask, file));
  }
  if (subject != "enterprise" && subject != "person") {
    return invalid("--subject is '" + subject + "'; give enterprise or person");
  }
  order["subject_type"] = subject;
  for (const char* name : {"policy", "date"}) {
    if (!args.get(name).empty()) order[name] = args.get(name);
  }
  if (!args.get("parameters").empty()) {
    const auto given = parse_json(args.get("parameters"));
    if (!given) return given.error().in("--parameters");
    if (!given->is_object()) return invalid("--parameters is no object; give {\"起点人数\": 30}");
    order["parameters"] = *given;
  }
  const std::string against = args.get("against");
  if (against == "none") order["against"] = nullptr;
  if (!against.empty() && against != "none") {
    CB_TRY(const std::int64_t version, args.integer("against", 1, 1'000'000'000));
    order["against"] = json::object{{"model", file.id}, {"version", version}};
  }
  return order;
}

Result<void> simulate_all(const Args& args, const std::vector<ModelFile>& files, const Ask& ask) {
  json::array all;
  for (std::size_t i = 0; i < files.size(); ++i) {
    CB_TRY(const json::object order, order_of(args, ask, files[i]));
    auto job = ask("POST", "/api/rules/simulations", order);
    if (!job) return job.error().in(files[i].path);
    CB_TRY(json::object done, finished(ask, std::move(*job)));
    if (args.has("json")) {
      all.push_back(std::move(done));
      continue;
    }
    if (i > 0) std::cout << '\n';
    show(done, args.get("by"));
  }
  if (args.has("json"))
    std::cout << json::serialize(files.size() == 1 ? all[0] : json::value(all)) << std::endl;
  return ok();
}

Result<void> run(const std::vector<std::string>& words) {
  CB_TRY(const Args args, Args::parse(words, options()));
  if (args.words().empty()) return invalid("usage: citybrain simulate MODEL… [--data DIR]");
  const std::string by = args.get("by");
  if (by != "district" && by != "industry" && by != "value") {
    return invalid("--by is '" + by + "'; give district, industry or value");
  }
  CB_TRY(const std::vector<ModelFile> files, model_files(args.words()));
  const std::string data = args.get("data");
  if (!std::filesystem::exists(data)) {
    return not_found("no folder '" + data + "'; name the city's with --data");
  }
  CB_TRY(std::optional<InstanceLock> lock, lock_or_server(data));
  if (!lock) {
    return simulate_all(
        args, files,
        [&](const std::string& method, const std::string& path, const json::value& body) {
          return ask_server(data, method, path, body);
        });
  }
  CityOptions city_options = options_here(data);
  if (const auto mark = read_demo_mark(data)) city_options.demo = true;
  CB_TRY(const std::unique_ptr<City> city, City::open(city_options, std::move(*lock)));
  return simulate_all(args, files,
                      [&](const std::string& method, const std::string& path,
                          const json::value& body) { return ask_here(*city, method, path, body); });
}

}  // namespace

Command simulate_command() {
  return {"simulate",
          "simulate MODEL… [--data DIR] [--policy CODE] [--subject enterprise|person]\n"
          "  MODEL: a DMN file, a folder of them, or an id of decisions/\n" +
              options_help(options()) +
              "  Example: citybrain simulate zhaogong --data var/demo --policy C-2020-012",
          "run decision models over all the city's subjects", run};
}

}  // namespace citybrain::cli
