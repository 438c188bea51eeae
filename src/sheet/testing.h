// Workbooks put together from their parts, for tests and the fuzzer.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "zip_out.h"

namespace citybrain::sheet {

inline std::string zip_of(const std::vector<std::pair<std::string, std::string>>& parts) {
  auto zip = ZipOut::create("");
  CB_CHECK(zip.has_value());
  for (const auto& [name, bytes] : parts) {
    CB_CHECK((*zip)->begin(name).has_value() && (*zip)->write(bytes).has_value());
  }
  auto bytes = (*zip)->finish();
  CB_CHECK(bytes.has_value());
  return *bytes;
}

// A workbook of one sheet with this inside its <worksheet>.
inline std::vector<std::pair<std::string, std::string>> parts_of(
    const std::string& sheet, const std::string& strings = "", const std::string& formats = "",
    const std::string& properties = "") {
  const std::string relation =
      "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  return {{"xl/workbook.xml", "<workbook xmlns:r=\"" + relation + "\">" + properties +
                                  "<sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"a\"/></sheets>"
                                  "</workbook>"},
          {"xl/_rels/workbook.xml.rels",
           "<Relationships><Relationship Id=\"a\" Type=\"" + relation +
               "/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"b\" Type=\"" +
               relation +
               "/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/><Relationship Id="
               "\"c\" Type=\"" +
               relation + "/styles\" Target=\"styles.xml\"/></Relationships>"},
          {"xl/sharedStrings.xml", "<sst>" + strings + "</sst>"},
          {"xl/styles.xml", "<styleSheet>" + formats + "</styleSheet>"},
          {"xl/worksheets/sheet1.xml", "<worksheet>" + sheet + "</worksheet>"}};
}

}  // namespace citybrain::sheet
