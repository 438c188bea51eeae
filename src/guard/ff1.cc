// FF1: see ff1.h. Names follow the standard's algorithm 7 and 8.
#include "ff1.h"

#include <openssl/bn.h>
#include <openssl/evp.h>

#include <array>
#include <cmath>
#include <memory>

namespace citybrain::guard {
namespace {

constexpr int rounds = 10;
constexpr std::size_t numerals_max = 512;

using Block = std::array<unsigned char, 16>;

// AES on single blocks with one key.
class Cipher {
 public:
  static Result<Cipher> of(std::string_view key) {
    const EVP_CIPHER* kind = key.size() == 16   ? EVP_aes_128_ecb()
                             : key.size() == 24 ? EVP_aes_192_ecb()
                             : key.size() == 32 ? EVP_aes_256_ecb()
                                                : nullptr;
    if (kind == nullptr) {
      return invalid("a key of " + std::to_string(key.size()) + " bytes; give 16, 24 or 32");
    }
    Cipher cipher;
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
    CB_CHECK(EVP_EncryptInit_ex(cipher.context_.get(), kind, nullptr, bytes, nullptr) == 1);
    CB_CHECK(EVP_CIPHER_CTX_set_padding(cipher.context_.get(), 0) == 1);
    return cipher;
  }
  Block operator()(const Block& in) const {
    Block out;
    int size = 0;
    CB_CHECK(EVP_EncryptUpdate(context_.get(), out.data(), &size, in.data(), 16) == 1 &&
             size == 16);
    return out;
  }
  // CBC-MAC of whole blocks.
  Block mac(const std::string& bytes) const {
    Block state{};
    for (std::size_t at = 0; at < bytes.size(); at += 16) {
      for (std::size_t i = 0; i < 16; ++i) {
        state[i] = static_cast<unsigned char>(state[i] ^ static_cast<unsigned char>(bytes[at + i]));
      }
      state = (*this)(state);
    }
    return state;
  }

 private:
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  std::unique_ptr<EVP_CIPHER_CTX, Free> context_{EVP_CIPHER_CTX_new()};
};

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;
Number number() { return Number(BN_new()); }

struct FreeScratch {
  void operator()(BN_CTX* scratch) const { BN_CTX_free(scratch); }
};

void put(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

class Ff1 {
 public:
  Ff1(Cipher cipher, std::string_view tweak, int radix, std::size_t n)
      : cipher_(std::move(cipher)), tweak_(tweak), radix_(radix), u_(n / 2), v_(n - n / 2) {
    power_u_ = power(u_);
    power_v_ = power(v_);
    const Number largest = number();
    BN_sub(largest.get(), power_v_.get(), BN_value_one());
    b_ = static_cast<std::size_t>(BN_num_bytes(largest.get()));
    d_ = 4 * ((b_ + 3) / 4) + 4;
    p_ = std::string("\x01\x02\x01", 3);
    put(p_, static_cast<std::uint64_t>(radix), 3);
    p_.push_back(rounds);
    put(p_, u_ % 256, 1);
    put(p_, n, 4);
    put(p_, tweak_.size(), 4);
  }

  std::string run(std::string_view numerals, bool encrypting) {
    Number a = parse(numerals.substr(0, u_));
    Number b = parse(numerals.substr(u_));
    for (int i = 0; i < rounds; ++i) {
      const int step = encrypting ? i : rounds - 1 - i;
      const BIGNUM* modulus = step % 2 == 0 ? power_u_.get() : power_v_.get();
      if (!encrypting) std::swap(a, b);
      const Number y = round(step, b.get());
      Number c = number();
      const auto add = encrypting ? BN_mod_add : BN_mod_sub;
      CB_CHECK(add(c.get(), a.get(), y.get(), modulus, scratch_.get()) == 1);
      a = std::move(b);
      b = std::move(c);
      if (!encrypting) std::swap(a, b);
    }
    return format(a.get(), u_) + format(b.get(), v_);
  }

 private:
  Number power(std::size_t exponent) {
    Number base = number(), top = number(), result = number();
    BN_set_word(base.get(), static_cast<BN_ULONG>(radix_));
    BN_set_word(top.get(), exponent);
    CB_CHECK(BN_exp(result.get(), base.get(), top.get(), scratch_.get()) == 1);
    return result;
  }
  // y of one round.
  Number round(int i, const BIGNUM* half) const {
    std::string q = p_ + tweak_;
    q.append((16 - (tweak_.size() + b_ + 1) % 16) % 16, '\0');
    put(q, static_cast<std::uint64_t>(i), 1);
    std::string bytes(b_, '\0');
    BN_bn2binpad(half, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(b_));
    const Block r = cipher_.mac(q + bytes);
    std::string s(r.begin(), r.end());
    for (std::size_t j = 1; s.size() < d_; ++j) {
      Block block = r;
      for (std::size_t k = 0; k < 8; ++k) {
        block[15 - k] = static_cast<unsigned char>(block[15 - k] ^ (j >> (8 * k) & 0xff));
      }
      block = cipher_(block);
      s.append(block.begin(), block.end());
    }
    Number y = number();
    BN_bin2bn(reinterpret_cast<const unsigned char*>(s.data()), static_cast<int>(d_), y.get());
    return y;
  }
  Number parse(std::string_view numerals) const {
    Number value = number();
    BN_zero(value.get());
    for (const char c : numerals) {
      BN_mul_word(value.get(), static_cast<BN_ULONG>(radix_));
      BN_add_word(value.get(), static_cast<BN_ULONG>(value_of(c)));
    }
    return value;
  }
  std::string format(BIGNUM* value, std::size_t count) const {
    std::string out(count, '0');
    for (std::size_t i = count; i-- > 0;) {
      const auto digit = static_cast<char>(BN_div_word(value, static_cast<BN_ULONG>(radix_)));
      out[i] = static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10);
    }
    return out;
  }

 public:
  static int value_of(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
  }

 private:
  Cipher cipher_;
  std::string tweak_;
  int radix_;
  std::size_t u_, v_, b_ = 0, d_ = 0;
  std::string p_;
  std::unique_ptr<BN_CTX, FreeScratch> scratch_{BN_CTX_new()};
  Number power_u_, power_v_;
};

Result<std::string> run(std::string_view key, std::string_view tweak, int radix,
                        std::string_view numerals, bool encrypting) {
  if (radix < 2 || radix > 36) return invalid("radix " + std::to_string(radix) + "; give 2..36");
  if (numerals.size() > numerals_max) {
    return invalid(std::to_string(numerals.size()) + " numerals; at most " +
                   std::to_string(numerals_max));
  }
  if (static_cast<double>(numerals.size()) * std::log10(radix) < 6 || numerals.size() < 2) {
    return invalid(std::to_string(numerals.size()) +
                   " numerals are too few to hide one among a million");
  }
  for (const char c : numerals) {
    if (Ff1::value_of(c) >= radix) {
      return invalid(std::string("'") + c + "' is no numeral of radix " + std::to_string(radix));
    }
  }
  CB_TRY(Cipher cipher, Cipher::of(key));
  return Ff1(std::move(cipher), tweak, radix, numerals.size()).run(numerals, encrypting);
}

}  // namespace

Result<std::string> ff1_encrypt(std::string_view key, std::string_view tweak, int radix,
                                std::string_view numerals) {
  return run(key, tweak, radix, numerals, true);
}

Result<std::string> ff1_decrypt(std::string_view key, std::string_view tweak, int radix,
                                std::string_view numerals) {
  return run(key, tweak, radix, numerals, false);
}

}  // namespace citybrain::guard
