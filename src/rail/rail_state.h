// What a Rail is made of, shared by its parts: ingest, watch, feed.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "catalog/catalog.h"
#include "lake/lake.h"
#include "rail/rail.h"
#include "source_table.h"
#include "sql/db.h"

namespace citybrain::rail {

struct RailState {
  RailState(sql::Db& d, lake::Lake& l, catalog::Catalog& c, const Clock& k, RailOptions o)
      : db(d),
        lake(l),
        catalog(c),
        clock(k),
        options(std::move(o)),
        sources(d),
        orders(d, c, k, options.orders) {}

  sql::Db& db;
  lake::Lake& lake;
  catalog::Catalog& catalog;
  const Clock& clock;
  RailOptions options;
  SourceTable sources;
  WorkOrders orders;

  // One ingest a resource at a time.
  std::mutex& turn_of(const std::string& resource) {
    const std::lock_guard lock(mutex);
    auto& turn = turns[resource];
    if (!turn) turn = std::make_unique<std::mutex>();
    return *turn;
  }
  // Resources whose number of rows the catalogue should hear of.
  void changed(const std::string& resource) {
    const std::lock_guard lock(mutex);
    uncounted.insert(resource);
  }
  std::set<std::string> take_uncounted() {
    const std::lock_guard lock(mutex);
    return std::exchange(uncounted, {});
  }

  std::atomic<std::int64_t> feed_lag{0};
  std::mutex mutex;  // of the two below
  std::map<std::string, std::unique_ptr<std::mutex>> turns;
  std::set<std::string> uncounted;
};

}  // namespace citybrain::rail
