// StaticFiles: the web's files, read whole at start. A request's path is only ever a key of this
// table, so that no path can name a file outside it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/server.h"

namespace citybrain::http {

struct StaticFile {
  std::string type;  // Content-Type
  std::string content;
  std::string gzip;  // empty: not worth it
  std::string etag;  // with quotes; the gzip form has its own
  std::string gzip_etag;
  bool immutable = false;  // named by its content: under /assets/
};

// Immutable once loaded; threads share it.
class StaticFiles {
 public:
  // Reads both roots. `x.gz` beside `x` is taken as its gzip form; text without one is compressed
  // here. Source maps and dot files are left out. Symbolic links are followed only inside the root.
  static Result<StaticFiles> load(const ServerOptions& options);

  // The file for a raw request path, by name or by page; nullptr where there is none.
  const StaticFile* find(std::string_view path) const;
  std::size_t size() const { return files_.size(); }

 private:
  std::map<std::string, StaticFile, std::less<>> files_;  // by address, "/assets/x.js"
  std::vector<Page> pages_;
};

std::string_view content_type_of(std::string_view file_name);
// Whether an If-None-Match names the etag (weak comparison, RFC 9110 §13.1.2).
bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace citybrain::http
