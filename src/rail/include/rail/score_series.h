// Quality of resources over time: today's scores kept as points, and read back as a series.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/room.h"

namespace citybrain::sql {
class Db;
}
namespace citybrain::catalog {
class Catalog;
}

namespace citybrain::rail {

class Rail;

// A resource's score as it stood last on a day of the city under a version of its entry; parts as
// in Score, in 1/100 percent.
struct ScorePoint {
  Timestamp at;
  std::int64_t version = 0;
  std::int64_t score = 0;
  std::int64_t completeness = 0;
  std::int64_t validity = 0;
  std::int64_t uniqueness = 0;
  std::int64_t consistency = 0;
  std::int64_t timeliness = 0;
  std::int64_t rows = 0;
  std::int64_t rows_open = 0;
};

// Thread-safe; what it is made of must outlive it. Always holds: one point a resource, day and
// version, so that a step that died and runs again writes the same points over.
class ScoreSeries {
 public:
  ScoreSeries(sql::Db& db, const catalog::Catalog& catalog, const Rail& rail, const Clock& clock)
      : db_(db), catalog_(catalog), rail_(rail), clock_(clock) {}

  // Keeps today's scores and forgets those of more than three years; true where more of them waits.
  Result<bool> step(std::stop_token stop);
  // The last `size` points of a resource, oldest first. not_found: no such resource.
  Result<std::vector<ScorePoint>> points(const std::string& resource, std::int64_t size) const;

 private:
  sql::Db& db_;
  const catalog::Catalog& catalog_;
  const Rail& rail_;
  const Clock& clock_;
};

// The room's job rail.score and its route of a series; all of them must outlive the room.
void add_score_series(Room& room, sql::Db& db, const catalog::Catalog& catalog, const Rail& rail,
                      const Clock& clock);

}  // namespace citybrain::rail
