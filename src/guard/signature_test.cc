// Signed requests of systems: the RFC's example, what must be covered, keys that change, replays.
#include "guard/signature.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "door_test.h"
#include "guard/note.h"
#include "totp.h"

namespace citybrain::guard {
namespace {

using Headers = std::map<std::string, std::string, std::less<>>;

SignedMessage message_of(const Headers& headers, std::string_view body,
                         const std::string& target = "/api/x?y=1", const char* method = "POST") {
  return {method, target, "Example.com",
          [&headers](std::string_view name) -> std::optional<std::string> {
            const auto found = headers.find(name);
            return found == headers.end() ? std::nullopt : std::optional(found->second);
          },
          body};
}

// RFC 9421 B.2.6: key, base and signature as printed there.
TEST(Signature, TheRfcsExampleVerifies) {
  const SystemKey key{KeyKind::ed25519,
                      from_base64("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=").value()};
  const Headers headers = {
      {"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
      {"content-type", "application/json"},
      {"content-length", "18"},
      {"signature-input",
       R"(sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519")"},
      {"signature",
       "sig-b26=:"
       "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKR"
       "Cw==:"}};
  const SignedMessage message = message_of(headers, "", "/foo?param=Value&Pet=dog");
  const SignatureClaim claim = read_signature(message).value();
  EXPECT_EQ(claim.key_id, "test-key-ed25519");
  EXPECT_EQ(claim.created, 1618884473);
  const auto verified = verify_signature(claim, message, key);
  EXPECT_TRUE(verified) << verified.error().message;
  SignedMessage other = message;
  other.authority = "example.org";
  EXPECT_EQ(verify_signature(claim, other, key).error().code, Code::denied);
}

TEST(Signature, P256VerifiesAndRefuses) {
  EVP_PKEY* pair = EVP_EC_gen("P-256");
  ASSERT_NE(pair, nullptr);
  std::string point(65, '\0');
  std::size_t size = 0;
  ASSERT_EQ(EVP_PKEY_get_octet_string_param(pair, "encoded-pub-key",
                                            reinterpret_cast<unsigned char*>(point.data()),
                                            point.size(), &size),
            1);
  ASSERT_EQ(size, 65U);
  const SystemKey key{KeyKind::ecdsa_p256_sha256, point};
  EXPECT_EQ(system_key_from(key_text(key))->key, point);

  Headers headers = {{"signature-input", R"(s=("@method" "@authority");created=1;keyid="k")"},
                     {"signature", "s=:" + to_base64(std::string(64, 'x')) + ":"}};
  const SignedMessage message = message_of(headers, "");
  SignatureClaim claim = read_signature(message).value();
  EXPECT_EQ(verify_signature(claim, message, key).error().code, Code::denied);
  const std::string base = signature_base(claim, message).value();
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::string der(80, '\0');
  size = der.size();
  const auto* text = reinterpret_cast<const unsigned char*>(base.data());
  ASSERT_EQ(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, pair), 1);
  ASSERT_EQ(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(der.data()), &size, text,
                           base.size()),
            1);
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* parts = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size));
  claim.signature.assign(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(claim.signature.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(parts), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(parts), out + 32, 32);
  const auto verified = verify_signature(claim, message, key);
  EXPECT_TRUE(verified) << verified.error().message;
  claim.signature[5] ^= 1;
  EXPECT_FALSE(verify_signature(claim, message, key));
  ECDSA_SIG_free(parts);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(pair);
}

