// Filling and serving the demo city: see demo_city.h.
#include "demo_city.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "base/csv.h"
#include "base/log.h"
#include "base/money.h"
#include "benefit/benefit.h"
#include "catalog/catalog.h"
#include "catalog/transfer.h"
#include "catalog_ports.h"
#include "demo.h"
#include "guard/guard.h"
#include "http/client.h"
#include "rail/rail.h"
#include "rooms.h"
#include "rules/rules.h"

namespace citybrain::cli {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr const char* demo_password = "citybrain-demo";
constexpr int steps_total = 7;
constexpr const char* filling_mark = "demo.filling";

// Prints "[n/6] what … detail" with the seconds it took; on a terminal the line is rewritten.
class Step {
 public:
  Step(int number, std::string what) : number_(number), what_(std::move(what)) { show("", false); }
  void show(const std::string& detail, bool last) const {
    const double seconds = std::chrono::duration<double>(Steady::now() - start_).count();
    const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    if (!terminal && !last) return;
    std::printf("%s[%d/%d] %s%s%s%s", terminal ? "\r\033[K" : "", number_, steps_total,
                what_.c_str(), detail.empty() ? "" : ": ", detail.c_str(), last ? "" : " …");
    if (last) std::printf("  (%.1f s)\n", seconds);
    std::fflush(stdout);
  }
  void done(const std::string& detail) const { show(detail, true); }

