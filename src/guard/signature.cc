// HTTP message signatures: see guard/signature.h. The headers are structured fields (RFC 8941) of
// which only what RFC 9421 uses is read; everything else is refused.
#include "guard/signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>

#include <algorithm>
#include <memory>

#include "base/ids.h"
#include "base/text.h"
#include "guard/note.h"

namespace citybrain::guard {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Reads a structured field from left to right; each step takes what it names or says no.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  void blanks() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
  }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<std::string> key() {
    const auto is_first = [](char c) { return (c >= 'a' && c <= 'z') || c == '*'; };
    const auto is_next = [&](char c) {
      return is_first(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    };
    if (rest_.empty() || !is_first(rest_[0])) return std::nullopt;
    std::size_t n = 1;
    while (n < rest_.size() && is_next(rest_[n])) ++n;
    return taken(n);
  }
  std::optional<std::string> quoted() {
    if (!take('"')) return std::nullopt;
    std::string out;
    while (!rest_.empty()) {
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == '"') return out;
      if (c == '\\') {
        if (!rest_.starts_with('"') && !rest_.starts_with('\\')) return std::nullopt;
        out.push_back(rest_[0]);
        rest_.remove_prefix(1);
      } else if (c < ' ' || c > '~') {
        return std::nullopt;
      } else {
        out.push_back(c);
      }
    }
    return std::nullopt;
  }
  std::optional<std::int64_t> number() {
    std::size_t n = rest_.starts_with('-') ? 1 : 0;
    while (n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9') ++n;
    if (n > 15) return std::nullopt;
    return parse_int(taken(n));
  }
  // ":BASE64:"
  std::optional<std::string> bytes() {
    if (!take(':')) return std::nullopt;
    const auto end = rest_.find(':');
    if (end == std::string_view::npos) return std::nullopt;
    const auto decoded = from_base64(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return decoded ? std::optional(*decoded) : std::nullopt;
  }

 private:
  std::string taken(std::size_t n) {
    std::string out(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return out;
  }
  std::string_view rest_;
};

bool is_component(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '@' || c == '_';
  });
}

// `("@method" "date")`
bool read_components(FieldReader& reader, std::vector<std::string>& components) {
  if (!reader.take('(')) return false;
  while (true) {
    reader.blanks();
    if (reader.take(')')) return true;
    auto name = reader.quoted();
    const bool known = std::find(components.begin(), components.end(), name) != components.end();
    if (!name || !is_component(*name) || known) return false;
    if (components.size() == signature_components_max) return false;
    components.push_back(*std::move(name));
  }
}

// `;created=1;keyid="x"`
bool read_parameters(FieldReader& reader, SignatureClaim& claim) {
  while (reader.take(';')) {
    reader.blanks();
    const auto name = reader.key();
    if (!name || !reader.take('=')) return false;
    if (*name == "created" || *name == "expires") {
      const auto number = reader.number();
      if (!number || *number < 0) return false;
      (*name == "created" ? claim.created : claim.expires) = *number;
      continue;
    }
    auto text = reader.quoted();
    if (!text) return false;
    if (*name == "keyid") claim.key_id = *text;
    if (*name == "nonce") claim.nonce = *text;
    if (*name == "alg") claim.algorithm = *text;
  }
  return true;
}

Result<void> read_headers(std::string_view input, std::string_view signature,
                          SignatureClaim& claim) {
  const auto bad = [](const char* header) {
    return invalid(std::string("the header ") + header +
                   " is not that of one signature (RFC 9421 §4)");
  };
  FieldReader reader(input);
  reader.blanks();
  const auto label = reader.key();
  if (!label || !reader.take('=')) return bad("Signature-Input");
  const std::string_view from = reader.rest();
  if (!read_components(reader, claim.components) || !read_parameters(reader, claim)) {
    return bad("Signature-Input");
  }
  claim.parameters = from.substr(0, from.size() - reader.rest().size());
  reader.blanks();
  if (!reader.done()) return bad("Signature-Input");

  FieldReader second(signature);
  second.blanks();
  const auto same = second.key();
  if (same != label || !second.take('=')) return bad("Signature");
  const auto bytes = second.bytes();
  second.blanks();
  if (!bytes || !second.done()) return bad("Signature");
  claim.signature = *bytes;
  return ok();
}

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }
std::string_view query_of(std::string_view target) {
  const auto at = target.find('?');
  return at == std::string_view::npos ? std::string_view("?") : target.substr(at);
}

Result<std::string> component(const SignedMessage& message, const std::string& name) {
  if (name == "@method") return message.method;
  if (name == "@authority") return lower_ascii(message.authority);
  if (name == "@path") return std::string(path_of(message.target));
  if (name == "@query") return std::string(query_of(message.target));
  if (name == "@request-target") return message.target;
  if (name.starts_with('@')) return invalid("component '" + name + "' is not known here");
  if (auto value = message.header(name)) return std::string(trim(*value));
  return invalid("the signature covers '" + name + "', which the message does not have");
}

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

Key p256_key(std::string point) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  std::string group = "P-256";
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
    return nullptr;
  }
  return Key(key);
}

// The signature is r || s, 32 bytes each (RFC 9421 §3.3.4); OpenSSL wants DER.
bool p256_signed(const std::string& point, std::string_view message, std::string_view signature) {
  const Key key = p256_key(point);
  if (!key || signature.size() != 64) return false;
  const EcdsaSignature parts(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes_of(signature), 32, nullptr);
  BIGNUM* s = BN_bin2bn(bytes_of(signature) + 32, 32, nullptr);
  if (!parts || r == nullptr || s == nullptr || ECDSA_SIG_set0(parts.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return false;
  }
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts.get(), &der);
  const DigestContext context(EVP_MD_CTX_new());
  const bool good =
      size > 0 && context &&
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(size), bytes_of(message),
                       message.size()) == 1;
  OPENSSL_free(der);
  return good;
}

