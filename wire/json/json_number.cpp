#include "wire/json/json_number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace weir::wire {
namespace {

// Holds the product of two 64-bit factors.
__extension__ using Wide = unsigned __int128;

// A long double holds every int64, uint64 and double without loss on the platforms that Weir is built for.
static_assert(std::numeric_limits<long double>::digits >= 64);

long double widen(const json::value& number) {
  if (const auto* i = number.if_int64()) { return static_cast<long double>(*i); }
  if (const auto* u = number.if_uint64()) { return static_cast<long double>(*u); }
  return static_cast<long double>(number.get_double());
}

std::uint64_t power_of_ten_modulo(int exponent, std::uint64_t modulus) {
  Wide result = 1 % modulus;
  Wide base = 10 % modulus;
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) { result = result * base % modulus; }
    base = base * base % modulus;
  }
  return static_cast<std::uint64_t>(result);
}

Decimal without_trailing_zeros(Decimal value) {
  while (value.digits != 0 && value.digits % 10 == 0) {
    value.digits /= 10;
    ++value.exponent;
  }
  return value;
}

Decimal from_double(double magnitude) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), magnitude, std::chars_format::scientific).ptr;
  Decimal value;
  int after_point = 0;
  bool fraction = false;
  const char* at = text.data();
  for (; at != end && *at != 'e'; ++at) {
    if (*at == '.') {
      fraction = true;
      continue;
    }
    value.digits = value.digits * 10 + static_cast<std::uint64_t>(*at - '0');
    if (fraction) { ++after_point; }
  }
  if (at != end) {
    const char* number = at + 1;
    if (*number == '+') { ++number; }
    std::from_chars(number, end, value.exponent);
  }
  value.exponent -= after_point;
  return without_trailing_zeros(value);
}

}  // namespace

bool is_integral(const json::value& value) {
  if (value.is_int64() || value.is_uint64()) { return true; }
  const auto* d = value.if_double();
  return d != nullptr && std::isfinite(*d) && std::trunc(*d) == *d;
}

std::partial_ordering compare_numbers(const json::value& a, const json::value& b) { return widen(a) <=> widen(b); }

Decimal to_decimal(const json::value& number) {
  if (const auto* i = number.if_int64()) {
    const auto bits = static_cast<std::uint64_t>(*i);
    return without_trailing_zeros({*i < 0 ? 0 - bits : bits, 0});
  }
  if (const auto* u = number.if_uint64()) { return without_trailing_zeros({*u, 0}); }
  return from_double(std::fabs(number.get_double()));
}

bool is_multiple(const Decimal& value, const Decimal& divisor) {
  if (value.digits == 0) { return true; }
  const int shift = value.exponent - divisor.exponent;
  // The digits of the value end in no zero, so no power of ten can divide them.
  if (shift < 0) { return false; }
  const Wide scaled = static_cast<Wide>(value.digits % divisor.digits) * power_of_ten_modulo(shift, divisor.digits);
  return scaled % divisor.digits == 0;
}

}  // namespace weir::wire
