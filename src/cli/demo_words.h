// Word lists of which the demo city's names are composed. Every firm's name holds 拟 (simulated),
// which no registered trade name begins with; people's names name nobody in particular.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "demo_dice.h"

namespace citybrain::cli {

// Position in these lists is what Firm.division, .zone, .type, .size … hold.
inline constexpr std::array<std::string_view, 10> division_codes = {
    "330203", "330205", "330206", "330211", "330212",
    "330213", "330225", "330226", "330281", "330282"};
inline constexpr std::array<std::string_view, 10> division_names = {
    "海曙", "江北", "北仑", "镇海", "鄞州", "奉化", "象山", "宁海", "余姚", "慈溪"};
// Zone 0 is none.
inline constexpr std::array<std::string_view, 6> zone_codes = {"",       "3302Z1", "3302Z2",
                                                               "3302Z3", "3302Z4", "3302Z5"};
inline constexpr std::array<std::string_view, 7> type_names = {
    "企业", "个体工商户", "农民专业合作社", "家庭农场", "民办非企业单位", "人力资源机构", "旅行社"};
inline constexpr std::array<std::string_view, 4> size_names = {"大型", "中型", "小型", "微型"};
inline constexpr std::array<std::string_view, 10> bank_names = {
    "宁波银行", "工商银行", "农业银行", "中国银行", "建设银行",
    "交通银行", "鄞州银行", "通商银行", "邮储银行", "浙商银行"};

std::string person_name(Dice& dice);
// "宁波拟盛达机械有限公司"; `trade` is the industry's code ("C34").
std::string firm_name(Dice& dice, std::string_view division, std::string_view trade,
                      std::string_view type);
std::string street_address(Dice& dice, std::string_view division, std::string_view street);
// Eleven digits of a range used by machines, not telephones.
std::string phone_number(Dice& dice);
std::string account_number(Dice& dice);

}  // namespace citybrain::cli
