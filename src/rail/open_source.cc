// Which source a file is: the one known by its name, gone on with, or a new generation of it.
#include <algorithm>
#include <filesystem>

#include "base/ids.h"
#include "base/text.h"
#include "encoding.h"
#include "ingest.h"

namespace citybrain::rail {
namespace {

constexpr std::size_t head_bytes_max = 4'096;      // remembered by their digest
constexpr std::size_t detect_bytes_max = 1 << 20;  // looked at to tell the encoding

// By the first character that is no blank: an object begins NDJSON.
Format format_of(std::string_view head, Format declared) {
  if (declared != Format::detect) return declared;
  head.remove_prefix(byte_order_mark(head));
  return trim(head.substr(0, 4'096)).starts_with('{') ? Format::ndjson : Format::csv;
}

// Is the file what the row knows, with perhaps more at its end?
bool same_beginning(const SourceRow& row, const Window& window) {
  const auto known = static_cast<std::size_t>(row.head_bytes);
  return window.size() >= known && to_hex(sha256({window.begin(), known})) == row.head_digest;
}

// Did the part that was read end with a whole line? Only then may more lines follow it.
bool ended_with_line(const SourceRow& row, const std::string& path, Container container) {
  if (container != Container::plain || row.position.bytes == 0) return true;
  auto source = open_bytes(path, {});
  if (!source) return false;
  const auto window = Window::over(std::move(*source), row.position.bytes - 1, 1);
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

SourceHints hints_of(const catalog::Resource& resource, const IngestOptions& options) {
  return {[&resource](std::string_view name) {
            return std::any_of(
                resource.items.begin(), resource.items.end(),
                [&](const catalog::Item& item) { return item.code == name || item.name == name; });
          },
          options.sheet};
}

Result<Opened> open_source(RailState& rail, const std::string& path, const std::string& resource,
                           const IngestOptions& options) {
  CB_TRY(const FileFacts facts, file_facts(path));
  const std::string file =
      options.name.empty() ? std::filesystem::path(path).filename().string() : options.name;
  CB_TRY(const auto entry, rail.catalog.resource(resource));
  CB_TRY(const Container container, container_of_file(path));
  CB_TRY(auto bytes, open_bytes(path, hints_of(*entry, options)));
  CB_TRY(const Window window, Window::over(std::move(bytes), 0, detect_bytes_max));
  const std::string_view head(window.begin(), window.size());
  if (const std::string why = refused_encoding(head); !why.empty()) return invalid(why);
  CB_TRY(auto known, rail.sources.newest(resource, file));
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
    if (!renew && known->state == "complete" && longer) {
      renew = !may_grow(container) || !ended_with_line(*known, path, container);
    }
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
    source.format = format_of(head, options.format);
    source.encoding =
        options.encoding != Encoding::detect ? options.encoding : detect_encoding(head);
  }
  return out;
}

}  // namespace citybrain::rail
