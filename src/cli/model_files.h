// Models as a command line names them: a file, a folder, or the id of one in decisions/.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace citybrain::cli {

struct ModelFile {
  std::string path;  // as it is shown
  std::string id;    // the file's stem
  std::string xml;
};

// "decisions/dibao.dmn", "decisions", "dibao". not_found with the nearest id that there is.
Result<std::vector<ModelFile>> model_files(const std::vector<std::string>& words);

// Names of the city's facts that are whole numbers, and of all of them, as city/facts.csv of
// home_dir() declares them; empty where there is no such file.
struct FactNames {
  std::vector<std::string> whole;
  std::vector<std::string> all;
};
FactNames fact_names();

}  // namespace citybrain::cli