constexpr std::string_view ed25519_name = "ed25519";
constexpr std::string_view p256_name = "ecdsa-p256-sha256";

}  // namespace

std::string key_text(const SystemKey& key) {
  const std::string_view kind = key.kind == KeyKind::ed25519 ? ed25519_name : p256_name;
  return std::string(kind) + ':' + to_base64(key.key);
}

Result<SystemKey> system_key_from(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view kind = text.substr(0, colon);
  if (colon == std::string_view::npos || (kind != ed25519_name && kind != p256_name)) {
    return invalid("'" + std::string(first_code_points(text, 40)) +
                   "' is no key; write ed25519:BASE64 or ecdsa-p256-sha256:BASE64");
  }
  SystemKey key;
  key.kind = kind == ed25519_name ? KeyKind::ed25519 : KeyKind::ecdsa_p256_sha256;
  CB_TRY(key.key, from_base64(text.substr(colon + 1)));
  const bool whole = key.kind == KeyKind::ed25519
                         ? key.key.size() == 32
                         : key.key.size() == 65 && key.key[0] == 0x04 && p256_key(key.key);
  if (!whole) {
    return invalid("the key is not " + std::string(key.kind == KeyKind::ed25519
                                                       ? "32 bytes of Ed25519"
                                                       : "a point of P-256 (0x04, x, y)"));
  }
  return key;
}

Result<SignatureClaim> read_signature(const SignedMessage& message) {
  const auto input = message.header("signature-input");
  const auto signature = message.header("signature");
  if (!input || !signature) {
    return invalid("a signed request has the headers Signature-Input and Signature");
  }
  if (input->size() > signature_header_bytes_max || signature->size() > signature_header_bytes_max)
    return invalid("the headers of the signature are too long");
  SignatureClaim claim;
  CB_DO(read_headers(*input, *signature, claim));
  return claim;
}

Result<void> check_coverage(const SignatureClaim& claim, const SignedMessage& message) {
  const auto covers = [&](std::string_view name) {
    return std::find(claim.components.begin(), claim.components.end(), name) !=
           claim.components.end();
  };
  const bool target = covers("@request-target") || (covers("@path") && covers("@query"));
  for (const std::string_view name : {"@method", "@authority"}) {
    if (!covers(name)) return denied("the signature does not cover '" + std::string(name) + "'");
  }
  if (!target) return denied("the signature does not cover '@path' and '@query'");
  if (message.body.empty()) return ok();
  if (!covers("content-digest")) return denied("the signature does not cover 'content-digest'");
  const auto given = message.header("content-digest");
  if (!given || *given != content_digest(message.body)) {
    return denied("the header Content-Digest is not the sha-256 of the body");
  }
  return ok();
}

Result<std::string> signature_base(const SignatureClaim& claim, const SignedMessage& message) {
  std::string base;
  for (const std::string& name : claim.components) {
    CB_TRY(const std::string value, component(message, name));
    base += '"' + name + "\": " + value + '\n';
  }
  return base + "\"@signature-params\": " + claim.parameters;
}

Result<void> verify_signature(const SignatureClaim& claim, const SignedMessage& message,
                              const SystemKey& key) {
  const bool ed25519 = key.kind == KeyKind::ed25519;
  if (!claim.algorithm.empty() && claim.algorithm != (ed25519 ? ed25519_name : p256_name)) {
    return denied("the key '" + claim.key_id + "' is not for the algorithm '" + claim.algorithm +
                  "'");
  }
  CB_TRY(const std::string base, signature_base(claim, message));
  const bool good = ed25519
                        ? claim.signature.size() == crypto_sign_BYTES &&
                              crypto_sign_verify_detached(bytes_of(claim.signature), bytes_of(base),
                                                          base.size(), bytes_of(key.key)) == 0
                        : p256_signed(key.key, base, claim.signature);
  if (good) return ok();
  return denied("the signature is not by the key '" + claim.key_id + "'");
}

std::string content_digest(std::string_view body) {
  return "sha-256=:" + to_base64(sha256(body)) + ":";
}

Result<SignatureHeaders> sign_message(const SignedMessage& message,
                                      const std::vector<std::string>& components,
                                      std::string_view key_id, std::string_view seed,
                                      std::int64_t created, std::string_view nonce) {
  if (seed.size() != crypto_sign_SEEDBYTES) return invalid("a seed of Ed25519 has 32 bytes");
  SignatureClaim claim;
  claim.components = components;
  std::vector<std::string> quoted;
  for (const std::string& name : components) quoted.push_back('"' + name + '"');
  claim.parameters = "(" + join(quoted, " ") + ");created=" + std::to_string(created) +
                     ";keyid=\"" + std::string(key_id) + "\";nonce=\"" + std::string(nonce) +
                     "\";alg=\"ed25519\"";
  CB_TRY(const std::string base, signature_base(claim, message));
  std::string public_key(crypto_sign_PUBLICKEYBYTES, '\0');
  std::string secret(crypto_sign_SECRETKEYBYTES, '\0');
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(public_key.data()),
                           reinterpret_cast<unsigned char*>(secret.data()), bytes_of(seed));
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, bytes_of(base),
                       base.size(), bytes_of(secret));
  sodium_memzero(secret.data(), secret.size());
  return SignatureHeaders{"sig1=" + claim.parameters, "sig1=:" + to_base64(signature) + ":"};
}

}  // namespace citybrain::guard
