// Definition: a city's catalogue as its files say it (city/*.csv), checked line
// by line. Reads files, names no store.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/catalog.h"

namespace citybrain::catalog {

// Entries that passed, by their codes, and what did not.
struct Definition {
  std::map<std::string, Department, std::less<>> departments;  // by short name
  std::map<std::string, System, std::less<>> systems;
  std::map<std::string, Resource, std::less<>> resources;
  std::map<std::string, std::shared_ptr<const CodeList>, std::less<>> codes;
  // Names of classes, items and headings of official codes (classes.csv), by
  // their digits.
  std::map<std::string, std::string, std::less<>> classes;
  std::vector<Refusal> refused;

  // 类 and 项 of an official code by name, "" where classes.csv does not know
  // them.
  std::string theme_of(std::string_view resource_code) const;
};

std::string theme_of(const std::map<std::string, std::string, std::less<>>& classes,
                     std::string_view resource_code);

// Error: a file that is not there, or lacks a column.
Result<Definition> read_definition(const std::string& city_dir);

}  // namespace citybrain::catalog
