// Fuzzes what departments send: any bytes as a catalogue to import, checked and not written.
#include <cstdint>
#include <filesystem>
#include <string>

#include "catalog/catalog.h"
#include "catalog/transfer.h"
#include "city_test.h"

namespace {

using namespace citybrain;

catalog::Catalog& city() {
  static const sql::TestStores stores;
  static catalog::City city(*stores.begin(), stores.dir());
  static const bool loaded = city.catalog->load(city.path).has_value();
  CB_CHECK(loaded);
  return *city.catalog;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string header =
      "信息资源名称,信息资源代码,信息资源提供方,类,格式分类,信息项名称,数据类型,数据长度,共享类型,"
      "共享条件,共享方式,开放类型,更新周期,发布日期,数据分级,校验规则,主键\n";
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  // As they are, and as rows under a header that is right.
  (void)catalog::import_bytes(city(), bytes, {"fuzz", true, ""});
  (void)catalog::import_bytes(city(), header + bytes, {"fuzz", true, ""});
  return 0;
}