 private:
  int number_;
  std::string what_;
  Steady::time_point start_ = Steady::now();
};

std::string count(std::int64_t n, const char* of) {
  std::string text = to_yuan_grouped({n * 100});
  text.resize(text.size() - 3);
  return text + " " + of;
}

Result<void> generate(const DemoOptions& options, const std::string& inbox) {
  const Step step(1, "generating departments' files, seed " + std::to_string(options.seed));
  CB_TRY(const DemoStats stats,
         generate_demo(inbox, options.scale_value, options.seed, home_dir() + "/city",
                       [&](const std::string& text) { step.show(text, false); }));
  step.done(count(stats.rows, "rows") + " in " + count(stats.files, "files"));
  return ok();
}

// Every file of the inbox through the rail; then columns up to the rows.
Result<void> land(City& city, const std::string& inbox) {
  const Step step(3, "landing by the rail");
  std::int64_t landed = 0;
  std::int64_t quarantined = 0;
  std::int64_t files = 0;
  for (const auto& resource : city.catalog().resources()) {
    const fs::path folder = fs::path(inbox) / resource->code;
    if (!fs::is_directory(folder)) continue;
    for (const auto& file : fs::directory_iterator(folder)) {
      auto report = city.rail().ingest(file.path().string(), resource->code);
      if (!report) {
        log(Level::warn, "cli", "file refused",
            {{"file", file.path().string()}, {"why", report.error().message}});
        continue;
      }
      landed += report->progress.rows_landed;
      quarantined += report->progress.rows_quarantined;
      ++files;
      step.show(resource->name + ", " + count(landed, "rows"), false);
    }
  }
  step.show("columns follow", false);
  for (bool more = true; more;) {
    CB_TRY(more, city.rail().feed_step({}));
  }
  step.done(count(landed, "rows") + " of " + count(files, "files") + ", " +
            count(quarantined, "in quarantine"));
  return ok();
}

// Duties, demands and meetings; and the catalogue at the city's size, where a file of it is named.
Result<void> list_catalogue(City& city, const DemoOptions& options) {
  const Step step(4, "duties, demands and the catalogue");
  CB_TRY(const SupplyLoaded loaded,
         load_supply(city.supply(), city.returns(), city.options().home));
  std::string listed;
  if (!options.catalogue.empty()) {
    CB_TRY(const catalog::ImportReport report,
           catalog::import_entries(city.catalog(), options.catalogue, {"city", false}));
    listed = ", " + count(static_cast<std::int64_t>(report.put.added), "entries listed");
  }
  step.done(count(loaded.duties, "duties") + ", " + count(loaded.demands, "demands") + ", " +
            count(loaded.coordination, "meetings and notices") + ", " +
            count(loaded.returns, "returns to districts") + listed);
  return ok();
}

// All policies are checked, and published but for those of demo_drafts.csv, which wait for a
// visitor to publish them.
Result<std::int64_t> publish_policies(City& city, const std::string& policies_csv) {
  CB_TRY(const std::string drafts_csv, city.definition("demo_drafts.csv"));
  CB_TRY(const CsvTable drafts, parse_csv(drafts_csv, {"code"}));
  std::vector<std::string> left;
  for (std::size_t row = 0; row < drafts.rows.size(); ++row) left.push_back(drafts.at(row, "code"));
  CB_TRY(const CsvTable policies, parse_csv(policies_csv, {"code"}));
  std::vector<std::string> published;
  for (std::size_t row = 0; row < policies.rows.size(); ++row) {
    const std::string& code = policies.at(row, "code");
    if (std::find(left.begin(), left.end(), code) == left.end()) published.push_back(code);
  }
  CB_DO(city.benefit().sign_policies(left, {"city", "finance", "law", "competition", ""}));
  CB_DO(city.benefit().sign_policies(published,
                                     {"city", "finance", "law", "competition", "publisher"}));
  return static_cast<std::int64_t>(published.size());
}

Result<void> publish(City& city) {
  const Step step(5, "publishing models, budget lines and policies");
  CB_TRY(const Date from, parse_date("2020-01-01"));
  CB_TRY(const int models,
         city.rules().import_dir(city.options().home + "/decisions", from, "city", "publisher"));
  CB_TRY(const std::string lines, city.definition("lines.csv"));
  CB_TRY(const benefit::LineReport report, city.benefit().import_lines(lines, "city"));
  CB_TRY(const std::string policies, city.definition("policies.csv"));
  CB_TRY(const std::int64_t drafted, city.benefit().import_policies(policies, "city"));
  CB_TRY(const std::string procedures, city.definition("procedures.json"));
  CB_DO(city.benefit().import_procedures(procedures, "city"));
  CB_TRY(const std::int64_t published, publish_policies(city, policies));
  for (bool more = true; more;) {
    CB_TRY(more, city.benefit().open_and_close());
  }
  step.done(count(models, "models") + ", " + count(report.lines, "lines") + ", " +
            count(drafted, "policies drafted") + ", " + count(published, "published"));
  return ok();
}

Result<void> match(City& city) {
  const Step step(6, "matching everybody with every open policy");
  CB_TRY(const benefit::MatchReport report, city.benefit().match(""));
  step.done(count(report.subjects, "subjects") + " x " + count(report.policies, "policies") + ", " +
            count(report.entitled, "entitled") + ", " + to_yuan_grouped({report.amount_fen}) +
            " yuan");
  return ok();
}

Result<void> fill(const DemoOptions& options) {
  const std::string inbox = options.data_dir + "/inbox";
  CB_DO(generate(options, inbox));
  const int shift = demo_shift_days();
  const Step opening(2, "opening the stores and the catalogue");
  CityOptions city_options = options_here(options.data_dir);
  city_options.demo = true;
  CB_TRY(const std::unique_ptr<City> city, City::open(city_options));
  CB_TRY(const std::string accounts, city->definition("accounts.csv"));
  CB_TRY(const std::int64_t logins,
         city->guard().identity().load_accounts(accounts, demo_password));
  opening.done(count(static_cast<std::int64_t>(city->catalog().resources().size()), "resources") +
               ", " + count(logins, "demo logins"));
  CB_DO(land(*city, inbox));
  CB_DO(list_catalogue(*city, options));
  CB_DO(publish(*city));
  CB_DO(match(*city));
  return write_demo_mark(options.data_dir, {shift, options.seed, options.scale});
}

Result<void> wait_for_treasury(const std::string& url) {
  for (int i = 0; i < 100; ++i) {
    http::Call call;
    call.url = url + "/totals";
    call.timeout = std::chrono::milliseconds(500);
    if (const auto reply = http::call(call); reply && reply->status == 200) return ok();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return unavailable("the treasury simulator at " + url + " does not answer");
}

void greet(const DemoOptions& options) {
  std::printf(
      "\n宁波城市大脑 · 演示数据 (demo city, seed %llu, scale %s)\n"
      "  http://%s:%u/          ways in\n"
      "  /cockpit  数字驾驶舱     /console  工作台     /m  手机端     /docs/  API\n"
      "  logins (password %s): admin engineer steward finance finance2 law competition policy "
      "publisher\n"
      "  auditor leader · firms: firm firm2 firm3 · citizens: citizen citizen2\n\n",
      static_cast<unsigned long long>(options.seed), options.scale.c_str(),
      options.serve.address.c_str(), static_cast<unsigned>(options.serve.port), demo_password);
  std::fflush(stdout);
}

// An empty folder with the mark of a fill under way. What a fill that died left is removed, since
// all of it follows from the seed; a folder with anything else in it is left alone.
Result<void> begin_anew(const std::string& data_dir) {
  std::error_code error;
  if (fs::exists(data_dir) && !fs::is_empty(data_dir, error)) {
    if (!fs::exists(fs::path(data_dir) / filling_mark)) {
      return conflict("'" + data_dir +
                      "' is not empty and holds no demo city; name another folder");
    }
    CB_TRY(const InstanceLock lock, InstanceLock::take(data_dir));  // nobody is filling it now
    fs::remove_all(data_dir, error);
  }
  fs::create_directories(data_dir, error);
  if (error) return unavailable("cannot make folder '" + data_dir + "': " + error.message());
  return write_file(data_dir + "/" + filling_mark, "a demo city is being filled\n");
}

}  // namespace

Result<void> run_demo_city(const DemoOptions& options) {
  const auto mark = read_demo_mark(options.data_dir);
  if (mark && (mark->seed != options.seed || mark->scale != options.scale)) {
    return conflict("'" + options.data_dir + "' holds the demo city of seed " +
                    std::to_string(mark->seed) + " and scale " + mark->scale +
                    "; remove the folder, or name another with --data");
  }
  if (!mark) {
    CB_DO(begin_anew(options.data_dir));
    CB_DO(fill(options));
    fs::remove(fs::path(options.data_dir) / filling_mark);
  }
  if (options.fill_only) return ok();

  CB_TRY(const std::uint16_t port, free_port());
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  CB_TRY(const Child treasury, Child::start({"treasury", "--port", std::to_string(port), "--file",
                                             options.data_dir + "/treasury.db"}));
  CB_DO(wait_for_treasury(url));
  const Step step(7, "opening the city");
  CityOptions city_options = options_here(options.data_dir);
  city_options.demo = true;
  city_options.treasury = url;
  CB_TRY(const std::unique_ptr<City> city, City::open(city_options));
  step.done("payments go out by the treasury simulator at " + url);
  greet(options);
  return serve(*city, options.serve);
}

}  // namespace citybrain::cli
