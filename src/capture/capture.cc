// Capture: names of changes, and the choice of a driver.
#include "capture/capture.h"

#include "mariadb_source.h"
#include "odbc_source.h"
#include "postgres_source.h"

namespace citybrain::capture {

const char* name_of(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::begin: return "begin";
    case Change::Kind::insert: return "insert";
    case Change::Kind::update: return "update";
    case Change::Kind::remove: return "remove";
    case Change::Kind::truncate: return "truncate";
    case Change::Kind::shape: return "shape";
    case Change::Kind::commit: return "commit";
    case Change::Kind::idle: return "idle";
  }
  return "?";
}

Result<std::unique_ptr<Source>> open(Settings settings) {
  if (settings.kind == "postgres") return open_postgres(std::move(settings));
  if (settings.kind == "mariadb") return open_mariadb(std::move(settings));
  if (settings.kind == "odbc") return open_odbc(std::move(settings));
  return invalid("kind '" + settings.kind +
                 "' of a source is unknown; write postgres, mariadb or odbc");
}

}  // namespace citybrain::capture
