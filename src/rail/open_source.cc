// Which source a file is: the one known by its name, gone on with, or a new generation of it.
#include <algorithm>
#include <filesystem>

#include "base/ids.h"
#include "encoding.h"
#include "ingest.h"

namespace citybrain::rail {
namespace {

constexpr std::size_t head_bytes_max = 4'096;      // remembered by their digest
constexpr std::size_t detect_bytes_max = 1 << 20;  // looked at to tell the encoding

Format format_of(const std::string& name, Format declared) {
  if (declared != Format::detect) return declared;
  const auto ends = [&](const char* suffix) { return name.ends_with(suffix); };
  const bool json = ends(".ndjson") || ends(".ndjson.gz") || ends(".jsonl") || ends(".jsonl.gz");
  return json ? Format::ndjson : Format::csv;
}

// Is the file what the row knows, with perhaps more at its end?
bool same_beginning(const SourceRow& row, const Window& window) {
  const auto known = static_cast<std::size_t>(row.head_bytes);
  return window.size() >= known && to_hex(sha256({window.begin(), known})) == row.head_digest;
}

// Did the part that was read end with a whole line? Only then may more lines follow it.
bool ended_with_line(const SourceRow& row, const std::string& path) {
  if (path.ends_with(".gz") || row.position.bytes == 0) return true;
  const auto window = Window::open(path, row.position.bytes - 1, 1);
  return window && window->size() == 1 && *window->begin() == '\n';
}

SourceRow fresh_row(const std::string& resource, const std::string& file, std::int64_t generation,
                    Timestamp now) {
  SourceRow row;
  row.name = resource + "/" + file;
  if (generation > 1) row.name += "#" + std::to_string(generation);
  row.resource = resource;
  row.file = file;
  row.generation = generation;
  row.found_at = now;
  return row;
}

}  // namespace

Result<Opened> open_source(RailState& rail, const std::string& path, const std::string& resource,
                           const IngestOptions& options) {
  CB_TRY(const FileFacts facts, file_facts(path));
  const std::string file =
      options.name.empty() ? std::filesystem::path(path).filename().string() : options.name;
  CB_TRY(const Window window, Window::open(path, 0, detect_bytes_max));
  CB_TRY(auto known, rail.sources.newest(resource, file));
  CB_TRY(const auto entry, rail.catalog.resource(resource));
  const bool append = entry->keeping == catalog::Keeping::append;

  Opened out;
  bool renew = false;
  if (known && known->head_bytes > 0) {
    const bool touched = facts.modified_us != known->facts.modified_us;
    const bool longer = facts.bytes > known->facts.bytes;
    renew = !same_beginning(*known, window);
    if (!renew && known->state == "complete" && !longer) {
      // As long as before, or shorter. A keyed resource may read it again without harm.
      out.complete = !touched || (append && facts.bytes == known->facts.bytes);
      renew = !out.complete;
    }
    if (!renew && known->state == "complete" && longer) renew = !ended_with_line(*known, path);
    if (known->state == "refused") renew = touched || facts.bytes != known->facts.bytes;
  }
  out.source = !known  ? fresh_row(resource, file, 1, rail.clock.now())
               : renew ? fresh_row(resource, file, known->generation + 1, rail.clock.now())
                       : std::move(*known);
  SourceRow& source = out.source;
  source.path = path;
  source.facts = facts;
  if (source.head_bytes == 0) {
    source.head_bytes = static_cast<std::int64_t>(std::min(window.size(), head_bytes_max));
    source.head_digest =
        to_hex(sha256({window.begin(), static_cast<std::size_t>(source.head_bytes)}));
    source.format = format_of(file, options.format);
    source.encoding = options.encoding != Encoding::detect
                          ? options.encoding
                          : detect_encoding({window.begin(), window.size()});
  }
  return out;
}

}  // namespace citybrain::rail
