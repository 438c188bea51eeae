// A small city for tests: definition files in a folder of the test's own.
#pragma once

#include <filesystem>
#include <string>

#include "base/csv.h"

namespace citybrain::catalog {

inline const char* const departments_csv =
    "code,short,name,kind\n"
    "11330283002979996P,fhfb,奉化区府办,区县\n"
    "11332500MB1601924J,dsj,大数据局,市直\n";
inline const char* const systems_csv =
    "code,department,name,kind\n"
    "dj,dsj,登记系统,业务系统\n";
inline const char* const resources_csv =
    "code,resource_code,name,department,system,category,abstract,format,share_"
    "type,"
    "share_condition,share_method,open_type,open_condition,update_cycle,"
    "published_on,keeping\n"
    "ent_registry,3010020001/"
    "000001,企业登记,dsj,dj,部门,各类企业的登记信息,数据库,有条件,"
    "履职需要,服务,不予,,每日,2020-01-02,keyed\n"
    "ent_tax,3010020002/"
    "000002,纳税明细,fhfb,,部门,纳税流水,电子表格,无条件,,文件,无条件,,每月,"
    "2020-03-04,append\n";
inline const char* const items_csv =
    "resource,position,code,name,type,length,key,required,grade,share_type,"
    "open_type,check,"
    "description,share_condition\n"
    "ent_registry,1,uscc,统一社会信用代码,text,18,1,1,L1,,,uscc,,\n"
    "ent_registry,2,name,企业名称,text,60,0,1,L1,,,length:2..60,,\n"
    "ent_registry,3,legal_id,法人身份证,text,18,0,0,L3,,,resident_id,,\n"
    "ent_registry,4,capital,注册资本,decimal:2,,0,0,L2,,,range:0..1000000,,\n"
    "ent_registry,5,founded,成立日期,date,,0,1,L1,,,past,,\n"
    "ent_registry,6,closed,注销日期,date,,0,0,L1,,,after:founded,,\n"
    "ent_registry,7,division,行政区划,text,6,0,1,L1,,,code:divisions,,\n"
    "ent_registry,8,phone,联系电话,text,,0,0,L3,,,pattern:1[3-9]\\d{9}|0\\d{2}-"
    "\\d{8},,\n"
    "ent_registry,9,staff,从业人数,integer,,0,0,L1,,,range:0..,,\n"
    "ent_registry,10,active,在营,boolean,,0,0,L1,,,,,\n"
    "ent_tax,1,uscc,统一社会信用代码,text,18,0,1,L1,,,uscc|ref:ent_registry,,\n"
    "ent_tax,2,paid,已缴税额,decimal:2,,0,1,L3,有条件,,range:0..,,依法履职\n"
    "ent_tax,3,paid_at,缴税时间,timestamp,,0,0,L2,,,past,,\n";
inline const char* const divisions_csv = "code,name\n330203,海曙\n330212,鄞州\n";

// Writes them under `dir` and returns that folder.
inline std::string write_city(const std::string& dir, const std::string& items = items_csv) {
  const std::string city = dir + "/city";
  std::filesystem::create_directories(city + "/codes");
  CB_CHECK(write_file(city + "/departments.csv", departments_csv).has_value());
  CB_CHECK(write_file(city + "/systems.csv", systems_csv).has_value());
  CB_CHECK(write_file(city + "/resources.csv", resources_csv).has_value());
  CB_CHECK(write_file(city + "/items.csv", items).has_value());
  CB_CHECK(write_file(city + "/codes/divisions.csv", divisions_csv).has_value());
  return city;
}

}  // namespace citybrain::catalog
