// Workbook: finds the parts of an .xlsx (ISO 29500-2, relationships; 29500-1 §18.2) and opens them.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "row_reader.h"
#include "sheet/reader.h"

namespace citybrain::sheet {
namespace {

constexpr std::int64_t header_rows_max = 30;

struct Relation {
  std::string type;  // its last word: "worksheet", "styles", …
  std::string target;
};

// "xl/workbook.xml" + "../a/b.xml" → "a/b.xml"; a target that begins with / counts from the root.
std::string resolve(std::string_view from, std::string_view target) {
  std::vector<std::string> parts;
  if (!target.starts_with('/')) {
    for (const auto part : split(from, '/')) parts.emplace_back(part);
    if (!parts.empty()) parts.pop_back();
  }
  for (const auto part : split(target, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else {
      parts.emplace_back(part);
    }
  }
  return join(parts, "/");
}

class RelationEvents final : public XmlEvents {
 public:
  Result<void> start(std::string_view name, const Attributes& attributes) override {
    if (name != "Relationship" || attributes.get("TargetMode") == "External") return ok();
    const std::string_view type = attributes.get("Type");
    relations[std::string(attributes.get("Id"))] = {std::string(type.substr(type.rfind('/') + 1)),
                                                    std::string(attributes.get("Target"))};
    return ok();
  }
  Result<void> end(std::string_view) override { return ok(); }
  std::map<std::string, Relation> relations;
};

// Relations of a part, by id, with whole targets.
Result<std::map<std::string, Relation>> relations_of(const ZipIn& zip, const std::string& part,
                                                     int depth_max) {
  const std::size_t slash = part.rfind('/');
  const std::string folder = slash == part.npos ? "" : part.substr(0, slash + 1);
  const std::string name = folder + "_rels/" + part.substr(folder.size()) + ".rels";
  RelationEvents events;
  if (!zip.has(name)) return events.relations;
  CB_DO(read_xml(zip, name, depth_max, events));
  for (auto& [id, relation] : events.relations) relation.target = resolve(part, relation.target);
  return events.relations;
}

class WorkbookEvents final : public XmlEvents {
 public:
  explicit WorkbookEvents(const Limits& limits) : limits_(limits) {}
  Result<void> start(std::string_view name, const Attributes& attributes) override {
    if (name == "workbookPr") date1904 = attributes.is("date1904");
    if (name != "sheet") return ok();
    if (static_cast<int>(sheets.size()) == limits_.sheets_max) {
      return exhausted("more than " + std::to_string(limits_.sheets_max) + " sheets");
    }
    sheets.push_back(
        {std::string(attributes.get("name")),
         attributes.get("state") == "hidden" || attributes.get("state") == "veryHidden"});
    ids.emplace_back(attributes.get("id"));
    return ok();
  }
  Result<void> end(std::string_view) override { return ok(); }

  std::vector<SheetInfo> sheets;
  std::vector<std::string> ids;
  bool date1904 = false;

 private:
  const Limits& limits_;
};

class OpenWorkbook final : public Workbook {
 public:
  OpenWorkbook(ZipIn zip, const Limits& limits) : zip_(std::move(zip)) { shared_.limits = limits; }

  Result<void> learn() {
    const int depth = shared_.limits.depth_max;
    std::string main = "xl/workbook.xml";
    CB_TRY(const auto roots, relations_of(zip_, "", depth));
    for (const auto& [id, relation] : roots) {
      if (relation.type == "officeDocument") main = relation.target;
    }
    if (!zip_.has(main)) {
      return invalid("this zip is no .xlsx workbook: it lacks '" + main +
                     "'; open the file in Excel or WPS and save it as .xlsx");
    }
    WorkbookEvents events(shared_.limits);
    CB_DO(read_xml(zip_, main, depth, events));
    shared_.date1904 = events.date1904;
    CB_TRY(const auto relations, relations_of(zip_, main, depth));
    std::string styles;
    std::string strings;
    for (const auto& [id, relation] : relations) {
      if (relation.type == "styles") styles = relation.target;
      if (relation.type == "sharedStrings") strings = relation.target;
    }
    for (std::size_t i = 0; i < events.sheets.size(); ++i) {
      const auto relation = relations.find(events.ids[i]);
      // Sheets of charts and macros hold no rows.
      if (relation == relations.end() || relation->second.type != "worksheet") continue;
      sheets_.push_back(events.sheets[i]);
      parts_.push_back(relation->second.target);
    }
    if (sheets_.empty()) return invalid("the workbook has no sheet with cells");
    CB_TRY(shared_.styles, Styles::read(zip_, styles, depth));
    CB_TRY(shared_.strings, SharedStrings::read(zip_, strings, shared_.limits));
    return ok();
  }

  const std::vector<SheetInfo>& sheets() const override { return sheets_; }

  Result<std::unique_ptr<RowReader>> rows(std::size_t sheet) override {
    CB_CHECK(sheet < parts_.size());
    CB_TRY(PartReader part, zip_.read(parts_[sheet]));
    return std::unique_ptr<RowReader>(
        std::make_unique<SheetRows>(shared_, sheets_[sheet].name, std::move(part)));
  }

  Result<std::vector<Merge>> merges(std::size_t sheet) override {
    CB_CHECK(sheet < parts_.size());
    CB_TRY(PartReader part, zip_.read(parts_[sheet]));
    SheetEvents events(shared_);
    Xml xml(events, shared_.limits.depth_max);
    for (;;) {
      CB_TRY(const std::string_view piece, part.next());
      auto done = xml.feed(piece);
      if (!done) return done.error().in("sheet '" + sheets_[sheet].name + "'");
      events.ready.clear();
      if (piece.empty()) return std::move(events.merges);
    }
  }

 private:
  ZipIn zip_;
  Shared shared_;
  std::vector<SheetInfo> sheets_;
  std::vector<std::string> parts_;
};

Result<std::unique_ptr<Workbook>> learned(ZipIn zip, const Limits& limits) {
  auto book = std::make_unique<OpenWorkbook>(std::move(zip), limits);
  CB_DO(book->learn());
  return std::unique_ptr<Workbook>(std::move(book));
}

}  // namespace

Result<std::unique_ptr<Workbook>> Workbook::open(const std::string& path, const Limits& limits) {
  CB_TRY(ZipIn zip, ZipIn::open(path, limits));
  return learned(std::move(zip), limits);
}

Result<std::unique_ptr<Workbook>> Workbook::open_bytes(std::string bytes, const Limits& limits) {
  CB_TRY(ZipIn zip, ZipIn::open_bytes(std::move(bytes), limits));
  return learned(std::move(zip), limits);
}

Result<std::size_t> Workbook::find(std::string_view name) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < sheets().size(); ++i) {
    if (sheets()[i].name == name) return i;
    names.push_back(sheets()[i].name);
  }
  return not_found("the workbook has no sheet '" + std::string(name) + "'; it has " +
                   join(names, ", "));
}

