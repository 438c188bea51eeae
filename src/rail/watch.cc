// The watched folder: INBOX/RESOURCE/FILE, read in an order in which what others refer to comes
// first.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>

#include "base/log.h"
#include "ingest.h"

namespace citybrain::rail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t files_max = 100'000;  // looked at in one step

struct Waiting {
  std::string resource;
  std::string file;
  std::string path;
  FileFacts facts;
  int depth = 0;  // of references
};

// What a file is, its bytes say; only what is still being written is known by its name.
bool is_ours(const std::string& name) { return !name.starts_with('.') && !name.ends_with(".part"); }

// How many references lead on from a resource; a circle ends at its own beginning.
std::map<std::string, int> depths_of(const catalog::Catalog& catalog) {
  std::map<std::string, int> depths;
  const auto resources = catalog.resources();
  const std::function<int(const std::string&)> depth = [&](const std::string& code) -> int {
    if (const auto known = depths.find(code); known != depths.end()) return known->second;
    depths[code] = 0;
    const auto entry = catalog.resource(code);
    int deepest = 0;
    if (entry) {
      for (const catalog::Item& item : (*entry)->items) {
        for (const catalog::Check& check : item.checks) {
          if (check.kind == catalog::Check::Kind::ref && check.argument != code) {
            deepest = std::max(deepest, depth(check.argument) + 1);
          }
        }
      }
    }
    return depths[code] = deepest;
  };
  for (const auto& resource : resources) depth(resource->code);
  return depths;
}

Result<std::vector<Waiting>> files_in(const std::string& inbox, const catalog::Catalog& catalog) {
  std::vector<Waiting> files;
  const auto depths = depths_of(catalog);
  std::error_code trouble;
  for (const auto& [resource, depth] : depths) {
    fs::directory_iterator folder(fs::path(inbox) / resource, trouble);
    if (trouble) continue;  // no such folder: nothing came
    for (const auto& entry : folder) {
      const std::string name = entry.path().filename().string();
      if (!is_ours(name)) continue;
      if (files.size() == files_max) {
        return exhausted("more than " + std::to_string(files_max) + " files in '" + inbox +
                         "'; move those away that are done");
      }
      const auto facts = file_facts(entry.path().string());
      if (facts) files.push_back({resource, name, entry.path().string(), *facts, depth});
    }
  }
  std::sort(files.begin(), files.end(), [](const Waiting& a, const Waiting& b) {
    return std::tie(a.depth, a.resource, a.file) < std::tie(b.depth, b.resource, b.file);
  });
  return files;
}

// Remembers that a file as it lies there cannot be read, where ingest() got no further than to its
// container: it waits for another file.
Result<void> note_refused(RailState& rail, const Waiting& file, const Error& error) {
  CB_TRY(auto row, rail.sources.newest(file.resource, file.file));
  if (!row || row->state == "refused" || row->state == "complete") return ok();
  row->state = "refused";
  row->error = error.message;
  row->facts = file.facts;
  row->updated_at = rail.clock.now();
  return rail.sources.save(*row);
}

// Puts files seen for the first time among the sources, so that the screen shows what waits.
Result<void> note_new(RailState& rail, const std::vector<Waiting>& files,
                      const std::map<std::string, SourceRow>& known) {
  std::vector<SourceRow> fresh;
  for (const Waiting& file : files) {
    if (known.contains(file.resource + "/" + file.file)) continue;
    SourceRow row;
    row.name = file.resource + "/" + file.file;
    row.resource = file.resource;
    row.file = file.file;
    row.path = file.path;
    row.facts = file.facts;
    row.found_at = row.updated_at = rail.clock.now();
    fresh.push_back(std::move(row));
  }
  if (fresh.empty()) return ok();
  return rail.db.write([&](sql::Tx& tx) -> Result<void> {
    for (const SourceRow& row : fresh) CB_DO(SourceTable::save(tx, row));
    return ok();
  });
}

}  // namespace

Result<bool> Rail::watch_step(std::stop_token stop) {
  const RailOptions& options = state_->options;
  if (options.inbox.empty()) return false;
  CB_TRY(const std::vector<Waiting> files, files_in(options.inbox, state_->catalog));
  std::map<std::string, SourceRow> known;  // newest generation of each file
  CB_TRY(std::vector<SourceRow> rows, state_->sources.all());
  for (SourceRow& row : rows) {
    SourceRow& newest = known[row.resource + "/" + row.file];
    if (row.generation >= newest.generation) newest = std::move(row);
  }
  CB_DO(note_new(*state_, files, known));
  const auto begin = std::chrono::steady_clock::now();
  for (const Waiting& file : files) {
    if (stop.stop_requested()) return false;
    const auto row = known.find(file.resource + "/" + file.file);
    const bool seen = row != known.end() && row->second.facts.bytes == file.facts.bytes &&
                      row->second.facts.modified_us == file.facts.modified_us;
    if (seen && (row->second.state == "complete" || row->second.state == "refused")) continue;
    // The file system's clock, not the city's: the demo's day may be long past.
    const std::int64_t now_us = SystemClock().now().us;
    if (now_us - file.facts.modified_us < options.settle_ms * 1000)
      continue;  // still being written
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    if (spent.count() >= options.step_ms_max) return true;
    IngestOptions one;
    one.name = file.file;
    // What is no plain text would be opened up from its beginning again, so it is read in one go.
    const auto container = container_of_file(file.path);
    const bool plain = container && *container == Container::plain;
    one.run_ms_max = plain ? options.step_ms_max - spent.count() : 0;
    const auto report = ingest(file.path, file.resource, one,
                               [&](const Progress&) { return !stop.stop_requested(); });
    if (!report) {
      log(Level::warn, "rail", report.error().message, {{"resource", file.resource}});
      const Code code = report.error().code;
      if (code == Code::unavailable) return false;  // try again at the next turn
      const bool lasting = code == Code::invalid || code == Code::corrupt;
      if (lasting) CB_DO(note_refused(*state_, file, report.error()));
      continue;
    }
    if (!report->complete) return true;
    log(Level::info, "rail", "file landed",
        {{"source", report->source},
         {"landed", std::to_string(report->progress.rows_landed)},
         {"quarantined", std::to_string(report->progress.rows_quarantined)}});
  }
  return false;
}

}  // namespace citybrain::rail
