// Writer: see sheet/writer.h. Each sheet is one part, streamed; what a drop-down list offers stands
// in a hidden sheet of its own, since a list inside the cell's rule may have 255 characters only.
#include "sheet/writer.h"

#include <set>

#include "base/text.h"
#include "row_reader.h"
#include "writer_text.h"
#include "zip_out.h"

namespace citybrain::sheet {
namespace {

constexpr std::int64_t rows_max = 1'048'576;
constexpr std::size_t columns_max = 16'384;
constexpr std::size_t text_max = 32'767;
constexpr std::size_t buffer_bytes = 64 << 10;
constexpr const char* choices_sheet = "_choices";
constexpr const char* xml_head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr const char* main_space =
    "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
constexpr const char* relation_space =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

std::string reference(std::size_t column, std::int64_t row) {
  return column_name(column) + std::to_string(row);
}

std::string text_cell(std::size_t column, std::int64_t row, int style, std::string_view text) {
  return "<c r=\"" + reference(column, row) + "\" s=\"" + std::to_string(style) +
         "\" t=\"inlineStr\"><is><t xml:space=\"preserve\">" + xml_escaped(text) + "</t></is></c>";
}

Result<void> check_name(const std::string& name, const std::set<std::string>& taken) {
  if (name.empty() || code_points(name) > 31 || name.find_first_of("[]:*?/\\") != name.npos ||
      name.starts_with('\'') || name.ends_with('\'') || name == choices_sheet) {
    return invalid("'" + name + "' is no name of a sheet; use 1 to 31 characters without []:*?/\\");
  }
  if (taken.contains(lower_ascii(name)))
    return invalid("the workbook has a sheet '" + name + "' already");
  return ok();
}

class OpenWriter final : public Writer {
 public:
  explicit OpenWriter(std::unique_ptr<ZipOut> zip) : zip_(std::move(zip)) {}

  Result<void> add_sheet(const SheetSpec& spec) override;
  Result<void> row(const std::vector<Cell>& cells) override;
  Result<std::string> finish() override;

 private:
  Result<void> begin_part(const std::string& name);
  void write_views();
  void write_head();
  Result<void> end_sheet();
  void write_validations();
  Result<void> write_choices();
  Result<void> write_parts();
  Result<void> put_cell(std::size_t column, const Cell& cell);
  Result<void> flush(std::size_t above);
  Result<void> part(const std::string& name, const std::string& xml);

