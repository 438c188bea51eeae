// PgStream: see postgres_stream.h. Messages: "Streaming Replication Protocol" of PostgreSQL's
// manual, chapter 55.4.
#include "postgres_stream.h"

#include <poll.h>

#include <atomic>

namespace citybrain::capture {
namespace {

using Time = std::chrono::steady_clock;
constexpr std::chrono::milliseconds beat_every{1'000};
// Without any sign of life for so long the connection is given up; beats ask for an answer.
constexpr std::chrono::seconds silence_max{60};
constexpr std::int64_t epoch_2000_us = 946'684'800'000'000;

struct FreeBuffer {
  void operator()(char* buffer) const { PQfreemem(buffer); }
};

std::uint64_t number_at(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void put_number(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xFFU));
  }
}

class PgStream final : public Stream {
 public:
  PgStream(PgLink link, std::uint64_t lsn, PgOutput reader)
      : link_(std::move(link)), reader_(std::move(reader)), received_(lsn), confirmed_(lsn) {}

  Result<void> next(std::vector<Change>& out, std::size_t bytes_max,
                    std::chrono::milliseconds wait) override;
  Result<void> beat() override { return status(false); }
  void confirm(const std::string& position) override {
    const auto lsn = lsn_from_text(position);
    CB_CHECK(lsn.has_value());
    if (*lsn > confirmed_.load()) confirmed_ = *lsn;
  }

 private:
  Result<void> status(bool ask);
  Result<void> take(std::string_view message, std::vector<Change>& out);
  Result<void> await(std::chrono::milliseconds wait);
  Error ended();

  PgLink link_;
  PgOutput reader_;
  std::uint64_t received_;
  std::uint64_t server_at_ = 0;  // how far the server has read its log
  std::uint64_t told_idle_ = 0;
  std::atomic<std::uint64_t> confirmed_;
  Time::time_point beaten_ = Time::now() - beat_every;
  Time::time_point heard_ = Time::now();
};

// Standby status update: what we received, what is safe, what is applied.
Result<void> PgStream::status(bool ask) {
  beaten_ = Time::now();
  const std::uint64_t safe = confirmed_;
  std::string message = "r";
  put_number(message, std::max(received_, safe));
  put_number(message, safe);
  put_number(message, safe);
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  put_number(message, static_cast<std::uint64_t>(now.count() - epoch_2000_us));
  message.push_back(ask ? 1 : 0);
  if (PQputCopyData(link_.get(), message.data(), static_cast<int>(message.size())) != 1 ||
      PQflush(link_.get()) < 0) {
    return link_.lost();
  }
  return ok();
}

Result<void> PgStream::take(std::string_view message, std::vector<Change>& out) {
  heard_ = Time::now();
  if (message.empty()) return corrupt("an empty message of replication");
  if (message[0] == 'w' && message.size() >= 25) {
    received_ = std::max(received_, number_at(message, 1));
    return reader_.read(message.substr(25), out);
  }
  if (message[0] == 'k' && message.size() == 18) {
    server_at_ = std::max(server_at_, number_at(message, 1));
    if (message[17] != 0) return status(false);
    return ok();
  }
  return corrupt("a message of replication of kind '" + std::string(1, message[0]) + "' and " +
                 std::to_string(message.size()) + " bytes");
}

Error PgStream::ended() {
  const PgAnswer answer(PQgetResult(link_.get()));
  if (answer && PQresultStatus(answer.get()) == PGRES_FATAL_ERROR) {
    return pg_failure(answer.get());
  }
  return unavailable("PostgreSQL ended the stream; it is shutting down, or was told to");
}

Result<void> PgStream::await(std::chrono::milliseconds wait) {
  pollfd ready{PQsocket(link_.get()), POLLIN, 0};
  ::poll(&ready, 1, static_cast<int>(wait.count()));
  if (PQconsumeInput(link_.get()) != 1) return link_.lost();
  return ok();
}

Result<void> PgStream::next(std::vector<Change>& out, std::size_t bytes_max,
                            std::chrono::milliseconds wait) {
  const Time::time_point until = Time::now() + wait;
  const std::size_t had = out.size();
  std::size_t bytes = 0;
  for (;;) {
    if (Time::now() - beaten_ >= beat_every) CB_DO(status(true));
    char* raw = nullptr;
    const int length = PQgetCopyData(link_.get(), &raw, 1);
    const std::unique_ptr<char, FreeBuffer> buffer(raw);
    if (length == -1) return ended();
    if (length == -2) return link_.lost();
    if (length > 0) {
      CB_DO(take({raw, static_cast<std::size_t>(length)}, out));
      bytes += static_cast<std::size_t>(length);
      if (bytes >= bytes_max) return ok();
      continue;
    }
    // Nothing waits. Outside a transaction everything up to server_at_ has been sent to us.
    if (!reader_.in_transaction() && server_at_ > std::max(told_idle_, received_)) {
      Change idle;
      idle.kind = Change::Kind::idle;
      idle.position = lsn_text(server_at_);
      told_idle_ = server_at_;
      out.push_back(std::move(idle));
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Time::now());
    if (out.size() > had || left.count() <= 0) return ok();
    if (Time::now() - heard_ > silence_max) {
      return unavailable("PostgreSQL has been silent for a minute; the connection is given up");
    }
    CB_DO(await(std::min(left, beat_every)));
  }
}

}  // namespace

Result<std::unique_ptr<Stream>> pg_stream(PgLink link, const std::string& slot,
                                          const std::string& publication, std::uint64_t lsn,
                                          PgOutput reader) {
  CB_DO(link.run("START_REPLICATION SLOT " + pg_name(slot) + " LOGICAL " + lsn_to_pg(lsn) +
                 " (proto_version '1', publication_names " + pg_literal(pg_name(publication)) +
                 ")"));
  return std::unique_ptr<Stream>(
      std::make_unique<PgStream>(std::move(link), lsn, std::move(reader)));
}

}  // namespace citybrain::capture
