// Definition: see definition.h.
#include "definition.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/csv.h"
#include "base/idcheck.h"
#include "base/text.h"
#include "checks.h"
#include "words.h"

namespace citybrain::catalog {
namespace {

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > 60 || text[0] < 'a' || text[0] > 'z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Result<bool> read_flag(std::string_view column, std::string_view text) {
  if (text == "1" || text == "true") return true;
  if (text == "0" || text == "false" || text.empty()) return false;
  return invalid(std::string(column) + " is '" + std::string(text) + "'; write 1 or 0");
}

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
  explicit Reader(std::string dir) : dir_(std::move(dir)) {}

  Result<Definition> read() {
    CB_DO(read_departments());
    CB_DO(read_systems());
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
      const auto cell = [&](const char* column) -> const std::string& {
        return lines.table.at(row, column);
      };
      Result<void> done = one(row, cell);
      if (!done) refuse(lines, row, done.error().message);
    }
  }

  Result<void> read_departments() {
    CB_TRY(const Lines lines,
           read_lines(dir_, "departments.csv", {"code", "short", "name", "kind"}));
    each(lines, [&](std::size_t, const auto& cell) -> Result<void> {
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
    each(lines, [&](std::size_t, const auto& cell) -> Result<void> {
      const System entry{cell("code"), cell("department"), cell("name"), cell("kind")};
      if (!is_identifier(entry.code)) {
        return invalid("code is '" + entry.code + "'; write a-z, 0-9 and _");
      }
      CB_DO(known_department(entry.department));
      if (!out_.systems.emplace(entry.code, entry).second) {
        return invalid("code '" + entry.code + "' is there twice; choose another");
      }
      return ok();
    });
    return ok();
  }

  Result<void> known_department(const std::string& short_name) const {
    if (out_.departments.contains(short_name)) return ok();
    return invalid("department '" + short_name + "' is not in departments.csv; write its short");
  }

  Result<void> read_resources() {
    CB_TRY(const Lines lines,
           read_lines(dir_, "resources.csv",
                      {"code", "resource_code", "name", "department", "system", "category",
                       "abstract", "format", "share_type", "share_condition", "share_method",
                       "open_type", "open_condition", "update_cycle", "published_on", "keeping"}));
    std::set<std::string> official_codes;
    each(lines, [&](std::size_t, const auto& cell) -> Result<void> {
      Resource entry;
      entry.code = cell("code");
      if (!is_identifier(entry.code)) {
        return invalid("code is '" + entry.code + "'; write a-z, 0-9 and _, at most 60");
      }
      for (auto [member, column] : {std::pair{&entry.resource_code, "resource_code"},
                                    {&entry.name, "name"},
                                    {&entry.department, "department"},
                                    {&entry.system, "system"},
                                    {&entry.abstract, "abstract"},
                                    {&entry.share_condition, "share_condition"},
                                    {&entry.open_condition, "open_condition"}}) {
        *member = cell(column);
      }
      if (entry.name.empty()) return invalid("name is empty; write the resource's name");
      CB_DO(known_department(entry.department));
      if (!entry.system.empty() && !out_.systems.contains(entry.system)) {
        return invalid("system '" + entry.system + "' is not in systems.csv; write its code");
      }
      CB_DO(read_words(entry, cell));
      CB_DO(check_resource_code(entry.resource_code, entry.category));
      CB_TRY(entry.published_on, parse_date(cell("published_on")));
      if (cell("keeping") != "keyed" && cell("keeping") != "append") {
        return invalid("keeping is '" + cell("keeping") + "'; write keyed or append");
      }
      entry.keeping = cell("keeping") == "keyed" ? Keeping::keyed : Keeping::append;
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

  template <class CellOf>
  Result<void> read_words(Resource& entry, const CellOf& cell) {
    CB_TRY(entry.category, official(Word::category, cell("category")));
    CB_TRY(entry.format, official(Word::format, cell("format")));
    CB_TRY(entry.share_type, official(Word::share_type, cell("share_type")));
    CB_TRY(entry.open_type, official(Word::open_type, cell("open_type")));
    CB_TRY(entry.update_cycle, official(Word::update_cycle, cell("update_cycle")));
    if (entry.share_type != "不予" || !cell("share_method").empty()) {
      CB_TRY(entry.share_method, official(Word::share_method, cell("share_method")));
    }
    if (entry.share_type != "无条件" && entry.share_condition.empty()) {
      return invalid("share_type is '" + entry.share_type +
                     "' and share_condition is empty; write the condition, or for 不予 the law");
    }
    if (entry.open_type == "有条件" && entry.open_condition.empty()) {
      return invalid("open_type is '有条件' and open_condition is empty; write the condition");
    }
    return ok();
  }

  Result<void> read_items() {
    CB_TRY(const Lines lines,
           read_lines(dir_, "items.csv",
                      {"resource", "position", "code", "name", "type", "length", "key", "required",
                       "grade", "share_type", "open_type", "check", "description"}));
    each(lines, [&](std::size_t row, const auto& cell) -> Result<void> {
      const auto resource = out_.resources.find(cell("resource"));
      if (resource == out_.resources.end()) {
        return invalid("resource '" + cell("resource") + "' is not in resources.csv, or refused");
      }
      auto item = read_item(resource->second, cell);
      if (!item) {
        incomplete_[resource->first] = {lines.file, lines.line[row]};
        return item.error();
      }
      resource->second.items.push_back(std::move(*item));
      return ok();
    });
    return ok();
  }

  template <class CellOf>
  Result<Item> read_item(const Resource& resource, const CellOf& cell) {
    Item item;
    item.code = cell("code");
    item.name = cell("name");
    item.description = cell("description");
    const auto position = parse_int(cell("position"));
    item.position = static_cast<int>(position.value_or(0));
    if (static_cast<std::size_t>(item.position) != resource.items.size() + 1) {
      return invalid("position is '" + cell("position") + "'; write " +
                     std::to_string(resource.items.size() + 1) + ", items stand in order");
    }
    if (!is_identifier(item.code) || resource.find(item.code) != nullptr) {
      return invalid("code is '" + item.code + "'; write a-z, 0-9 and _, once in a resource");
    }
    if (item.name.empty()) return invalid("name is empty; write the item's Chinese name");
    CB_TRY(item.field, parse_type(item.code, cell("type")));
    if (!cell("length").empty()) {
      const auto length = parse_int(cell("length"));
      if (!length || *length < 0 || *length > 1'000'000) {
        return invalid("length is '" + cell("length") + "'; write 0..1000000 or nothing");
      }
      item.length_max = static_cast<int>(*length);
    }
    CB_TRY(item.key, read_flag("key", cell("key")));
    CB_TRY(item.required, read_flag("required", cell("required")));
    item.required = item.required || item.key;
    const std::string& grade = cell("grade");
    if (grade.size() != 2 || grade[0] != 'L' || grade[1] < '1' || grade[1] > '4') {
      return invalid("grade is '" + grade + "'; write L1, L2, L3 or L4");
    }
    item.grade = grade[1] - '0';
    item.share_type = resource.share_type;
    item.open_type = resource.open_type;
    if (!cell("share_type").empty()) {
      CB_TRY(item.share_type, official(Word::share_type, cell("share_type")));
    }
    if (!cell("open_type").empty()) {
      CB_TRY(item.open_type, official(Word::open_type, cell("open_type")));
    }
    const FindCodes find = [this](std::string_view name) { return code_list(name); };
    CB_TRY(item.checks, parse_checks(cell("check"), item.field, find));
    return item;
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

  // Takes out resources of which a part was refused, or that cannot be kept as they say.
  void drop_incomplete() {
    for (auto& [code, resource] : out_.resources) {
      const bool keyed = resource.keeping == Keeping::keyed;
      const bool has_key = std::any_of(resource.items.begin(), resource.items.end(),
                                       [](const Item& item) { return item.key; });
      if (resource.items.empty() && !incomplete_.contains(code)) {
        incomplete_[code] = {"items.csv", 0};
        out_.refused.push_back({"items.csv", 0, "resource '" + code + "' has no items; add them"});
      } else if (keyed && !has_key && !incomplete_.contains(code)) {
        incomplete_[code] = {"items.csv", 0};
        out_.refused.push_back({"items.csv", 0,
                                "resource '" + code +
                                    "' is keyed and has no key item; mark one with key=1, or write "
                                    "keeping append"});
      }
      for (const Item& item : resource.items) check_item_names(code, resource, item);
    }
    for (const auto& [code, where] : incomplete_) {
      out_.resources.erase(code);
      out_.refused.push_back({where.first, where.second,
                              "resource '" + code + "' is left out until its items are right"});
    }
  }

  void check_item_names(const std::string& code, const Resource& resource, const Item& item) {
    for (const Check& check : item.checks) {
      const bool after = check.kind == Check::Kind::after;
      const bool ref = check.kind == Check::Kind::ref;
      const Item* other = after ? resource.find(check.argument) : nullptr;
      if (after && other != nullptr && other->field.type == item.field.type) continue;
      if (!after && (!ref || out_.resources.contains(check.argument))) continue;
      incomplete_[code] = {"items.csv", 0};
      out_.refused.push_back({"items.csv", 0,
                              code + "." + item.code + ": check '" + check.text() +
                                  (after ? "' names no item of this resource of the same type"
                                         : "' names no resource; write its code")});
    }
  }

  std::string dir_;
  Definition out_;
  std::map<std::string, std::pair<std::string, std::int64_t>> incomplete_;
};

}  // namespace

Result<Definition> read_definition(const std::string& city_dir) { return Reader(city_dir).read(); }

}  // namespace citybrain::catalog
