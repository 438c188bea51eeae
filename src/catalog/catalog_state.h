// What Catalog keeps in memory: one immutable snapshot that load() swaps.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "catalog/catalog.h"

namespace citybrain::catalog {

struct Catalog::Snapshot {
  std::map<std::string, Department, std::less<>> departments;
  std::map<std::string, System, std::less<>> systems;
  std::map<std::string, std::shared_ptr<const Resource>, std::less<>> resources;
  std::map<std::string, std::string, std::less<>> words;  // what a search looks in, by resource
  std::map<std::string, std::shared_ptr<const CodeList>, std::less<>> codes;
};

struct Catalog::State {
  std::mutex mutex;  // of snapshot
  std::shared_ptr<const Snapshot> snapshot;
};

}  // namespace citybrain::catalog
