// Checkpoints and receipts: see guard/receipt.h.
#include "guard/receipt.h"

#include <algorithm>

#include "base/text.h"

namespace citybrain::guard {
namespace {

constexpr std::string_view receipt_title = "c2sp.org/tlog-proof@v1";
constexpr std::size_t path_max = 64;

std::string base64_of(const Hash& hash) {
  return to_base64({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

Result<Hash> hash_from(std::string_view line) {
  CB_TRY(const std::string bytes, from_base64(line));
  Hash hash{};
  if (bytes.size() != hash.size()) {
    return invalid("'" + std::string(first_code_points(line, 60)) +
                   "' is not the base64 of a SHA-256 hash");
  }
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

// Decimal without a leading zero, as the formats demand.
Result<std::uint64_t> number_from(std::string_view line) {
  const auto number = parse_int(line);
  if (!number || *number < 0 || std::to_string(*number) != line) {
    return invalid("'" + std::string(first_code_points(line, 40)) + "' is no decimal number");
  }
  return static_cast<std::uint64_t>(*number);
}

// Takes the next line off; invalid where the text ends without one.
Result<std::string_view> next_line(std::string_view& rest, const char* what) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return invalid(std::string("the text ends before ") + what);
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string Checkpoint::text() const {
  return origin + '\n' + std::to_string(size) + '\n' + base64_of(root) + '\n';
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  Checkpoint checkpoint;
  CB_TRY(const std::string_view origin, next_line(text, "the checkpoint's origin"));
  if (origin.empty()) return invalid("the checkpoint names no origin");
  checkpoint.origin = origin;
  CB_TRY(const std::string_view size, next_line(text, "the checkpoint's size"));
  CB_TRY(checkpoint.size, number_from(size));
  CB_TRY(const std::string_view root, next_line(text, "the checkpoint's root"));
  CB_TRY(checkpoint.root, hash_from(root));
  while (!text.empty()) {
    CB_TRY(const std::string_view extension, next_line(text, "a newline"));
    if (extension.empty()) return invalid("the checkpoint has an empty line");
  }
  return checkpoint;
}

std::string Receipt::text() const {
  std::string out(receipt_title);
  if (!entry.empty()) out += "\nextra " + to_base64(entry);
  out += "\nindex " + std::to_string(index) + '\n';
  for (const Hash& hash : path) out += base64_of(hash) + '\n';
  return out + '\n' + checkpoint;
}

Result<Receipt> Receipt::parse(std::string_view text) {
  if (text.size() > bytes_max) {
    return invalid("a receipt of " + std::to_string(text.size()) + " bytes; at most " +
                   std::to_string(bytes_max));
  }
  Receipt receipt;
  CB_TRY(std::string_view line, next_line(text, "its title"));
  if (line != receipt_title) {
    return invalid("no receipt: its first line is not '" + std::string(receipt_title) + "'");
  }
  CB_TRY(line, next_line(text, "the index"));
  if (line.starts_with("extra ")) {
    CB_TRY(receipt.entry, from_base64(line.substr(6)));
    CB_TRY(line, next_line(text, "the index"));
  }
  if (!line.starts_with("index ")) return invalid("the receipt's line 'index N' is missing");
  CB_TRY(receipt.index, number_from(line.substr(6)));
  while (true) {
    CB_TRY(line, next_line(text, "the checkpoint"));
    if (line.empty()) break;
    if (receipt.path.size() == path_max) return invalid("a path of more than 64 hashes");
    CB_TRY(const Hash hash, hash_from(line));
    receipt.path.push_back(hash);
  }
  receipt.checkpoint = text;
  return receipt;
}

Result<VerifiedReceipt> verify_receipt(std::string_view text, std::span<const NoteKey> trusted,
                                       const Hash* leaf) {
  CB_TRY(const Receipt receipt, Receipt::parse(text));
  CB_TRY(const Note note, Note::parse(receipt.checkpoint));
  VerifiedReceipt verified;
  CB_TRY(verified.signers, verify_note(note, trusted));
  CB_TRY(verified.checkpoint, Checkpoint::parse(note.text));
  const auto by_log = [&](const Signer& signer) {
    return signer.key.kind == NoteKey::Kind::log && signer.key.name == verified.checkpoint.origin;
  };
  if (std::none_of(verified.signers.begin(), verified.signers.end(), by_log)) {
    return denied("the log '" + verified.checkpoint.origin + "' did not sign its checkpoint");
  }
  if (receipt.entry.empty() && leaf == nullptr) {
    return invalid("the receipt shows no entry; give the hash of the leaf it is about");
  }
  verified.leaf = receipt.entry.empty() ? *leaf : leaf_hash(receipt.entry);
  if (leaf != nullptr && verified.leaf != *leaf) {
    return denied("the receipt is for another entry: its hash is " + hex_of(verified.leaf));
  }
  verified.index = receipt.index;
  verified.entry = receipt.entry;
  CB_DO(verify_inclusion(verified.leaf, receipt.index, verified.checkpoint.size, receipt.path,
                         verified.checkpoint.root));
  return verified;
}

}  // namespace citybrain::guard
