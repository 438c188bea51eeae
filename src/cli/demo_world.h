// The demo city's firms and people. Everything that several resources must agree about is decided
// here once; what one resource alone says is drawn when it is written. Distributions:
// city/README.md.
#pragma once

#include <string>
#include <vector>

#include "base/date.h"
#include "demo_definition.h"
#include "demo_dice.h"

namespace citybrain::cli {

enum FirmType : std::uint8_t { company, business, cooperative, farm, welfare, agency, travel };
enum FirmSize : std::uint8_t { large, medium, small_firm, micro };

struct Firm {
  std::uint32_t index = 0;
  char uscc_bytes[18] = {};
  FirmType type = company;
  FirmSize size = micro;
  std::uint8_t division = 0;
  std::uint8_t zone = 0;
  char sector = 'C';
  bool state_owned = false;
  bool alive = true;
  bool above_scale = false;
  bool exporter = false;
  std::uint16_t street = 0;    // in the division's list
  std::uint16_t industry = 0;  // in codes/industries
  Date founded;
  std::int32_t staff = 0;
  std::int32_t insured = 0;         // monthly average of 2019; 0 = no unit account
  std::int32_t insured_later = 0;   // in March 2020
  std::int64_t revenue = 0;         // yuan, 2019
  std::int64_t revenue_before = 0;  // yuan, 2018

  std::string_view uscc() const { return {uscc_bytes, 18}; }
  bool demo() const { return index < 5; }
};

struct Person {
  Date birth;
  std::uint16_t order = 0;  // digits 15-17 of the number
  std::uint8_t hukou = 0;   // division; 10 = elsewhere in the province, 11 = outside
  std::uint8_t home = 0;    // division
  std::uint8_t zone = 0;
  std::uint8_t degree = 4;  // 博士 硕士 本科 专科 高中及以下
  std::uint16_t street = 0;
  std::uint32_t employer = UINT32_MAX;  // firm
  Date graduated;
  bool male() const { return order % 2 == 1; }
  bool local() const { return hukou < 10; }
};

// Immutable after make; threads may share it.
struct DemoWorld {
  const DemoDefinition* city = nullptr;
  std::uint64_t seed = 0;
  std::vector<Firm> firms;
  std::vector<Person> people;

  static constexpr Date today() { return {18590}; }  // 2020-11-24

  static DemoWorld make(const DemoDefinition& city, double scale, std::uint64_t seed);

  Dice dice(std::string_view what, std::uint64_t index) const {
    return Dice(seed, stream_of(what), index);
  }
  std::string resident_id(std::size_t person) const;
  // The division of tax: the zone's code where the firm lies in one.
  std::string_view tax_division(const Firm& firm) const;
  std::string_view home_division(const Person& person) const;
  std::string_view street_of(std::uint8_t division, std::uint16_t street) const;
  std::string_view industry_of(const Firm& firm) const;
  int age(const Person& person) const { return years_between(person.birth, today()); }
};

// The credit code of the index-th firm: GB 32100 with an organisation code beginning with QY, which
// no registrar issued.
std::string demo_uscc(std::string_view authority, std::uint64_t index);
std::string demo_resident_id(Date birth, int order);

}  // namespace citybrain::cli
