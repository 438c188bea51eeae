// What the tests of captured sources share: a city, a foreign server, and waiting for the two to be
// equal.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "capture/testing.h"
#include "rail/captures.h"
#include "sql/testing.h"
#include "testing.h"

namespace citybrain::rail {

struct CaptureCity {
  CaptureCity(const std::string& url, const std::string& dir, CaptureOptions options = {})
      : city(url, dir) {
    options.dir = dir;
    if (options.retry_ms == 500) options.retry_ms = 50;
    auto opened = Captures::open(*city.rail, options);
    CB_CHECK(opened.has_value());
    captures = std::move(*opened);
  }
  ~CaptureCity() { captures.reset(); }

  // The wizard's way: propose, enter, add. Resources are named by the proposal; returns them.
  std::vector<std::string> connect(const std::string& name, const Connection& at,
                                   const std::vector<std::string>& tables) {
    const auto proposed = captures->propose(at, tables, "dsj", "");
    if (!proposed) ADD_FAILURE() << proposed.error().message;
    std::vector<TableChoice> choices;
    std::vector<std::string> out;
    for (const json::value& value : *proposed) {
      const json::object& one = value.as_object();
      TableChoice choice;
      choice.table = one.at("table").as_string();
      choice.resource = one.at("entry").at("code").as_string();
      for (const auto& column : one.at("columns").as_object()) {
        choice.columns[column.key()] = column.value().as_string();
      }
      const auto entered = captures->enter(at, choice.table, one.at("entry").as_object(),
                                           choice.columns, "dsj", "", "test");
      if (!entered) ADD_FAILURE() << entered.error().message;
      out.push_back(choice.resource);
      choices.push_back(std::move(choice));
    }
    const auto added = captures->add(name, at, "dsj", "", choices, "test");
    if (!added) ADD_FAILURE() << added.error().message;
    return out;
  }

  std::string state(const std::string& name) {
    const auto one = captures->find(name);
    return one ? one->state : one.error().message;
  }
  bool wait_state(const std::string& name, const std::string& wanted, int seconds = 30) {
    return wait([&] { return state(name) == wanted; }, seconds);
  }
  template <class Fn>
  bool wait(Fn done, int seconds = 30) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (std::chrono::steady_clock::now() < until) {
      EXPECT_TRUE(captures->supervise({}).has_value());
      if (done()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return done();
  }

  // All rows, cells joined by '|', sorted.
  std::vector<std::string> rows(const std::string& resource) {
    std::vector<std::string> out;
    EXPECT_TRUE(city.lake->look([&](lake::RowsView& view) -> Result<void> {
      CB_TRY(const Batch all, view.get_prefix(resource, {}, 10'000'000));
      for (std::size_t i = 0; i < all.rows; ++i) {
        std::string line;
        const std::vector<Cell> cells = all.row(i);
        for (std::size_t c = 0; c < cells.size(); ++c) {
          line += (c > 0 ? "|" : "") + (is_null(cells[c]) ? "<null>" : to_text(cells[c]));
        }
        out.push_back(std::move(line));
      }
      return ok();
    }));
    std::sort(out.begin(), out.end());
    return out;
  }

  City city;
  std::unique_ptr<Captures> captures;
};

// The same of a table over there; `columns` in the items' order.
inline std::vector<std::string> foreign_rows(const capture::ForeignServer& server,
                                             const std::string& table, const std::string& columns) {
  std::string list;
  std::string rest = columns;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string column = rest.substr(0, comma);
    list += (list.empty() ? "" : ", ") + ("coalesce(" + column + "::text, '<null>')");
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
  }
  auto out = server.ask("SELECT concat_ws('|', " + list + ") FROM " + table);
  std::sort(out.begin(), out.end());
  return out;
}

inline Connection postgres_at(const std::string& address) {
  return {"postgres", address, "", "", ""};
}

}  // namespace citybrain::rail
