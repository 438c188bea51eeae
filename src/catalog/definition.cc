// Definition: see definition.h.
#include "definition.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/csv.h"
#include "base/idcheck.h"
#include "base/text.h"
#include "entry.h"

namespace citybrain::catalog {
namespace {

// A table with the number of the file's line where each row begins.
struct Lines {
  std::string file;
  CsvTable table;
  std::vector<std::int64_t> line;
};

Result<Lines> read_lines(const std::string& dir, const std::string& file,
                         const std::vector<std::string>& columns) {
  Lines lines{file, {}, {}};
  CB_TRY(lines.table, read_csv(dir + "/" + file, columns));
  std::int64_t at = 2;
  for (const auto& row : lines.table.rows) {
    lines.line.push_back(at++);
    for (const std::string& cell : row) at += std::count(cell.begin(), cell.end(), '\n');
  }
  return lines;
}

class Reader {
 public:
  explicit Reader(std::string dir) : dir_(std::move(dir)) {
    around_.department = [this](std::string_view name) { return out_.departments.contains(name); };
    around_.system = [this](std::string_view code) { return out_.systems.contains(code); };
    around_.resource = [this](std::string_view code) { return out_.resources.contains(code); };
    around_.codes = [this](std::string_view name) { return code_list(name); };
  }

  Result<Definition> read() {
    CB_DO(read_departments());
    CB_DO(read_systems());
    CB_DO(read_classes());
    read_code_lists();
    CB_DO(read_resources());
    CB_DO(read_items());
    drop_incomplete();
    return std::move(out_);
  }

 private:
  void refuse(const Lines& lines, std::size_t row, std::string message) {
    out_.refused.push_back({lines.file, lines.line[row], std::move(message)});
  }

  // Runs `one` on each row; its error becomes a refusal of that line.
  template <class One>
  void each(const Lines& lines, One&& one) {
    for (std::size_t row = 0; row < lines.table.rows.size(); ++row) {
      const Cells cell = [&](std::string_view column) -> std::string {
        const auto& header = lines.table.header;
        const bool known = std::find(header.begin(), header.end(), column) != header.end();
        return known ? lines.table.at(row, column) : "";
      };
      Result<void> done = one(row, cell);
      if (!done) refuse(lines, row, done.error().message);
    }
  }

  Result<void> read_departments() {
    CB_TRY(const Lines lines,
           read_lines(dir_, "departments.csv", {"code", "short", "name", "kind"}));
    each(lines, [&](std::size_t, const Cells& cell) -> Result<void> {
      const Department entry{cell("code"), cell("short"), cell("name"), cell("kind")};
      const auto code = check_uscc(entry.code);
      if (!code) return code.error().in("code '" + entry.code + "'");
      if (!is_identifier(entry.short_name)) {
        return invalid("short is '" + entry.short_name + "'; write a-z, 0-9 and _");
      }
      if (entry.name.empty()) return invalid("name is empty; write the department's name");
      if (!out_.departments.emplace(entry.short_name, entry).second) {
        return invalid("short '" + entry.short_name + "' is there twice; choose another");
      }
      return ok();
    });
    return ok();
  }

  Result<void> read_systems() {
    CB_TRY(const Lines lines,
           read_lines(dir_, "systems.csv", {"code", "department", "name", "kind"}));
    each(lines, [&](std::size_t, const Cells& cell) -> Result<void> {
      const System entry{cell("code"), cell("department"), cell("name"), cell("kind")};
      if (!is_identifier(entry.code)) {
        return invalid("code is '" + entry.code + "'; write a-z, 0-9 and _");
      }
      if (!out_.departments.contains(entry.department)) {
        return invalid("department '" + entry.department +
                       "' is not in departments.csv; write its short");
      }
      if (!out_.systems.emplace(entry.code, entry).second) {
        return invalid("code '" + entry.code + "' is there twice; choose another");
      }
      return ok();
    });
    return ok();
  }

  // Optional: a city without it shows codes without the names of their classes.
  Result<void> read_classes() {
    if (!std::filesystem::exists(dir_ + "/classes.csv")) return ok();
    CB_TRY(const Lines lines, read_lines(dir_, "classes.csv", {"code", "name"}));
    each(lines, [&](std::size_t, const Cells& cell) -> Result<void> {
      if (!out_.classes.emplace(cell("code"), cell("name")).second) {
        return invalid("code '" + cell("code") + "' is there twice");
      }
      return ok();
    });
    return ok();
  }

