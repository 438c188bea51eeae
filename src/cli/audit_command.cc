// citybrain audit …: what a third party runs to check a receipt, with the log's public key alone;
// and the whole log, for the bureau itself.
#include "audit_command.h"

#include <fstream>
#include <iostream>
#include <sstream>

#include "args.h"
#include "base/json.h"
#include "commands.h"
#include "guard/guard.h"
#include "guard/receipt.h"

namespace citybrain::cli {
namespace {

constexpr std::size_t file_bytes_max = 64 << 20;

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return not_found("no file '" + path + "'");
  std::ostringstream text;
  text << file.rdbuf();
  if (text.str().size() > file_bytes_max) return invalid("'" + path + "' is larger than 64 MB");
  return text.str();
}

// A key given as text, or as the file that holds it.
Result<guard::NoteKey> key_of(const std::string& given) {
  if (given.find('+') != std::string::npos) return guard::NoteKey::parse(given);
  CB_TRY(std::string text, read_file(given));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return guard::NoteKey::parse(text);
}

// Is the saved answer of a read the one that the entry commits to?
Result<void> check_answer(const json::object& entry, const std::string& path) {
  CB_TRY(const std::string text, read_file(path));
  CB_TRY(const json::value answer, parse_json(text));
  const json::value* rows = answer.is_object() ? answer.as_object().if_contains("rows") : nullptr;
  const json::value* audit = answer.is_object() ? answer.as_object().if_contains("audit") : nullptr;
  const json::value* salt =
      audit && audit->is_object() ? audit->as_object().if_contains("salt") : nullptr;
  if (!rows || !rows->is_array() || !salt || !salt->is_string()) {
    return invalid("'" + path + "' is no saved answer: it lacks rows and audit.salt");
  }
  const json::value* details = entry.if_contains("details");
  const json::value* digest =
      details && details->is_object() ? details->as_object().if_contains("answer") : nullptr;
  if (!digest || !digest->is_string()) return invalid("the receipt's entry is of no read");
  if (guard::answer_digest(rows->as_array(), std::string(salt->as_string())) !=
      std::string(digest->as_string())) {
    return denied("the answer in '" + path + "' is not the one that was given");
  }
  std::cout << "answer    is the one that was given, " << rows->as_array().size() << " rows\n";
  return ok();
}

Result<void> verify_receipt_file(const Args& args) {
  if (args.get("key").empty()) return invalid("--key is missing; give the log's verifier key");
  std::vector<guard::NoteKey> trusted;
  CB_TRY(guard::NoteKey key, key_of(args.get("key")));
  trusted.push_back(std::move(key));
  if (!args.get("cosigner").empty()) {
    CB_TRY(guard::NoteKey cosigner, key_of(args.get("cosigner")));
    trusted.push_back(std::move(cosigner));
  }
  CB_TRY(const std::string text, read_file(args.get("receipt")));
  CB_TRY(const guard::VerifiedReceipt receipt, guard::verify_receipt(text, trusted));
  if (receipt.signers.size() < trusted.size()) {
    return denied("'" + trusted.back().name + "' did not cosign the checkpoint");
  }
  std::cout << "log       " << receipt.checkpoint.origin << "\nentry     " << receipt.index
            << " of " << receipt.checkpoint.size << "\n";
  for (const guard::Signer& signer : receipt.signers) {
    std::cout << "signed    " << signer.key.name;
    if (signer.at.us > 0) std::cout << " at " << to_iso(signer.at);
    std::cout << '\n';
  }
  CB_TRY(const json::value entry, parse_json(receipt.entry));
  if (!entry.is_object()) return corrupt("the receipt's entry is no JSON object");
  if (!args.get("answer").empty()) CB_DO(check_answer(entry.as_object(), args.get("answer")));
  std::cout << json::serialize(entry) << std::endl;
  return ok();
}

Result<void> run(const std::vector<std::string>& words) {
  CB_TRY(const Args args,
         Args::parse(words, {{"data", "var/city", "the city's data folder"},
                             {"receipt", "", "a file .tlog-proof"},
                             {"key", "", "the log's verifier key, or a file that holds it"},
                             {"cosigner", "", "a witness's key that must have cosigned"},
                             {"answer", "", "the saved answer that the entry is about"}}));
  if (args.words() != std::vector<std::string>{"verify"}) {
    return invalid("usage: citybrain audit verify [--data DIR | --receipt FILE --key KEY]");
  }
  if (!args.get("receipt").empty()) return verify_receipt_file(args);
  return run_command({"verify", "--data", args.get("data")});
}

}  // namespace

Command audit_command() {
  return {"audit",
          "audit verify [--data DIR]\n"
          "       citybrain audit verify --receipt FILE --key KEY [--cosigner KEY] [--answer FILE]",
          "verify the audit log, or a receipt with its public key alone", run};
}

}  // namespace citybrain::cli
