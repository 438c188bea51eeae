// What Catalog keeps in memory: one immutable snapshot that load() and put()
// swap, the index, and uses that wait to be written.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "catalog/catalog.h"
#include "entry.h"
#include "sql/fulltext.h"

namespace citybrain::catalog {

struct Catalog::Snapshot {
  std::map<std::string, Department, std::less<>> departments;
  std::map<std::string, System, std::less<>> systems;
  std::map<std::string, std::shared_ptr<const Resource>, std::less<>> resources;
  std::map<std::string, std::string, std::less<>> official;  // resource_code → code
  std::map<std::string, std::shared_ptr<const CodeList>, std::less<>> codes;
  std::map<std::string, std::string, std::less<>> classes;

  void add(Resource resource);
  void remove(std::string_view code);
  // What a new entry may name; the snapshot must outlive it.
  Surroundings surroundings() const;
  std::string department_name(std::string_view short_name) const;
};

struct Catalog::State {
  std::mutex mutex;  // of snapshot and sources
  std::shared_ptr<const Snapshot> snapshot;
  std::vector<LineageSource> sources;

  std::mutex changing;  // held by load() and put(): one change of the snapshot
                        // at a time
  std::unique_ptr<sql::FullText> index;

  using UseKey = std::tuple<std::string, std::string, std::string, std::string>;
  std::mutex uses_mutex;
  std::map<UseKey, std::pair<std::int64_t, Timestamp>> uses;  // times, last
};

}  // namespace citybrain::catalog
