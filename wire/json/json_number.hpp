// Arithmetic on JSON numbers as mathematics means them: 1 == 1.0, no overflow between kinds, 0.3 is a multiple of 0.1.
#pragma once

#include <compare>
#include <cstdint>

#include "wire/json/json.hpp"

namespace weir::wire {

/// Whether the value is a number without a fraction: 3, 3.0 and 1e300 are.
bool is_integral(const json::value& value);

/// The order of two numbers; both must be numbers. Unordered where one is not finite.
std::partial_ordering compare_numbers(const json::value& a, const json::value& b);

/// digits * 10^exponent: the shortest decimal text that reads back as the same number, which is what its author wrote.
struct Decimal {
  std::uint64_t digits = 0;  ///< Without trailing zeros.
  int exponent = 0;
};

/// Magnitude only. `number` must be a finite number.
Decimal to_decimal(const json::value& number);

/// Whether value is an integer times divisor, in exact decimal arithmetic. `divisor` must not be zero.
bool is_multiple(const Decimal& value, const Decimal& divisor);

}  // namespace weir::wire