  std::unique_ptr<ZipOut> zip_;
  std::string buffer_;
  SheetSpec spec_;
  bool in_sheet_ = false;
  std::int64_t row_ = 0;  // written last
  std::int64_t header_row_ = 0;
  std::vector<std::string> merges_;
  std::vector<std::string> names_;
  std::set<std::string> taken_;
  std::vector<std::vector<std::string>> choices_;  // columns of the hidden sheet
};

Result<void> OpenWriter::flush(std::size_t above) {
  if (buffer_.size() <= above) return ok();
  CB_DO(zip_->write(buffer_));
  buffer_.clear();
  return ok();
}

Result<void> OpenWriter::begin_part(const std::string& name) {
  names_.push_back(name);
  return zip_->begin("xl/worksheets/sheet" + std::to_string(names_.size()) + ".xml");
}

Result<void> OpenWriter::add_sheet(const SheetSpec& spec) {
  CB_DO(check_name(spec.name, taken_));
  if (spec.columns.empty() || spec.columns.size() > columns_max) {
    return invalid("sheet '" + spec.name + "' has " + std::to_string(spec.columns.size()) +
                   " columns; give 1 to 16384");
  }
  if (in_sheet_) CB_DO(end_sheet());
  spec_ = spec;
  in_sheet_ = true;
  row_ = 0;
  merges_.clear();
  taken_.insert(lower_ascii(spec.name));
  CB_DO(begin_part(spec.name));
  bool grouped = false;
  for (const ColumnSpec& column : spec_.columns) grouped = grouped || !column.group.empty();
  header_row_ = 1 + (spec_.title.empty() ? 0 : 1) + (grouped ? 1 : 0);
  write_views();
  write_head();
  return flush(buffer_bytes);
}

// Panes, widths and the styles of columns: they stand before the rows.
void OpenWriter::write_views() {
  const auto frozen = static_cast<std::size_t>(std::max(0, spec_.frozen_columns));
  buffer_ += std::string(xml_head) + "<worksheet " + main_space + "><sheetViews><sheetView";
  buffer_ += names_.size() == 1 ? " tabSelected=\"1\"" : "";
  buffer_ += " workbookViewId=\"0\"><pane";
  if (frozen > 0) buffer_ += " xSplit=\"" + std::to_string(frozen) + "\"";
  buffer_ += " ySplit=\"" + std::to_string(header_row_) + "\" topLeftCell=\"" +
             reference(frozen, header_row_ + 1) + "\" activePane=\"" +
             (frozen > 0 ? "bottomRight" : "bottomLeft") +
             "\" state=\"frozen\"/></sheetView></sheetViews><cols>";
  for (std::size_t i = 0; i < spec_.columns.size(); ++i) {
    const ColumnSpec& column = spec_.columns[i];
    const double width = column.width > 0 ? column.width : width_of(column.name);
    const std::string number = std::to_string(i + 1);
    buffer_ += "<col min=\"" + number + "\" max=\"" + number + "\" width=\"" + number_text(width) +
               "\" style=\"" + std::to_string(style_of(column.format, column.places)) +
               "\" customWidth=\"1\"/>";
  }
  buffer_ += "</cols><sheetData>";
}

void OpenWriter::write_head() {
  const std::size_t last = spec_.columns.size() - 1;
  const auto open_row = [&] { buffer_ += "<row r=\"" + std::to_string(++row_) + "\">"; };
  if (!spec_.title.empty()) {
    open_row();
    buffer_ += text_cell(0, row_, static_cast<int>(Style::title), spec_.title) + "</row>";
    if (last > 0) merges_.push_back("A1:" + reference(last, 1));
  }
  if (header_row_ > row_ + 1) {
    open_row();
    for (std::size_t i = 0; i <= last;) {
      const std::string& group = spec_.columns[i].group;
      std::size_t to = i;
      while (!group.empty() && to < last && spec_.columns[to + 1].group == group) ++to;
      // Where there is no group the header itself stands here, merged downwards.
      buffer_ += text_cell(i, row_, static_cast<int>(Style::group),
                           group.empty() ? spec_.columns[i].name : group);
      if (group.empty() || to > i) {
        merges_.push_back(reference(i, row_) + ":" +
                          reference(to, group.empty() ? row_ + 1 : row_));
      }
      i = to + 1;
    }
    buffer_ += "</row>";
    open_row();
    for (std::size_t i = 0; i <= last; ++i) {
      if (spec_.columns[i].group.empty()) continue;
      buffer_ += text_cell(i, row_, static_cast<int>(Style::header), spec_.columns[i].name);
    }
  } else {
    open_row();
    for (std::size_t i = 0; i <= last; ++i) {
      buffer_ += text_cell(i, row_, static_cast<int>(Style::header), spec_.columns[i].name);
    }
  }
  buffer_ += "</row>";
}

Result<void> OpenWriter::row(const std::vector<Cell>& cells) {
  if (!in_sheet_) return invalid("no sheet is open; call add_sheet first");
  if (cells.size() > spec_.columns.size()) {
    return invalid("a row of " + std::to_string(cells.size()) + " cells in sheet '" + spec_.name +
                   "' of " + std::to_string(spec_.columns.size()) + " columns");
  }
  if (row_ == rows_max) {
    return exhausted("sheet '" + spec_.name + "' is full: 1048576 rows; begin another sheet");
  }
  ++row_;
  buffer_ += "<row r=\"" + std::to_string(row_) + "\">";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    auto put = put_cell(i, cells[i]);
    if (!put) return put.error().in(spec_.name + "!" + reference(i, row_));
  }
  buffer_ += "</row>";
  return flush(buffer_bytes);
}

Result<void> OpenWriter::put_cell(std::size_t column, const Cell& cell) {
  const ColumnSpec& spec = spec_.columns[column];
  int style = style_of(spec.format, spec.places);
  const auto value = [&](const char* type, std::string_view text) {
    buffer_ += "<c r=\"" + reference(column, row_) + "\" s=\"" + std::to_string(style) + "\"" +
               type + "><v>";
    buffer_ += text;
    buffer_ += "</v></c>";
  };
  switch (cell.kind) {
    case Kind::blank: return ok();
    case Kind::error:
    case Kind::text:
      if (!is_utf8(cell.text)) return invalid("the text is not UTF-8");
      if (code_points(cell.text) > text_max)
        return invalid("a cell holds 32767 characters at most");
      buffer_ += text_cell(column, row_, style, cell.text);
      return ok();
    case Kind::number:
      if (!is_number(cell.text)) return invalid("'" + cell.text + "' is no number");
      value("", cell.text);
      return ok();
    case Kind::boolean: value(" t=\"b\"", cell.text == "true" ? "1" : "0"); return ok();
    case Kind::date:
    case Kind::timestamp:
    case Kind::time: {
      CB_TRY(const std::string serial, serial_of(cell.kind, cell.text));
      style = static_cast<int>(cell.kind == Kind::date   ? Style::date
                               : cell.kind == Kind::time ? Style::time
                                                         : Style::timestamp);
      value("", serial);
      return ok();
    }
  }
  return ok();
}

// The rules of cells below the header: lists to choose from, and remarks.
void OpenWriter::write_validations() {
  std::string rules;
  std::size_t count = 0;
  for (std::size_t i = 0; i < spec_.columns.size(); ++i) {
    const ColumnSpec& column = spec_.columns[i];
    if (column.choices.empty() && column.prompt.empty()) continue;
    ++count;
    rules += "<dataValidation";
    if (!column.choices.empty()) rules += " type=\"list\" allowBlank=\"1\" showErrorMessage=\"1\"";
    if (!column.prompt.empty()) {
      rules += " showInputMessage=\"1\" prompt=\"" +
               xml_escaped(first_code_points(column.prompt, 255)) + "\"";
    }
    rules += " sqref=\"" + reference(i, header_row_ + 1) + ":" + reference(i, rows_max) + "\"";
    if (column.choices.empty()) {
      rules += "/>";
      continue;
    }
    const std::string letters = column_name(choices_.size());
    choices_.push_back(column.choices);
    rules += "><formula1>" + std::string(choices_sheet) + "!$" + letters + "$1:$" + letters + "$" +
             std::to_string(column.choices.size()) + "</formula1></dataValidation>";
  }
  if (count == 0) return;
  buffer_ +=
      "<dataValidations count=\"" + std::to_string(count) + "\">" + rules + "</dataValidations>";
}

Result<void> OpenWriter::end_sheet() {
  buffer_ += "</sheetData>";
  if (spec_.filter) {
    buffer_ += "<autoFilter ref=\"" + reference(0, header_row_) + ":" +
               reference(spec_.columns.size() - 1, std::max(row_, header_row_)) + "\"/>";
  }
  if (!merges_.empty()) {
    buffer_ += "<mergeCells count=\"" + std::to_string(merges_.size()) + "\">";
    for (const std::string& merge : merges_) buffer_ += "<mergeCell ref=\"" + merge + "\"/>";
    buffer_ += "</mergeCells>";
  }
  write_validations();
  buffer_ += "</worksheet>";
  in_sheet_ = false;
  return flush(0);
}

Result<void> OpenWriter::write_choices() {
  if (choices_.empty()) return ok();
  CB_DO(begin_part(choices_sheet));
  buffer_ += std::string(xml_head) + "<worksheet " + main_space + "><sheetData>";
  std::size_t longest = 0;
  for (const auto& column : choices_) longest = std::max(longest, column.size());
  for (std::size_t i = 0; i < longest; ++i) {
    const auto row = static_cast<std::int64_t>(i) + 1;
    buffer_ += "<row r=\"" + std::to_string(row) + "\">";
    for (std::size_t c = 0; c < choices_.size(); ++c) {
      if (i < choices_[c].size()) {
        buffer_ += text_cell(c, row, static_cast<int>(Style::text), choices_[c][i]);
      }
    }
    buffer_ += "</row>";
    CB_DO(flush(buffer_bytes));
  }
  buffer_ += "</sheetData></worksheet>";
  return flush(0);
}

Result<void> OpenWriter::part(const std::string& name, const std::string& xml) {
  CB_DO(zip_->begin(name));
  return zip_->write(xml_head + xml);
}

// What tells a reader which parts there are.
Result<void> OpenWriter::write_parts() {
  const std::string types = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
  const std::string packages = "http://schemas.openxmlformats.org/package/2006/";
  std::string content = "<Types xmlns=\"" + packages +
                        "content-types\"><Default Extension=\"rels\" ContentType=\"application/"
                        "vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\""
                        " ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\""
                        " ContentType=\"" +
                        types +
                        "sheet.main+xml\"/><Override PartName="
                        "\"/xl/styles.xml\" ContentType=\"" +
                        types + "styles+xml\"/>";
  std::string sheets;
  std::string relations;
  const auto relation = [&](const std::string& id, const std::string& type,
                            const std::string& target) {
    return "<Relationship Id=\"" + id + "\" Type=\"" + relation_space + "/" + type +
           "\" Target=\"" + target + "\"/>";
  };
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    content += "<Override PartName=\"/xl/worksheets/sheet" + number + ".xml\" ContentType=\"" +
               types + "worksheet+xml\"/>";
    sheets += "<sheet name=\"" + xml_escaped(names_[i]) + "\" sheetId=\"" + number + "\"" +
              (names_[i] == choices_sheet ? " state=\"hidden\"" : "") + " r:id=\"s" + number +
              "\"/>";
    relations += relation("s" + number, "worksheet", "worksheets/sheet" + number + ".xml");
  }
  const std::string list = "<Relationships xmlns=\"" + packages + "relationships\">";
  CB_DO(part("xl/styles.xml", styles_xml().substr(std::string_view(xml_head).size())));
  CB_DO(part("xl/workbook.xml", std::string("<workbook ") + main_space + " xmlns:r=\"" +
                                    relation_space + "\"><sheets>" + sheets +
                                    "</sheets></workbook>"));
  CB_DO(part("xl/_rels/workbook.xml.rels",
             list + relations + relation("styles", "styles", "styles.xml") + "</Relationships>"));
  CB_DO(part("_rels/.rels",
             list + relation("book", "officeDocument", "xl/workbook.xml") + "</Relationships>"));
  return part("[Content_Types].xml", content + "</Types>");
}

Result<std::string> OpenWriter::finish() {
  if (names_.empty()) return invalid("a workbook needs a sheet; call add_sheet first");
  if (in_sheet_) CB_DO(end_sheet());
  CB_DO(write_choices());
  CB_DO(write_parts());
  return zip_->finish();
}

}  // namespace

Result<std::unique_ptr<Writer>> Writer::create(const std::string& path) {
  CB_CHECK(!path.empty());
  CB_TRY(auto zip, ZipOut::create(path));
  return std::unique_ptr<Writer>(std::make_unique<OpenWriter>(std::move(zip)));
}

std::unique_ptr<Writer> Writer::in_memory() {
  auto zip = ZipOut::create("");
  CB_CHECK(zip.has_value());
  return std::make_unique<OpenWriter>(std::move(*zip));
}

}  // namespace citybrain::sheet
