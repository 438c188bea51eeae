// A small city and its stores for the rail's tests.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/csv.h"
#include "base/idcheck.h"
#include "base/room.h"
#include "catalog/catalog.h"
#include "lake/lake.h"
#include "lake/testing.h"
#include "rail/rail.h"
#include "sql/db.h"
#include "sql/migrate.h"

namespace citybrain::catalog {
std::vector<Migration> migrations();
}

namespace citybrain::rail {

std::vector<Migration> migrations();

inline void put_file(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  CB_CHECK(write_file(path, text).has_value());
}

inline std::string write_city(const std::string& dir) {
  const std::string city = dir + "/city";
  put_file(city + "/departments.csv",
           "code,short,name,kind\n11332500MB1601924J,dsj,大数据局,市直\n");
  put_file(city + "/systems.csv", "code,department,name,kind\ndj,dsj,登记系统,业务系统\n");
  const std::string header =
      "code,resource_code,name,department,system,category,abstract,format,share_type,"
      "share_condition,share_method,open_type,open_condition,update_cycle,published_on,keeping\n";
  put_file(city + "/resources.csv",
           header +
               "firm,3010020001/000001,企业登记,dsj,dj,部门,企业登记,数据库,无条件,,服务,不予,,"
               "每日,2020-01-02,keyed\n"
               "tax,3010020002/000002,纳税明细,dsj,,部门,流水,电子表格,无条件,,文件,不予,,每月,"
               "2020-03-04,append\n");
  put_file(city + "/items.csv",
           "resource,position,code,name,type,length,key,required,grade,share_type,open_type,check,"
           "description\n"
           "firm,1,uscc,统一社会信用代码,text,18,1,1,L1,,,uscc,\n"
           "firm,2,name,企业名称,text,10,0,1,L1,,,length:2..60,\n"
           "firm,3,legal_id,法人身份证,text,,0,0,L3,,,resident_id,\n"
           "firm,4,capital,注册资本,decimal:2,,0,0,L2,,,range:0..1000000,\n"
           "firm,5,founded,成立日期,date,,0,0,L1,,,past,\n"
           "firm,6,closed,注销日期,date,,0,0,L1,,,after:founded,\n"
           "firm,7,division,行政区划,text,6,0,0,L1,,,code:divisions,\n"
           "firm,8,phone,联系电话,text,,0,0,L3,,,pattern:1[3-9]\\d{9},\n"
           "firm,9,active,在营,boolean,,0,0,L1,,,,\n"
           "tax,1,serial,流水号,integer,,1,1,L1,,,range:1..,\n"
           "tax,2,uscc,统一社会信用代码,text,18,0,1,L1,,,uscc|ref:firm,\n"
           "tax,3,paid,已缴税额,decimal:2,,0,1,L3,,,range:0..,\n"
           "tax,4,paid_at,缴税时间,timestamp,,0,0,L2,,,past,\n");
  put_file(city + "/codes/divisions.csv", "code,name\n330203,海曙\n330212,鄞州\n");
  return city;
}

// The n-th firm's code, both check characters right.
inline std::string uscc_of(int n) {
  std::string digits = std::to_string(n);
  digits.insert(0, 8 - digits.size(), '0');
  std::string code = "91330203" + digits;
  code += org_check_char(digits);
  return code + uscc_check_char(code);
}

// A whole rail over the store at `url`. Opened again over the same folder it goes on.
struct City {
  City(const std::string& url, const std::string& dir, const std::string& columns = "columns.db")
      : clock(*parse_timestamp("2020-11-24T12:00:00+08:00")), path(write_city(dir)) {
    db = std::move(*sql::Db::open(url));
    CB_CHECK(sql::migrate(*db, "catalog", catalog::migrations()).has_value());
    CB_CHECK(sql::migrate(*db, "rail", migrations()).has_value());
    catalog = std::make_unique<catalog::Catalog>(*db, nullptr, clock);
    const auto report = catalog->load(path);
    CB_CHECK(report.has_value() && report->refused.empty());
    lake::LakeOptions options;
    options.columns_path = lake::columns_beside(url, dir + "/" + columns);
    auto opened = lake::Lake::open(*db, options);
    CB_CHECK(opened.has_value());
    lake = std::move(*opened);
    RailOptions rail_options;
    rail_options.inbox = dir + "/inbox";
    rail_options.settle_ms = 0;
    rail = std::make_unique<Rail>(*db, *lake, *catalog, clock, rail_options);
    CB_CHECK(rail->prepare().has_value());
  }

  // Rows of a resource in columns, after feeding.
  std::int64_t rows(const std::string& resource) {
    for (;;) {
      const auto more = rail->feed_step({});
      CB_CHECK(more.has_value());
      if (!*more) break;
    }
    return *lake->count(resource);
  }

  FixedClock clock;
  std::string path;
  std::unique_ptr<sql::Db> db;
  std::unique_ptr<catalog::Catalog> catalog;
  std::unique_ptr<lake::Lake> lake;
  std::unique_ptr<Rail> rail;
};

}  // namespace citybrain::rail
