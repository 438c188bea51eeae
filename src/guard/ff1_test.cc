// FF1 against the samples of NIST, and back.
#include "ff1.h"

#include <gtest/gtest.h>

namespace citybrain::guard {
namespace {

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

// SP 800-38G, FF1 samples 1 to 9, and three long ones.
TEST(Ff1, TheStandardsSamples) {
  const std::string k128 = "2B7E151628AED2A6ABF7158809CF4F3C";
  const std::string k192 = k128 + "EF4359D8D580AA4F";
  const std::string k256 = k192 + "7F036D6F04FC6A94";
  const std::string tweak10 = "39383736353433323130";
  const std::string tweak36 = "3737373770717273373737";
  const std::string letters = "0123456789abcdefghi";
  struct Sample {
    std::string key, tweak;
    int radix;
    std::string plain, cipher;
  };
  for (const Sample& s :
       std::vector<Sample>{{k128, "", 10, "0123456789", "2433477484"},
                           {k128, tweak10, 10, "0123456789", "6124200773"},
                           {k128, tweak36, 36, letters, "a9tv40mll9kdu509eum"},
                           {k192, "", 10, "0123456789", "2830668132"},
                           {k192, tweak10, 10, "0123456789", "2496655549"},
                           {k192, tweak36, 36, letters, "xbj3kv35jrawxv32ysr"},
                           {k256, "", 10, "0123456789", "6657667009"},
                           {k256, tweak10, 10, "0123456789", "1001623463"},
                           {k256, tweak36, 36, letters, "xs8a0azh2avyalyzuwd"},
                           // Longer than a machine word, as other implementations agree on.
                           {k256, "", 36,
                            "xs8a0azh2avyalyzuwdxs8a0azh2avyalyzuwdxs8a0azh2avyalyzuwdxs8a0az"
                            "h2avyalyzuwdxs8a0azh2avyalyzuwdxs8a0azh2avyalyzuwdxs8a0azh2avyal",
                            "lwulibfp1ju3ksztumqomwenpv7duy9q7pg7zf3eg3rjlfy46gmgkqjfwvromfjj"
                            "ktmbey8meqk9zkcmgvkv4s9ll5ctozme1hf15w7xo6zsylqcr0nbx9jbf10umzok"},
                           {k256, "", 2,
                            "0000100100110101011101111111110011000001101100111110011101110101"
                            "011010100100010011001111",
                            "1101101011010001100011110000010011001111110110011101010110100001"
                            "111001000101011111011000"},
                           {k256, "", 2,
                            "0101010101010101010101010101010101010101010101010101010101010101"
                            "010101010101010101010101",
                            "0000111101000001111011010111011111110001100101000000001101101110"
                            "100010010111001100100110"}}) {
    const std::string key = from_hex(s.key);
    const std::string tweak = from_hex(s.tweak);
    EXPECT_EQ(ff1_encrypt(key, tweak, s.radix, s.plain).value_or("refused"), s.cipher);
    EXPECT_EQ(ff1_decrypt(key, tweak, s.radix, s.cipher).value_or("refused"), s.plain);
  }
}

TEST(Ff1, RefusesWhatItCannotHide) {
  const std::string key(16, 'k');
  EXPECT_EQ(ff1_encrypt(key, "", 10, "12345").error().code, Code::invalid) << "100,000 values";
  EXPECT_TRUE(ff1_encrypt(key, "", 10, "123456"));
  EXPECT_EQ(ff1_encrypt(key, "", 10, "12345a").error().code, Code::invalid);
  EXPECT_EQ(ff1_encrypt("short", "", 10, "123456").error().code, Code::invalid);
  EXPECT_EQ(ff1_encrypt(key, "", 10, std::string(600, '1')).error().code, Code::invalid);
}

}  // namespace
}  // namespace citybrain::guard
