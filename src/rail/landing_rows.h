// The rows that the landing benches write and read: 12 columns with checks on all of them, every
// 1000th with a planted error that DuckDB, which checks types alone, does not see. Only they name
// this file.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "base/idcheck.h"
#include "testing.h"

namespace citybrain::rail {

inline constexpr std::int64_t error_every = 1'000;
inline constexpr const char* division_codes[] = {"330203", "330205", "330206", "330211", "330212"};

inline constexpr const char* types =
    "id BIGINT, uscc VARCHAR, person_id VARCHAR, name VARCHAR, division VARCHAR, street VARCHAR,"
    " kind VARCHAR, staff BIGINT, amount DECIMAL(18,2), opened DATE, updated TIMESTAMP, note "
    "VARCHAR";

inline void write_definition(const std::string& dir) {
  const std::string city = write_city(dir);
  put_file(
      city + "/resources.csv",
      "code,resource_code,name,department,system,category,abstract,format,share_type,"
      "share_condition,share_method,open_type,open_condition,update_cycle,published_on,keeping\n"
      "landing,3010020001/000001,归集基准,dsj,,部门,基准,数据库,无条件,,文件,不予,,每日,2020-01-02,"
      "append\n");
  put_file(city + "/items.csv",
           "resource,position,code,name,type,length,key,required,grade,share_type,open_type,check,"
           "description\n"
           "landing,1,id,编号,integer,,1,1,L1,,,range:1..,\n"
           "landing,2,uscc,统一社会信用代码,text,18,0,1,L1,,,uscc,\n"
           "landing,3,person_id,法人身份证,text,18,0,1,L3,,,resident_id,\n"
           "landing,4,name,名称,text,60,0,1,L1,,,length:2..60,\n"
           "landing,5,division,区划,text,6,0,1,L1,,,code:divisions,\n"
           "landing,6,street,地址,text,100,0,0,L2,,,,\n"
           "landing,7,kind,行业,text,4,0,1,L1,,,pattern:[A-Z]\\d{3},\n"
           "landing,8,staff,人数,integer,,0,0,L1,,,range:0..100000,\n"
           "landing,9,amount,金额,decimal:2,,0,1,L2,,,range:0..,\n"
           "landing,10,opened,成立日期,date,,0,1,L1,,,past,\n"
           "landing,11,updated,更新时间,timestamp,,0,1,L1,,,past,\n"
           "landing,12,note,备注,text,200,0,0,L1,,,,\n");
  std::string codes = "code,name\n";
  for (const char* code : division_codes) codes += std::string(code) + ",区\n";
  put_file(city + "/codes/divisions.csv", codes);
}

inline std::string person_of(std::int64_t n) {
  char text[32];
  std::snprintf(text, sizeof text, "3302%02d19%02d%02d%02d%03d", static_cast<int>(n % 12),
                static_cast<int>(50 + n % 50), static_cast<int>(1 + n % 12),
                static_cast<int>(1 + n % 28), static_cast<int>(n % 1000));
  return std::string(text) + resident_check_char(text);
}

// One line.
inline std::string line_of(std::int64_t n) {
  std::string uscc = uscc_of(static_cast<int>(n % 100'000'000));
  std::string person = person_of(n);
  std::string name = "宁波市第" + std::to_string(n) + "实业有限公司";
  std::string division = division_codes[n % 5];
  std::string kind =
      std::string(1, static_cast<char>('A' + n % 20)) + std::to_string(100 + n % 900);
  std::string staff = std::to_string(n % 5000);
  std::string amount = std::to_string(n * 37 % 90'000'000) + "." + std::to_string(10 + n % 90);
  std::string opened = to_iso(Date{static_cast<std::int32_t>(7'000 + n % 11'000)});
  if (n % error_every == 0) {
    switch (n / error_every % 8) {
      case 0: uscc[17] = uscc[17] == '0' ? '1' : '0'; break;
      case 1: uscc[16] = uscc[16] == '0' ? '1' : '0'; break;
      case 2: person[17] = person[17] == '0' ? '1' : '0'; break;
      case 3: name = "甲"; break;
      case 4: division = "999999"; break;
      case 5: kind = "abcd"; break;
      case 6: amount = "-1.00"; break;
      default: opened = "2099-01-01";
    }
  }
  char updated[32];
  std::snprintf(updated, sizeof updated, "2020-%02d-%02d %02d:%02d:%02d",
                static_cast<int>(1 + n % 10), static_cast<int>(1 + n % 28),
                static_cast<int>(n % 24), static_cast<int>(n % 60), static_cast<int>(n / 7 % 60));
  std::string note = n % 10 == 0 ? "\"注, 第" + std::to_string(n) + "条\"" : "";
  return std::to_string(n) + "," + uscc + "," + person + "," + name + "," + division + ",中山路" +
         std::to_string(n % 2000) + "号," + kind + "," + staff + "," + amount + "," + opened + "," +
         updated + "," + note + "\n";
}

// Lines `from`..`to` (from 1) under a header.
inline void write_lines(const std::string& path, std::int64_t from, std::int64_t to) {
  std::FILE* out = std::fopen((path + ".part").c_str(), "w");
  CB_CHECK(out != nullptr);
  std::string text =
      "id,uscc,person_id,name,division,street,kind,staff,amount,opened,updated,note\n";
  for (std::int64_t n = from; n <= to; ++n) {
    text += line_of(n);
    if (text.size() > 1 << 20 || n == to) {
      CB_CHECK(std::fwrite(text.data(), 1, text.size(), out) == text.size());
      text.clear();
    }
  }
  CB_CHECK(std::fclose(out) == 0);
  std::filesystem::rename(path + ".part", path);
}

}  // namespace citybrain::rail
