// What a text says once its escapes are undone. Servers, proxies and frameworks repeat what they were sent in many
// spellings; whoever looks for a value looks through them, in one pass and whatever the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::wire {

/// A text as it reads, and where each of its bytes came from.
struct Reading {
  std::string bytes;
  std::vector<std::uint32_t> from, to;  ///< Of each byte: its place in the text that was read first.
};

/// The text as it stands.
Reading plain_reading(std::string_view text);

/// Which escapes are undone: a text that was put into a JSON string holds what other escapes it had in its own right.
enum class Escapes : std::uint8_t { all, backslashes, all_but_backslashes };

/// One layer of escapes undone: percent-encoding (every byte, either case; `%u0041`), those of JSON strings and of C
/// (`\/`, `\u0041` with surrogate pairs, `\u{41}`, `\x41`, `\101`), JSON pointers (`~1`, `~0`), HTML references (named
/// for ASCII, decimal, hexadecimal; without a semicolon where browsers read them so), and a quote within a quoted shell
/// word. What is no escape stays. Of a text without any,
/// `changed` is false.
Reading undone(const Reading& reading, bool& changed, Escapes which = Escapes::all);

}  // namespace weir::wire