Result<std::vector<Row>> Workbook::read_all(std::size_t sheet, std::int64_t rows_max) {
  CB_TRY(const auto reader, rows(sheet));
  std::vector<Row> out;
  Row row;
  for (;;) {
    CB_TRY(const bool more, reader->next(row));
    if (!more) return out;
    if (static_cast<std::int64_t>(out.size()) == rows_max) {
      return exhausted("sheet '" + sheets()[sheet].name + "' has more than " +
                       std::to_string(rows_max) + " rows");
    }
    out.push_back(std::move(row));
  }
}

Result<Header> Workbook::header(std::size_t sheet,
                                const std::function<bool(std::string_view name)>& knows) {
  CB_TRY(const auto reader, rows(sheet));
  std::map<std::int64_t, std::vector<std::string>> head;  // the first rows, trimmed
  std::int64_t best = 0;
  std::ptrdiff_t best_count = 0;
  Row row;
  for (;;) {
    CB_TRY(const bool more, reader->next(row));
    if (!more || row.number > header_rows_max) break;
    auto& names = head[row.number];
    for (const Cell& cell : row.cells) names.emplace_back(trim(cell.text));
    const auto count = std::count_if(names.begin(), names.end(), [&](const std::string& name) {
      return !name.empty() && knows(name);
    });
    if (count <= best_count) continue;
    best = row.number;
    best_count = count;
  }
  if (best == 0) {
    return invalid("sheet '" + sheets()[sheet].name + "' has no header among its first " +
                   std::to_string(header_rows_max) + " rows");
  }
  CB_TRY(const std::vector<Merge> blocks, merges(sheet));
  Header out{head[best], best};
  // A heading merged downwards stands in its first row; the names stand in the block's last row,
  // and where the header has such blocks the records begin behind them.
  for (const Merge& block : blocks) {
    const auto top = head.find(block.row_first);
    if (block.column_first != block.column_last || top == head.end() ||
        block.row_last > header_rows_max)
      continue;
    if (block.row_first > best || block.row_last < best || block.row_first == block.row_last)
      continue;
    if (block.column_first >= top->second.size()) continue;
    if (out.names.size() <= block.column_first) out.names.resize(block.column_first + 1);
    out.names[block.column_first] = top->second[block.column_first];
    out.row = std::max(out.row, block.row_last);
  }
  if (out.row > best) {  // most names stood in the upper row: the lower row names what it groups
    const auto lower = head.find(out.row);
    for (std::size_t i = 0; lower != head.end() && i < lower->second.size(); ++i) {
      if (lower->second[i].empty()) continue;
      if (out.names.size() <= i) out.names.resize(i + 1);
      out.names[i] = lower->second[i];
    }
  }
  return out;
}

}  // namespace citybrain::sheet
