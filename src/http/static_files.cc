// StaticFiles: see static_files.h.
#include "static_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/ids.h"
#include "base/text.h"
#include "coding.h"

namespace citybrain::http {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t files_max = 10'000;

struct TypeOf {
  std::string_view suffix;
  std::string_view type;
};

constexpr std::array types{
    TypeOf{".html", "text/html; charset=utf-8"},
    TypeOf{".js", "text/javascript; charset=utf-8"},
    TypeOf{".mjs", "text/javascript; charset=utf-8"},
    TypeOf{".css", "text/css; charset=utf-8"},
    TypeOf{".json", "application/json"},
    TypeOf{".geojson", "application/geo+json"},
    TypeOf{".webmanifest", "application/manifest+json"},
    TypeOf{".svg", "image/svg+xml"},
    TypeOf{".xml", "application/xml"},
    TypeOf{".dmn", "application/xml"},
    TypeOf{".md", "text/markdown; charset=utf-8"},
    TypeOf{".txt", "text/plain; charset=utf-8"},
    TypeOf{".csv", "text/csv; charset=utf-8"},
    TypeOf{".png", "image/png"},
    TypeOf{".jpg", "image/jpeg"},
    TypeOf{".webp", "image/webp"},
    TypeOf{".ico", "image/x-icon"},
    TypeOf{".woff2", "font/woff2"},
    TypeOf{".woff", "font/woff"},
    TypeOf{".wasm", "application/wasm"},
};

std::string etag_of(const std::string& bytes, std::string_view form) {
  return "\"" + to_hex(sha256(bytes)).substr(0, 24) + std::string(form) + "\"";
}

Result<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.good() && !in.eof()) return unavailable("cannot read " + path.string());
  return bytes;
}

// Percent-encodes what a browser would in a path, so that the table's keys are what requests bear.
std::string address_of(const std::string& relative) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : relative) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~/!$&'()*+,;=:@").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += hex[u >> 4];
      out += hex[u & 15];
    }
  }
  return out;
}

struct Found {
  std::string relative;
  std::string bytes;
};

Result<std::vector<Found>> read_root(const std::string& root, std::size_t& bytes_left) {
  std::error_code ec;
  const fs::path base = fs::canonical(root, ec);
  if (ec || !fs::is_directory(base, ec))
    return invalid("web folder '" + root + "' is not there; build the web or leave it out");
  std::vector<Found> out;
  fs::recursive_directory_iterator walk(base, ec), end;
  if (ec) return unavailable("cannot list " + root + ": " + ec.message());
  for (; walk != end; walk.increment(ec)) {
    if (ec) return unavailable("cannot list " + root + ": " + ec.message());
    const fs::path& path = walk->path();
    const std::string name = path.filename().string();
    if (name.starts_with(".")) {
      if (walk->is_directory(ec)) walk.disable_recursion_pending();
      continue;
    }
    if (name.ends_with(".map") || !walk->is_regular_file(ec)) continue;
    const fs::path real = fs::canonical(path, ec);
    const auto inside = std::mismatch(base.begin(), base.end(), real.begin(), real.end());
    if (ec || inside.first != base.end()) continue;
    if (out.size() == files_max) return exhausted(root + " holds more than 10000 files");
    CB_TRY(auto bytes, read_file(real));
    if (bytes.size() > bytes_left)
      return exhausted(root + " holds more than static_bytes_max bytes; raise it or remove files");
    bytes_left -= bytes.size();
    out.push_back({path.lexically_relative(base).generic_string(), std::move(bytes)});
  }
  return out;
}

void put(std::map<std::string, StaticFile, std::less<>>& files, std::string address,
         std::string bytes) {
  StaticFile file;
  file.type = content_type_of(address);
  file.immutable = address.starts_with("/assets/");
  file.etag = etag_of(bytes, "");
  file.content = std::move(bytes);
  files.insert_or_assign(std::move(address), std::move(file));
}

Result<void> add_root(const std::string& root, const std::string& prefix, std::size_t& bytes_left,
                      std::map<std::string, StaticFile, std::less<>>& files) {
  CB_TRY(auto found, read_root(root, bytes_left));
  std::map<std::string, std::string> packed;
  for (auto& [relative, bytes] : found) {
    std::string address = prefix + address_of(relative);
    if (address.ends_with(".gz")) {
      packed.emplace(address.substr(0, address.size() - 3), std::move(bytes));
    } else {
      put(files, std::move(address), std::move(bytes));
    }
  }
  for (auto& [address, bytes] : packed)
    if (const auto plain = files.find(address); plain != files.end())
      plain->second.gzip = std::move(bytes);
  return ok();
}

// Swagger UI's own page asks for a demonstration API; this asks for ours and loads nothing else.
constexpr std::string_view swagger_initializer =
    "window.onload = () => {\n"
    "  window.ui = SwaggerUIBundle({\n"
    "    url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null,\n"
    "    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],\n"
    "    plugins: [SwaggerUIBundle.plugins.DownloadUrl], layout: 'StandaloneLayout',\n"
    "    requestInterceptor: (r) => { r.headers['X-Requested-With'] = 'citybrain'; return r; }\n"
    "  });\n"
    "};\n";

}  // namespace

Result<StaticFiles> StaticFiles::load(const ServerOptions& options) {
  StaticFiles out;
  out.pages_ = options.pages;
  std::size_t bytes_left = options.limits.static_bytes_max;
  if (!options.web_root.empty()) CB_DO(add_root(options.web_root, "/", bytes_left, out.files_));
  if (!options.docs_root.empty()) {
    CB_DO(add_root(options.docs_root, "/docs/", bytes_left, out.files_));
    put(out.files_, "/docs/swagger-initializer.js", std::string(swagger_initializer));
    out.pages_.push_back({"/docs/", false, "docs/index.html"});
  }
  for (auto& [address, file] : out.files_) {
    if (file.gzip.empty() && file.content.size() >= gzip_bytes_min && compresses(file.type))
      file.gzip = gzip_of(file.content, 9);
    if (!file.gzip.empty()) file.gzip_etag = etag_of(file.content, "-gz");
  }
  return out;
}

const StaticFile* StaticFiles::find(std::string_view path) const {
  if (const auto file = files_.find(path); file != files_.end()) return &file->second;
  for (const auto& page : pages_) {
    const bool under = page.below && path.size() > page.path.size() &&
                       path.starts_with(page.path) && path[page.path.size()] == '/';
    if (path != page.path && !under) continue;
    const auto file = files_.find("/" + page.file);
    return file == files_.end() ? nullptr : &file->second;
  }
  return nullptr;
}

std::string_view content_type_of(std::string_view file_name) {
  for (const auto& [suffix, type] : types)
    if (file_name.ends_with(suffix)) return type;
  return "application/octet-stream";
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  constexpr std::size_t etags_max = 64;
  std::size_t etags = 0;
  for (const auto part : split(if_none_match, ',')) {
    if (++etags > etags_max) break;
    std::string_view one = trim(part);
    if (one == "*") return true;
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag) return true;
  }
  return false;
}

}  // namespace citybrain::http
