// One run over one file: reading and checking in one thread, landing in the caller's.
#pragma once

#include <string>

#include "batch_queue.h"
#include "plan.h"
#include "quarantine_table.h"
#include "rail_state.h"

namespace citybrain::rail {

// Finds or makes the source's row for the file as it lies there: goes on with a known one, begins a
// new generation where the file is another one. `fresh` is false where it is complete already.
struct Opened {
  SourceRow source;
  bool complete = false;
};
// What reading a workbook needs to know; refers to the resource.
SourceHints hints_of(const catalog::Resource& resource, const IngestOptions& options);
Result<Opened> open_source(RailState& rail, const std::string& path, const std::string& resource,
                           const IngestOptions& options);

// References looked up by key in the lake.
FindMissing missing_in(lake::Lake& lake);

// Owner: the call of ingest(); used once.
class Ingest {
 public:
  Ingest(RailState& rail, const IngestOptions& options, const ProgressCallback& progress)
      : rail_(rail), options_(options), progress_(progress) {}

  Result<IngestReport> run(const std::string& path, const std::string& resource);

 private:
  Result<void> read_and_land();
  Result<void> land_all(BatchQueue& queue);
  Result<void> land(const CheckedBatch& batch);
  Result<void> land_keyed(const CheckedBatch& batch, SourceRow& after);
  Result<void> land_append(const CheckedBatch& batch, SourceRow& after);
  Result<void> note_bad(sql::Tx& tx, const CheckedBatch& batch, const SourceRow& after,
                        const std::vector<std::string>& corrected);
  Result<void> open_reader(const Position& from);
  Result<void> finish();
  Result<void> tell_catalog();
  Error refused(const Error& error, const char* state);
  void count(const CheckedBatch& batch);

  RailState& rail_;
  const IngestOptions& options_;
  const ProgressCallback& progress_;
  Plan plan_;
  SourceRow source_;
  std::string landed_;  // the lake's position of the source
  bool first_ = true;   // no batch landed in this run yet
  std::unique_ptr<BatchReader> reader_;
  OpenKeys open_keys_;
  IngestReport report_;
};

}  // namespace citybrain::rail
