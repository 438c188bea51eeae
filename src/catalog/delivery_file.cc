// DeliveryFile: see delivery_file.h.
#include "delivery_file.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/csv.h"
#include "base/ids.h"

namespace citybrain::catalog {

struct DeliveryFile::State {
  std::string path;
  int file = -1;
  std::int64_t bytes = 0;
  crypto_hash_sha256_state digest{};

  ~State() {
    if (file >= 0) ::close(file);
  }
  std::string part() const { return path + ".part"; }
  Error error(const char* what) const {
    return unavailable(std::string(what) + " '" + part() + "': " + std::strerror(errno));
  }
};

DeliveryFile::DeliveryFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
DeliveryFile::DeliveryFile(DeliveryFile&&) noexcept = default;
DeliveryFile::~DeliveryFile() = default;

Result<DeliveryFile> DeliveryFile::create(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failed);
  if (failed) return unavailable("cannot make the folder of '" + path + "': " + failed.message());
  state->file = ::open(state->part().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (state->file < 0) return state->error("cannot create");
  crypto_hash_sha256_init(&state->digest);
  return DeliveryFile(std::move(state));
}

std::int64_t DeliveryFile::bytes() const { return state_->bytes; }

Result<void> DeliveryFile::write(const std::string& text) {
  crypto_hash_sha256_update(&state_->digest, reinterpret_cast<const unsigned char*>(text.data()),
                            text.size());
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = ::write(state_->file, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return state_->error("cannot write");
    done += static_cast<std::size_t>(wrote);
  }
  state_->bytes += static_cast<std::int64_t>(text.size());
  return ok();
}

Result<void> DeliveryFile::header(const std::vector<std::string>& names) {
  std::string line = "\xEF\xBB\xBF";
  for (std::size_t i = 0; i < names.size(); ++i) line += (i > 0 ? "," : "") + csv_cell(names[i]);
  return write(line + "\r\n");
}

Result<void> DeliveryFile::rows(const Batch& batch) {
  std::string text;
  for (std::size_t row = 0; row < batch.rows; ++row) {
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
      if (i > 0) text += ',';
      text += csv_cell(to_text(batch.columns[i].cell_at(row)));
    }
    text += "\r\n";
  }
  return write(text);
}

Result<std::string> DeliveryFile::finish() {
  if (::fsync(state_->file) != 0) return state_->error("cannot sync");
  if (::rename(state_->part().c_str(), state_->path.c_str()) != 0) {
    return state_->error("cannot rename");
  }
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256_final(&state_->digest, reinterpret_cast<unsigned char*>(digest.data()));
  return to_hex(digest);
}

}  // namespace citybrain::catalog
