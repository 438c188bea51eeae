// Models as a command line names them: see model_files.h.
#include "model_files.h"

#include <algorithm>
#include <filesystem>

#include "base/csv.h"
#include "base/text.h"
#include "instance.h"

namespace citybrain::cli {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> models_in(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".dmn") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<std::vector<fs::path>> paths_of(const std::string& word) {
  if (fs::is_directory(word)) {
    std::vector<fs::path> found = models_in(word);
    if (found.empty()) return not_found("no *.dmn in folder '" + word + "'");
    return found;
  }
  if (fs::exists(word)) return std::vector<fs::path>{word};
  const fs::path decisions = fs::path(home_dir()) / "decisions";
  const fs::path known = decisions / (word + ".dmn");
  if (fs::exists(known)) return std::vector<fs::path>{known};
  std::vector<std::string> ids;
  for (const fs::path& path : models_in(decisions)) ids.push_back(path.stem().string());
  const auto near = nearest(word, ids);
  return not_found("no model '" + word + "': it is neither a file, nor a folder, nor one of " +
                   decisions.string() + (near ? "; did you mean '" + *near + "'?" : ""));
}

}  // namespace

Result<std::vector<ModelFile>> model_files(const std::vector<std::string>& words) {
  std::vector<ModelFile> out;
  for (const std::string& word : words) {
    CB_TRY(const std::vector<fs::path> paths, paths_of(word));
    for (const fs::path& path : paths) {
      CB_TRY(std::string xml, read_file(path.string()));
      out.push_back({path.string(), path.stem().string(), std::move(xml)});
    }
  }
  return out;
}

FactNames fact_names() {
  FactNames out;
  const auto text = read_file(home_dir() + "/city/facts.csv");
  if (!text) return out;
  const auto table =
      parse_csv(*text, {"fact", "subject", "type", "resource", "item", "subject_item", "aggregate",
                        "filter", "unit", "description", "owner"});
  if (!table) return out;
  for (std::size_t row = 0; row < table->rows.size(); ++row) {
    out.all.push_back(table->at(row, "fact"));
    if (table->at(row, "type") == "integer") out.whole.push_back(table->at(row, "fact"));
  }
  return out;
}

}  // namespace citybrain::cli
