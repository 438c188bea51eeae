// DeliveryFile: rows of a delivery as CSV (UTF-8 with the mark that spreadsheet programs look for),
// written beside its place and renamed when it is whole and synced.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/schema.h"

namespace citybrain::catalog {

// Owned by its maker, used by one thread. One that is not finished leaves only a .part behind,
// which the next try overwrites.
class DeliveryFile {
 public:
  static Result<DeliveryFile> create(const std::string& path);
  DeliveryFile(DeliveryFile&&) noexcept;
  ~DeliveryFile();

  Result<void> header(const std::vector<std::string>& names);
  Result<void> rows(const Batch& batch);
  // Hex SHA-256 of the whole file, which then is in its place.
  Result<std::string> finish();
  std::int64_t bytes() const;

 private:
  struct State;
  explicit DeliveryFile(std::unique_ptr<State> state);
  Result<void> write(const std::string& text);
  std::unique_ptr<State> state_;
};

}  // namespace citybrain::catalog
