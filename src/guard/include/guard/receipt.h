// Receipt: that an entry is in the audit log, for anyone who holds only the log's public key. A
// checkpoint is the log's signed head (C2SP tlog-checkpoint), a receipt an entry, its path and a
// checkpoint in one text (C2SP tlog-proof v1). Pure functions, no store and no network.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "guard/merkle.h"
#include "guard/note.h"

namespace citybrain::guard {

struct Checkpoint {
  std::string origin;  // names the log
  std::uint64_t size = 0;
  Hash root{};

  // The text that is signed: three lines.
  std::string text() const;
  // Refuses a text that is not exactly that; extension lines are allowed and ignored.
  static Result<Checkpoint> parse(std::string_view text);
};

struct Receipt {
  static constexpr std::size_t bytes_max = 256 << 10;

  std::uint64_t index = 0;
  std::vector<Hash> path;
  std::string entry;       // what is hashed; "" = the receipt shows only the proof
  std::string checkpoint;  // the signed note

  std::string text() const;
  static Result<Receipt> parse(std::string_view text);
};

struct VerifiedReceipt {
  Checkpoint checkpoint;
  std::uint64_t index = 0;
  Hash leaf{};
  std::string entry;
  std::vector<Signer> signers;
};

// Does a trusted log key vouch for a tree that holds the entry? `leaf` is needed where the receipt
// shows no entry. The error says which part does not fit.
Result<VerifiedReceipt> verify_receipt(std::string_view text, std::span<const NoteKey> trusted,
                                       const Hash* leaf = nullptr);

}  // namespace citybrain::guard