TEST(Signature, HeadersThatAreNotOneSignatureAreRefused) {
  const std::string good = R"(s=("@method");created=1;keyid="k")";
  const std::string bytes = "s=:AAAA:";
  const auto reads = [](const std::string& input, const std::string& signature) {
    const Headers headers = {{"signature-input", input}, {"signature", signature}};
    return read_signature(message_of(headers, "")).has_value();
  };
  EXPECT_TRUE(reads(good, bytes));
  for (const std::string bad :
       {"", "s", "s=", "s=()x", R"(s=("@method")", R"(s=("@method" "@method");keyid="k")",
        R"(s=("@method";sf);keyid="k")", R"(s=("METHOD");keyid="k")", R"(s=("@method");created=-1)",
        R"(s=("@method");created=99999999999999999999)", R"(s=("@method");keyid=k)",
        R"(s=("@method");keyid="k", t=("@method");keyid="k")"}) {
    EXPECT_FALSE(reads(bad, bytes)) << bad;
  }
  for (const std::string bad : {"", "t=:AAAA:", "s=AAAA", "s=:A:", "s=:AAAA:, t=:AAAA:"}) {
    EXPECT_FALSE(reads(good, bad)) << bad;
  }
}

struct Systems : Door {
  const std::string seed = std::string(32, 's');
  SystemKey key;
  std::string key_id;
  Headers headers;
  std::string body = R"({"a":1})";

  Systems(const std::string& url, const std::string& folder) : Door(url, folder) {
    guard()
        .identity()
        .load_accounts(
            "login,kind,name,department,subject,roles\nhub,system,汇聚节点,dsj,,\n"
            "wang,staff,王芳,rsj,,\n",
            "citybrain-demo")
        .value();
    key = key_of(seed);
    key_id = guard().identity().add_system_key("hub", key, 0)->id;
  }
  static SystemKey key_of(const std::string& seed) {
    return {KeyKind::ed25519,
            std::string(reinterpret_cast<const char*>(
                            NoteSigner::from_seed("k", seed, NoteKey::Kind::log)->key().key.data()),
                        32)};
  }
  std::int64_t now() { return clock.now().us / 1'000'000; }
  // Signs with `seed_of` and asks who it is: the name, or the refusal.
  std::string ask(const std::string& nonce, std::int64_t created, const std::string& seed_of,
                  const std::string& id,
                  std::vector<std::string> covered = {"@method", "@authority", "@path", "@query",
                                                      "content-digest"}) {
    headers = {{"content-digest", content_digest(body)}};
    const SignedMessage message = message_of(headers, body);
    const auto made = sign_message(message, covered, id, seed_of, created, nonce).value();
    headers["signature-input"] = made.input;
    headers["signature"] = made.signature;
    return send(message);
  }
  std::string send(const SignedMessage& message) {
    const auto who = guard().identity().authenticate(message);
    return who ? who->name : who.error().message;
  }
};

TEST(Signature, SystemsAreKnownByTheirKeysOnce) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Systems s(url, stores.dir());
    const auto refused = [](const std::string& got, const char* why) {
      EXPECT_NE(got.find(why), std::string::npos) << got;
    };
    EXPECT_EQ(s.ask("nonce-0001", s.now(), s.seed, s.key_id), "汇聚节点");
    refused(s.send(message_of(s.headers, s.body)), "sent before");
    refused(s.ask("nonce-0001", s.now() + 1, s.seed, s.key_id), "sent before");
    refused(s.ask("nonce-0002", s.now() - 301, s.seed, s.key_id), "too old");
    refused(s.ask("nonce-0003", s.now() + 301, s.seed, s.key_id), "of the future");
    refused(s.ask("short", s.now(), s.seed, s.key_id), "nonce of 8");
    refused(s.ask("nonce-0004", s.now(), std::string(32, 'x'), s.key_id), "not by the key");
    refused(s.ask("nonce-0005", s.now(), s.seed, "key-unknown"), "no valid key");
    refused(s.ask("nonce-0006", s.now(), s.seed, s.key_id, {"@method", "@authority"}),
            "'@path' and '@query'");
    refused(s.ask("nonce-0007", s.now(), s.seed, s.key_id, {"@method", "@path", "@query"}),
            "'@authority'");
    refused(s.ask("nonce-0008", s.now(), s.seed, s.key_id,
                  {"@method", "@authority", "@path", "@query"}),
            "'content-digest'");
    (void)s.ask("nonce-0009", s.now(), s.seed, s.key_id);
    refused(s.send(message_of(s.headers, R"({"a":2})")), "not the sha-256 of the body");
    refused(s.send(message_of(s.headers, s.body, "/api/x?y=2")), "not by the key");
    refused(s.send(message_of(s.headers, s.body, "/api/x?y=1", "PUT")), "not by the key");
    // A refused request does not spend its nonce.
    EXPECT_EQ(s.ask("nonce-0004", s.now(), s.seed, s.key_id), "汇聚节点");
  }
}

