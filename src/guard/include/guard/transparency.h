// Transparency: what makes the audit log provable to outsiders. It signs heads (checkpoints), has
// them cosigned by witnesses, gives receipts and tiles, and is itself a witness of other logs
// (C2SP tlog-checkpoint, tlog-proof, tlog-tiles, tlog-witness).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "guard/audit.h"
#include "guard/receipt.h"

namespace citybrain::guard {

// POSTs a text to a witness; what it answered. The adapter is in cli: guard opens no socket.
struct WitnessAnswer {
  int status = 0;
  std::string body;
};
using AskWitness = std::function<Result<WitnessAnswer>(const std::string& url, std::string body)>;

struct Witness {
  NoteKey key;
  std::string url;  // its submission prefix; "/add-checkpoint" is appended
  std::uint64_t seen_size = 0;
  std::string problem;  // why the last head was not cosigned; "" = it was
};

// Owner: Guard. Thread-safe. Always true: a head is signed only after its entries are durable, so
// two heads it signed are consistent unless the store itself was set back, which a witness sees.
class Transparency {
 public:
  static constexpr std::size_t checkpoints_kept_max = 1000;
  static constexpr std::size_t witnesses_max = 16;
  static constexpr std::uint64_t tile_width = 256;

  // `origin`: "" = "citybrain/" and the first digits of the public key's digest.
  Transparency(sql::Db& db, AuditLog& log, const Clock& clock, Random& random, std::string origin);
  ~Transparency();

  // Makes the keys where there are none; after the log is open.
  Result<void> open();
  const NoteKey& log_key() const;
  const NoteKey& witness_key() const;

  // The log as it is now, signed.
  Result<std::string> sign_head() const;
  // Stores the head as a checkpoint if the log grew, and asks the witnesses to cosign it; one that
  // cannot be reached is asked again at the next head. True where something was published.
  Result<bool> publish(const AskWitness& ask);
  // The newest published checkpoint with its cosignatures; the head now where there is none.
  Result<std::string> checkpoint() const;

  // Of an entry, on the newest published checkpoint that holds it, else on the head now.
  Result<Receipt> receipt(std::uint64_t index, bool with_entry) const;

  // Hashes [index·256, +width) of a level, 32 bytes each; not_found beyond the tree. Width 1..256.
  Result<std::string> tile(int level, std::uint64_t index, std::uint64_t width) const;
  // The same entries as texts, each behind its length in two bytes.
  Result<std::string> entries(std::uint64_t index, std::uint64_t width) const;

  Result<void> add_witness(std::string_view key, std::string_view url);
  Result<void> drop_witness(std::string_view name);
  Result<std::vector<Witness>> witnesses() const;

  // --- as a witness of others
  Result<void> watch(std::string_view key);
  // The call add-checkpoint: status, content type and body as tlog-witness demands.
  struct Cosigned {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
  };
  Result<Cosigned> add_checkpoint(std::string_view body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace citybrain::guard
