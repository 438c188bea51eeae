// Transfer, outward: see catalog/transfer.h.
#include "base/csv.h"
#include "body.h"
#include "catalog/transfer.h"
#include "sheet/writer.h"
#include "template.h"
#include "words.h"

namespace citybrain::catalog {
namespace {

constexpr const char* sheet_name = "政务信息资源目录";

std::string flag(bool value) { return value ? "是" : "否"; }

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : "|") + part;
  return out;
}

std::string class_name(const std::map<std::string, std::string, std::less<>>& classes,
                       std::string_view digits, std::size_t length) {
  const auto found = classes.find(digits.substr(0, length));
  return found == classes.end() ? "" : found->second;
}

// What the cells of an entry need to be written.
struct Context {
  const Catalog& catalog;
  std::map<std::string, std::string, std::less<>> classes;
  std::map<std::string, Department, std::less<>> departments;
  Vocabulary words = Vocabulary::national;

  Context(const Catalog& from, Vocabulary vocabulary) : catalog(from), words(vocabulary) {
    classes = from.classes();
    for (Department& one : from.departments()) departments[one.short_name] = std::move(one);
  }
};

std::string resource_cell(const Context& context, const Resource& entry, std::string_view column) {
  const auto word = [&](Word kind, const std::string& text) {
    return text.empty() ? "" : in_vocabulary(kind, text, context.words);
  };
  const auto department = context.departments.find(entry.department);
  const bool known = department != context.departments.end();
  if (column == "category") return entry.category;
  if (column == "class_item") return class_name(context.classes, entry.resource_code, 3);
  if (column == "class_heading") return class_name(context.classes, entry.resource_code, 6);
  if (column == "name") return entry.name;
  if (column == "resource_code") return entry.resource_code;
  if (column == "department") return known ? department->second.name : entry.department;
  if (column == "department_code") return known ? department->second.code : "";
  if (column == "abstract") return entry.abstract;
  if (column == "format") return word(Word::format, entry.format);
  if (column == "format_type") return entry.format_type;
  if (column == "share_type") return word(Word::share_type, entry.share_type);
  if (column == "share_condition") return entry.share_condition;
  if (column == "share_method") return word(Word::share_method, entry.share_method);
  if (column == "open_type") return word(Word::open_type, entry.open_type);
  if (column == "open_condition") return entry.open_condition;
  if (column == "update_cycle") return word(Word::update_cycle, entry.update_cycle);
  if (column == "published_on") return to_iso(entry.published_on);
  if (column == "related") return joined(entry.related);
  if (column == "code") return entry.code;
  if (column == "system") return entry.system;
  if (column == "keeping") return entry.keeping == Keeping::keyed ? "keyed" : "append";
  if (column == "collected") return flag(entry.collected);
  return "";
}

std::string item_cell(const Context& context, const Resource& entry, const Item& item,
                      std::string_view column) {
  const auto differing = [&](Word kind, const std::string& own, const std::string& of_resource) {
    return own == of_resource ? "" : in_vocabulary(kind, own, context.words);
  };
  const OfficialType type = official_type(item.field, item.length_max);
  if (column == "name") return item.name;
  if (column == "type") return type.name;
  if (column == "length") return type.length;
  if (column == "code") return item.code;
  if (column == "key") return flag(item.key);
  if (column == "required") return flag(item.required);
  if (column == "grade") return "L" + std::to_string(item.grade);
  if (column == "check") return checks_text(item);
  if (column == "description") return item.description;
  if (column == "share_type") return differing(Word::share_type, item.share_type, entry.share_type);
  if (column == "share_condition") return item.share_condition;
  if (column == "share_method") {
    return item.share_method.empty()
               ? ""
               : in_vocabulary(Word::share_method, item.share_method, context.words);
  }
  if (column == "open_type") return differing(Word::open_type, item.open_type, entry.open_type);
  if (column == "open_condition") return item.open_condition;
  return "";
}

// Every row of the table, as text.
template <class Write>
Result<void> rows_of(const Context& context,
                     const std::vector<std::shared_ptr<const Resource>>& entries,
                     const Write& write) {
  const auto columns = template_columns();
  std::vector<std::string> cells(columns.size());
  for (const auto& entry : entries) {
    bool first = true;
    for (const Item& item : entry->items) {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        cells[i] = columns[i].of == Of::item ? item_cell(context, *entry, item, columns[i].column)
                   : first                   ? resource_cell(context, *entry, columns[i].column)
                                             : "";
      }
      CB_DO(write(cells));
      first = false;
    }
  }
  return ok();
}

std::vector<std::string> choices_of(std::string_view column, Vocabulary words) {
  for (const Word word : {Word::category, Word::format, Word::share_type, Word::share_method,
                          Word::open_type, Word::update_cycle}) {
    if (column != column_of(word)) continue;
    return words_in(word, word == Word::category ? Vocabulary::own : words);
  }
  if (column == "type") return official_type_names();
  if (column == "grade") return {"L1", "L2", "L3", "L4"};
  if (column == "key" || column == "required" || column == "collected") return {"是", "否"};
  if (column == "keeping") return {"keyed", "append"};
  return {};
}

sheet::SheetSpec spec_of(Vocabulary words) {
  sheet::SheetSpec spec;
  spec.name = sheet_name;
  for (const TemplateColumn& column : template_columns()) {
    sheet::ColumnSpec one;
    one.name = column.title;
    one.group = column.group;
    one.width = column.width;
    one.format = sheet::Format::text;
    one.choices = choices_of(column.column, words);
    spec.columns.push_back(std::move(one));
  }
  spec.filter = true;
  return spec;
}

Result<std::string> workbook(const Context& context,
                             const std::vector<std::shared_ptr<const Resource>>& entries) {
  const auto writer = sheet::Writer::in_memory();
  CB_DO(writer->add_sheet(spec_of(context.words)));
  std::vector<sheet::Cell> row;
  CB_DO(rows_of(context, entries, [&](const std::vector<std::string>& cells) {
    row.clear();
    for (const std::string& cell : cells) row.push_back(sheet::Cell::of(cell));
    return writer->row(row);
  }));
  return writer->finish();
}

}  // namespace

Result<FileFormat> file_format(std::string_view name) {
  if (name == "xlsx") return FileFormat::xlsx;
  if (name == "csv") return FileFormat::csv;
  return invalid("format is '" + std::string(name) + "'; write xlsx or csv");
}

Result<std::string> export_entries(const Catalog& catalog,
                                   const std::vector<std::shared_ptr<const Resource>>& entries,
                                   FileFormat format, std::string_view words) {
  if (words != "national" && words != "zhejiang") {
    return invalid("words are '" + std::string(words) + "'; write national or zhejiang");
  }
  const Context context(catalog, words == "national" ? Vocabulary::national : Vocabulary::zhejiang);
  if (format == FileFormat::xlsx) return workbook(context, entries);
  std::string out;
  for (const TemplateColumn& column : template_columns()) {
    out += (out.empty() ? "" : ",") + csv_cell(column.title);
  }
  out += '\n';
  CB_DO(rows_of(context, entries, [&](const std::vector<std::string>& cells) -> Result<void> {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += ',';
      out += csv_cell(cells[i]);
    }
    out += '\n';
    return ok();
  }));
  return out;
}

Result<std::string> empty_template(const Catalog& catalog) {
  return workbook(Context(catalog, Vocabulary::national), {});
}

}  // namespace citybrain::catalog
