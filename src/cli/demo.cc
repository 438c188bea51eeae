// Writing of the demo city's files, resource by resource: see demo.h.
#include "demo.h"

#include <filesystem>

#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"
#include "demo_definition.h"
#include "demo_emit.h"
#include "demo_file.h"
#include "demo_ordinary.h"
#include "demo_world.h"

namespace citybrain::cli {
namespace {

namespace fs = std::filesystem;

const FirmWriter* firm_writer(const std::string& code) {
  for (const auto* writers : {&firm_writers(), &industry_writers(), &employment_writers()}) {
    const auto found = writers->find(code);
    if (found != writers->end()) return &found->second;
  }
  return nullptr;
}

Result<void> write_core(const DemoWorld& world, const DemoResource& resource, DemoFile& out) {
  const auto stream = stream_of(resource.code);
  if (const auto* writer = firm_writer(resource.code)) {
    for (const auto& firm : world.firms) {
      Dice dice(world.seed, stream, firm.index);
      (*writer)(world, firm, out, dice);
    }
    return ok();
  }
  const auto found = person_writers().find(resource.code);
  if (found == person_writers().end()) {
    return Error{Code::invalid, "resources.csv calls '" + resource.code +
                                    "' core, but the generator has no writer for it"};
  }
  for (std::size_t i = 0; i < world.people.size(); ++i) {
    Dice dice(world.seed, stream, i);
    found->second(world, i, out, dice);
  }
  return ok();
}

// The daily series of the province's cities: real input, MIT licence (canghailan/Wuhan-2019-nCoV).
Result<void> write_cases(const std::string& path, DemoFile& out) {
  CB_TRY(const auto table,
         read_csv(path, {"date", "city", "cityCode", "confirmed", "suspected", "cured", "dead"}));
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    // Not the rows of the province itself and of "elsewhere", nor days yet to come.
    if (!parse_int(table.at(r, "cityCode")) || table.at(r, "date") > to_iso(DemoWorld::today()))
      continue;
    out.put(std::string_view(table.at(r, "date")), std::string_view(table.at(r, "cityCode")),
            std::string_view(table.at(r, "city")), std::string_view(table.at(r, "confirmed")),
            std::string_view(table.at(r, "suspected")), std::string_view(table.at(r, "cured")),
            std::string_view(table.at(r, "dead")));
  }
  return ok();
}

class Generation {
 public:
  Generation(const DemoWorld& world, std::string out_dir, std::string cases)
      : world_(world), out_dir_(std::move(out_dir)), cases_(std::move(cases)) {}

  Result<void> write(const DemoResource& resource) {
    const bool from_file = resource.rows == "file";
    if (from_file && !fs::exists(cases_)) return ok();
    const std::string folder = out_dir_ + "/" + resource.code;
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) return Error{Code::unavailable, folder + ": " + failed.message()};
    CB_TRY(auto file, DemoFile::open(resource, folder, world_.seed));
    if (from_file) {
      CB_DO(write_cases(cases_, file));
    } else if (resource.rows == "core") {
      CB_DO(write_core(world_, resource, file));
    } else {
      CB_DO(write_ordinary(world_, resource, file));
    }
    CB_DO(file.close());
    note(resource, file);
    return ok();
  }

  const DemoStats& stats() const { return stats_; }

  Result<void> write_manifest(double scale) {
    json::object manifest;
    manifest["label"] = "演示数据";
    manifest["seed"] = static_cast<std::int64_t>(world_.seed);
    manifest["scale"] = scale;
    manifest["day"] = to_iso(DemoWorld::today());
    manifest["firms"] = static_cast<std::int64_t>(world_.firms.size());
    manifest["people"] = static_cast<std::int64_t>(world_.people.size());
    manifest["rows"] = stats_.rows;
    manifest["dirty"] = stats_.dirty;
    manifest["resources"] = resources_;
    return write_file(out_dir_ + "/manifest.json", json::serialize(manifest) + "\n");
  }

 private:
  void note(const DemoResource& resource, const DemoFile& file) {
    json::object dirty;
    for (const auto& [kind, count] : file.dirty()) {
      dirty[kind] = count;
      stats_.dirty += count;
    }
    resources_[resource.code] = json::object{{"file", fs::path(file.path()).filename().string()},
                                             {"rows", file.rows()},
                                             {"dirty", dirty}};
    stats_.rows += file.rows();
    ++stats_.files;
    ++stats_.resources;
  }

  const DemoWorld& world_;
  std::string out_dir_;
  std::string cases_;
  DemoStats stats_;
  json::object resources_;
};

}  // namespace

Result<DemoStats> generate_demo(const std::string& out_dir, double scale, std::uint64_t seed,
                                const std::string& city_dir, const DemoProgress& progress,
                                const std::string& cases) {
  if (!(scale > 0 && scale <= 4)) {
    return Error{Code::invalid,
                 "scale is " + std::to_string(scale) + "; give more than 0, up to 4"};
  }
  CB_TRY(const auto city, DemoDefinition::load(city_dir));
  const auto world = DemoWorld::make(city, scale, seed);
  const std::string cases_file =
      cases.empty() ? city_dir + "/../../shared/data/ningbo/ningbo_cases.csv" : cases;
  Generation generation(world, out_dir, cases_file);
  for (const auto& resource : city.resources) {
    CB_DO(generation.write(resource));
    if (progress) {
      const auto& stats = generation.stats();
      progress(std::to_string(stats.resources) + "/" + std::to_string(city.resources.size()) + " " +
               resource.code + ", " + std::to_string(stats.rows) + " rows");
    }
  }
  CB_DO(generation.write_manifest(scale));
  DemoStats stats = generation.stats();
  stats.seed = seed;
  stats.firms = static_cast<std::int64_t>(world.firms.size());
  stats.people = static_cast<std::int64_t>(world.people.size());
  return stats;
}

}  // namespace citybrain::cli