  // All of codes/, for entries made at run time may name any of them.
  void read_code_lists() {
    std::error_code none;
    for (const auto& file : std::filesystem::directory_iterator(dir_ + "/codes", none)) {
      if (file.path().extension() == ".csv") code_list(file.path().stem().string());
    }
  }

  Result<void> read_resources() {
    CB_TRY(const Lines lines,
           read_lines(dir_, "resources.csv",
                      {"code", "resource_code", "name", "department", "system", "category",
                       "abstract", "format", "share_type", "share_condition", "share_method",
                       "open_type", "open_condition", "update_cycle", "published_on", "keeping"}));
    std::set<std::string> official_codes;
    each(lines, [&](std::size_t, const Cells& cell) -> Result<void> {
      CB_TRY(const Resource entry, resource_from(cell));
      CB_DO(check_head(entry, around_));
      if (!official_codes.insert(entry.resource_code).second) {
        return invalid("resource_code '" + entry.resource_code + "' is there twice");
      }
      if (!out_.resources.emplace(entry.code, entry).second) {
        return invalid("code '" + entry.code + "' is there twice; choose another");
      }
      return ok();
    });
    return ok();
  }

  Result<void> read_items() {
    CB_TRY(const Lines lines,
           read_lines(dir_, "items.csv",
                      {"resource", "position", "code", "name", "type", "length", "key", "required",
                       "grade", "share_type", "open_type", "check", "description"}));
    each(lines, [&](std::size_t row, const Cells& cell) -> Result<void> {
      const auto resource = out_.resources.find(cell("resource"));
      if (resource == out_.resources.end()) {
        return invalid("resource '" + cell("resource") + "' is not in resources.csv, or refused");
      }
      auto item = item_from(resource->second, cell, around_.codes);
      if (!item) {
        incomplete_[resource->first] = {lines.file, lines.line[row]};
        return item.error();
      }
      resource->second.items.push_back(std::move(*item));
      return ok();
    });
    return ok();
  }

  std::shared_ptr<const CodeList> code_list(std::string_view name) {
    if (const auto known = out_.codes.find(name); known != out_.codes.end()) return known->second;
    if (!is_identifier(name)) return nullptr;
    for (const char* folder : {"/codes/", "/"}) {
      const std::string path = dir_ + folder + std::string(name) + ".csv";
      if (!std::filesystem::exists(path)) continue;
      const auto table = read_csv(path, {"code"});
      if (!table) continue;
      auto list = std::make_shared<CodeList>();
      list->name = name;
      for (std::size_t row = 0; row < table->rows.size(); ++row) {
        list->codes.insert(table->at(row, "code"));
      }
      out_.codes[list->name] = list;
      return list;
    }
    return nullptr;
  }

  // Takes out resources of which a part was refused, or that cannot be kept as
  // they say.
  void drop_incomplete() {
    for (auto& [code, resource] : out_.resources) {
      if (incomplete_.contains(code)) continue;
      const auto whole = check_whole(resource, around_);
      if (whole) continue;
      incomplete_[code] = {"items.csv", 0};
      out_.refused.push_back({"items.csv", 0, whole.error().message});
    }
    for (const auto& [code, where] : incomplete_) {
      out_.resources.erase(code);
      out_.refused.push_back({where.first, where.second,
                              "resource '" + code + "' is left out until its items are right"});
    }
  }

  std::string dir_;
  Definition out_;
  Surroundings around_;
  std::map<std::string, std::pair<std::string, std::int64_t>> incomplete_;
};

}  // namespace

std::string theme_of(const std::map<std::string, std::string, std::less<>>& classes,
                     std::string_view resource_code) {
  const auto found = classes.find(resource_code.substr(0, 3));
  return found == classes.end() ? "" : found->second;
}

std::string Definition::theme_of(std::string_view resource_code) const {
  return catalog::theme_of(classes, resource_code);
}

Result<Definition> read_definition(const std::string& city_dir) { return Reader(city_dir).read(); }

}  // namespace citybrain::catalog