TEST(Signature, KeysRotateWithOverlapAndAreRevoked) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Systems s(url, stores.dir());
    Identity& identity = s.guard().identity();
    const std::string second_seed(32, 't');
    const auto second = identity.add_system_key("hub", Systems::key_of(second_seed), 60'000'000);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(identity.add_system_key("hub", Systems::key_of(second_seed), 0).error().code,
              Code::conflict);
    EXPECT_EQ(identity.add_system_key("wang", Systems::key_of("u" + second_seed.substr(1)), 0)
                  .error()
                  .code,
              Code::invalid);
    EXPECT_EQ(s.ask("old-key-1", s.now(), s.seed, s.key_id), "汇聚节点");
    EXPECT_EQ(s.ask("new-key-1", s.now(), second_seed, second->id), "汇聚节点");
    s.clock.advance_us(61'000'000);
    EXPECT_NE(s.ask("old-key-2", s.now(), s.seed, s.key_id), "汇聚节点");
    EXPECT_EQ(s.ask("new-key-2", s.now(), second_seed, second->id), "汇聚节点");
    EXPECT_TRUE(identity.revoke_system_key(second->id));
    EXPECT_NE(s.ask("new-key-3", s.now(), second_seed, second->id), "汇聚节点");
    EXPECT_EQ(identity.system_keys()->size(), 2U);
  }
}

// RFC 6238 appendix B (SHA-1), its last six digits.
TEST(Totp, TheRfcsCodes) {
  const std::string secret = "12345678901234567890";
  EXPECT_EQ(totp_code(secret, 59 / 30), "287082");
  EXPECT_EQ(totp_code(secret, 1111111109 / 30), "081804");
  EXPECT_EQ(totp_code(secret, 20000000000 / 30), "353130");
  EXPECT_EQ(to_base32(secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

TEST(Totp, ALoginNeedsACodeOnce) {
  const auto stores = sql::test_stores();
  for (const auto& url : stores) {
    Systems s(url, stores.dir());
    Identity& identity = s.guard().identity();
    const auto login = [&](const std::string& code) {
      return identity.login({"wang", "citybrain-demo", code, "127.0.0.1", "test"});
    };
    const std::string wang = login("")->principal.id;
    ASSERT_TRUE(identity.begin_totp(wang));
    EXPECT_TRUE(login("")) << "not in force before it was confirmed";
    const auto code = [&](std::int64_t ahead) {
      const auto row = s.db().read([&](sql::Session& session) {
        return session.query_one("SELECT secret FROM guard_totp WHERE account = $1", {wang});
      });
      return totp_code((*row)->bytes(0), s.clock.now().us / totp_step_us + ahead);
    };
    EXPECT_EQ(identity.confirm_totp(wang, "000000").error().code, Code::denied);
    ASSERT_TRUE(identity.confirm_totp(wang, code(0)));
    EXPECT_EQ(identity.begin_totp(wang).error().code, Code::conflict);
    EXPECT_NE(login("").error().message.find("authenticator app"), std::string::npos);
    EXPECT_EQ(login(code(0)).error().code, Code::denied) << "a code counts once";
    EXPECT_TRUE(login(code(1)));
    s.clock.advance_us(10 * totp_step_us);
    EXPECT_EQ(login(code(-2)).error().code, Code::denied);
    EXPECT_TRUE(login(code(-1)));
    EXPECT_TRUE(identity.drop_totp(wang, code(0)));
    EXPECT_TRUE(login(""));
  }
}

}  // namespace
}  // namespace citybrain::guard
