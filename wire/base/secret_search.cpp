#include "wire/base/secret_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "wire/base/text.hpp"
#include "wire/base/utf8.hpp"

namespace weir::wire {
namespace {

constexpr std::size_t kBlockBytes = 256 * 1024;  // Read at once: a reading takes ten times as much.
constexpr std::size_t kSpelling = 12;  // Bytes that two layers of escapes make of one character: "%255Cu0041".
constexpr std::size_t kOverlapBytes = 1024 * 1024;  // At most, whatever the secrets.
constexpr std::size_t kLeastBase64 = 6;             // Characters of a core: fewer stand in words by chance.

/// '/' is none: it would run through whole paths.
bool is_base64_or_padding(char c) { return is_word(c) || c == '+' || c == '-' || c == '='; }

char fold_base64(char c) { return c == '-' ? '+' : c == '_' ? '/' : c; }

/// A character as it is compared, at its value: 0 for what wrapping leaves between two characters, and for what a
/// character of more than one byte begins with.
using Folding = std::array<char, 256>;

template <class Function>
Folding folding_of(Function fold_one) {
  constexpr std::size_t kFirstLead = 0xc2;
  Folding table{};
  for (std::size_t i = 0; i < kFirstLead; ++i) { table[i] = fold_one(static_cast<char>(i)); }
  for (const char c : std::string_view(" \t\r\n\v\f")) { table[static_cast<unsigned char>(c)] = '\0'; }
  return table;
}

const Folding& plain_folding() {
  static const Folding table = folding_of([](char c) { return lower(c); });
  return table;
}
const Folding& base64_folding() {
  static const Folding table = folding_of(fold_base64);
  return table;
}

/// Unicode's White_Space, marks that nobody sees, and variation selectors.
bool is_wrapping(char32_t c) {
  constexpr std::array<char32_t, 5> kBlanks = {0xa0, 0x1680, 0x202f, 0x205f, 0x3000};
  const bool blank = (c >= 0x2000 && c <= 0x200a) || std::find(kBlanks.begin(), kBlanks.end(), c) != kBlanks.end();
  const bool selector = c >= 0xfe00 && c <= 0xfe0f;
  return blank || selector || is_obeyed(c);
}

/// The small letter of a capital one of Latin, Greek and Cyrillic, whose UTF-8 is as long.
char32_t small_letter(char32_t c) {
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  constexpr char32_t kApart = 0x20, kApartOfFirstCyrillic = 0x50, kTimes = 0xd7;
  if ((within(0xc0, 0xde) && c != kTimes) || within(0x391, 0x3a9) || within(0x410, 0x42f)) { return c + kApart; }
  if (within(0x400, 0x40f)) { return c + kApartOfFirstCyrillic; }
  if (within(0x139, 0x148) || within(0x179, 0x17e)) { return c + (c & 1); }  // Capitals are odd there.
  return within(0x100, 0x177) && c != 0x130 && c != 0x131 && c != 0x138 ? c | 1 : c;
}

struct Squeezed {
  std::string bytes;
  std::vector<std::uint32_t> at;  ///< Of each byte in the reading.
};

/// Folded, without what wrapping leaves.
Squeezed squeezed(std::string_view text, const Folding& folding) {
  Squeezed out{std::string(text.size(), '\0'), std::vector<std::uint32_t>(text.size())};
  std::size_t size = 0;
  char* bytes = out.bytes.data();
  std::uint32_t* places = out.at.data();
  const auto keep = [&](char c, std::size_t place) {
    bytes[size] = c;
    places[size++] = static_cast<std::uint32_t>(place);
  };
  const char* data = text.data();
  const std::size_t length = text.size();
  std::string letter;
  for (std::size_t i = 0; i < length;) {
    if (const char c = folding[static_cast<unsigned char>(data[i])]; c != '\0') {
      keep(c, i++);
    } else if (static_cast<unsigned char>(data[i]) < 0x80) {
      if (data[i] == '\0') { keep(data[i], i); }
      ++i;
    } else {
      const Utf8Step step = decode_utf8(text.substr(i));
      if (!step.valid || !is_wrapping(step.code_point)) {
        letter.assign(text.substr(i, step.length));
        if (const char32_t small = small_letter(step.code_point); step.valid && small != step.code_point) {
          letter.clear();
          append_code_point(letter, small);
        }
        for (std::size_t k = 0; k < letter.size(); ++k) { keep(letter[k], i + k); }
      }
      i += step.length;
    }
  }
  out.bytes.resize(size);
  out.at.resize(size);
  return out;
}

/// Also what stands between: where a secret was wrapped, nobody needs the wrapping.
void cover_reading(const Reading& reading, std::size_t first, std::size_t last, Mask& mask) {
  cover(mask, reading.from[first], reading.to[last]);
}

/// What was hit, and the Base64 texts that it stands in: their other characters would tell of the secret.
void cover_base64(const Reading& reading, const Mask& hit, Mask& mask) {
  if (std::find(hit.begin(), hit.end(), true) == hit.end()) { return; }
  const std::string_view text = reading.bytes;
  for (std::size_t first = 0; first < text.size();) {
    std::size_t end = first;
    bool any = false;
    for (; end < text.size() && is_base64_or_padding(text[end]); ++end) { any = any || hit[end]; }
    end = std::max(end, first + 1);
    if (any || hit[first]) { cover_reading(reading, first, end - 1, mask); }
    first = end;
  }
}

/// The characters of the Base64 text that hold nothing but bits of `text` when `before` bytes stand in front of it.
std::string base64_core(std::string_view text, std::size_t before) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto bit = [&](std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at / 8]);
    return static_cast<unsigned>(byte >> (7 - at % 8)) & 1U;
  };
  const std::size_t skipped = (6 - before * 8 % 6) % 6;  // Bits of `text` that share a character with what is before.
  std::string out;
  for (std::size_t at = skipped; at + 6 <= text.size() * 8; at += 6) {
    unsigned value = 0;
    for (std::size_t i = 0; i < 6; ++i) { value = (value << 1) | bit(at + i); }
    out += kAlphabet[value];
  }
  return out;
}

std::string hexadecimal(std::string_view text) {
  std::string out;
  for (const char c : text) { out += fmt::format("{:02x}", static_cast<unsigned char>(c)); }
  return out;
}

/// Never 0, which is an empty place.
std::uint64_t hash_of(std::string_view run) { return std::max<std::uint64_t>(std::hash<std::string_view>{}(run), 1); }

std::size_t pair_of(std::string_view text) {
  return static_cast<std::size_t>(static_cast<unsigned char>(text[0])) * 256 + static_cast<unsigned char>(text[1]);
}

}  // namespace

std::size_t SecretSearch::Runs::place_of(std::uint64_t hash) const {
  const std::size_t last = table_.size() - 1;
  std::size_t at = hash & last;
  while (table_[at] != 0 && table_[at] != hash) { at = (at + 1) & last; }
  return at;
}

void SecretSearch::Runs::make_room() {
  constexpr std::size_t kFirst = 1024;
  if (count_ < table_.size() / 4 * 3) { return; }
  const std::vector<std::uint64_t> before = std::exchange(table_, {});
  table_.resize(std::max(kFirst, before.size() * 2));
  for (const std::uint64_t hash : before) {
    if (hash != 0) { table_[place_of(hash)] = hash; }
  }
}

void SecretSearch::Runs::add(std::string_view text) {
  for (std::size_t at = 0; at + kRun <= text.size(); ++at) {
    make_room();
    const std::uint64_t hash = hash_of(text.substr(at, kRun));
    std::uint64_t& place = table_[place_of(hash)];
    count_ += place == 0 ? 1 : 0;
    place = hash;
    begins_[pair_of(text.substr(at))] = 1;
  }
}

std::vector<std::size_t> SecretSearch::Runs::found_in(std::string_view text) const {
  std::vector<std::size_t> found;
  if (empty()) { return found; }
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  for (std::size_t i = 0; i + kRun <= text.size(); ++i) {
    if (begins_[bytes[i] * 256U + bytes[i + 1]] == 0) { continue; }
    if (table_[place_of(hash_of(text.substr(i, kRun)))] != 0) { found.push_back(i); }
  }
  return found;
}

void SecretSearch::add(std::string_view secret) {
  if (secret.empty()) { return; }
  longest_ = std::max(longest_, secret.size());
  // What is an escape within the secret itself is undone with the others: it has to be found so, too.
  Reading reading = plain_reading(secret);
  bool changed = true;
  for (int i = 0; i < kReadings && changed && !reading.bytes.empty(); ++i) {
    add_form(reading.bytes);
    // Forms write a blank as '+', and some read a '+' as one.
    for (const auto& [from, to] : {std::pair(' ', '+'), std::pair('+', ' ')}) {
      std::string form = reading.bytes;
      std::replace(form.begin(), form.end(), from, to);
      if (form != reading.bytes) { add_form(form); }
    }
    reading = undone(reading, changed);
  }
  if (secret.size() < kToken) { return; }
  add_base64(secret);
  const std::string hex = hexadecimal(secret);
  plain_.add(hex);
  if (hex.size() < kRun) { add_whole({hex, Kind::any_case}); }
  add_beginning(hex);
}

void SecretSearch::add_form(std::string_view text) {
  const std::string run = squeezed(text, plain_folding()).bytes;
  plain_.add(run);
  if (run.size() < kRun) {
    const Kind kind = text.size() < kToken ? Kind::word : text.size() < kAnyCase ? Kind::own_case : Kind::any_case;
    add_whole({kind == Kind::any_case ? lower(text) : std::string(text), kind});
  }
  add_beginning(text);
}

void SecretSearch::add_base64(std::string_view secret) {
  for (std::size_t before = 0; before < 3; ++before) {
    const std::string core = base64_core(secret, before);
    base64_.add(core);
    if (core.size() >= kLeastBase64 && core.size() < kRun) { add_whole({core, Kind::base64}); }
    if (core.size() >= kLeastBase64) { add_beginning(core); }
  }
}

void SecretSearch::add_beginning(std::string_view text) {
  if (text.size() >= kToken) { beginnings_.push_back(lower(text.substr(0, kRun - 1))); }
}

void SecretSearch::add_whole(Whole whole) {
  if (std::find(whole_.begin(), whole_.end(), whole) == whole_.end()) { whole_.push_back(std::move(whole)); }
}

void SecretSearch::mark(std::string_view text, Mask& mask) const {
  if (empty()) { return; }
  const std::size_t overlap = std::min(longest_ * kSpelling, kOverlapBytes);
  for (std::size_t from = 0; from < text.size(); from += kBlockBytes) {
    mark_block(text.substr(from, kBlockBytes + overlap), from, mask);
  }
}

void SecretSearch::mark_block(std::string_view text, std::size_t offset, Mask& mask) const {
  Mask found(text.size());
  mark_readings(plain_reading(text), kReadings, found);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i]) { mask[offset + i] = true; }
  }
}

/// Each kind of escapes alone only where a layer is left for the other.
void SecretSearch::mark_readings(const Reading& reading, int layers, Mask& mask) const {
  mark_plain(reading, mask);
  mark_base64(reading, mask);
  mark_cut(reading, mask);
  bool changed = false;
  if (layers == 0) { return; }
  const Reading all = undone(reading, changed);
  if (!changed) { return; }
  mark_readings(all, layers - 1, mask);
  for (const Escapes which : {Escapes::backslashes, Escapes::all_but_backslashes}) {
    if (layers == 1) { return; }
    const Reading some = undone(reading, changed, which);
    if (changed && some.bytes != all.bytes) { mark_readings(some, layers - 1, mask); }
  }
}

void SecretSearch::mark_plain(const Reading& reading, Mask& mask) const {
  const std::string_view text = reading.bytes;
  const std::string lowered = lower(text);
  for (const Whole& one : whole_) {
    if (one.kind == Kind::base64) { continue; }
    const std::string_view in = one.kind == Kind::any_case ? lowered : text;
    for (std::size_t at = in.find(one.text); at != std::string_view::npos; at = in.find(one.text, at + 1)) {
      const std::size_t end = at + one.text.size();
      const bool glued = (at > 0 && is_word(text[at - 1])) || (end < text.size() && is_word(text[end]));
      if (one.kind != Kind::word || !glued) { cover_reading(reading, at, end - 1, mask); }
    }
  }
  const Squeezed squeezed_text = squeezed(text, plain_folding());
  for (const std::size_t i : plain_.found_in(squeezed_text.bytes)) {
    cover_reading(reading, squeezed_text.at[i], squeezed_text.at[i + kRun - 1], mask);
  }
}

void SecretSearch::mark_base64(const Reading& reading, Mask& mask) const {
  Mask hit(reading.bytes.size());
  const Squeezed text = squeezed(reading.bytes, base64_folding());
  const std::string_view bytes = text.bytes;
  for (const std::size_t i : base64_.found_in(bytes)) { cover(hit, text.at[i], text.at[i + kRun - 1] + 1); }
  for (const Whole& one : whole_) {
    if (one.kind != Kind::base64) { continue; }
    for (std::size_t at = bytes.find(one.text); at != std::string_view::npos; at = bytes.find(one.text, at + 1)) {
      cover(hit, text.at[at], text.at[at + one.text.size() - 1] + 1);
    }
  }
  cover_base64(reading, hit, mask);
}

/// Longer beginnings are runs. An excerpt of ours ends in three dots, others in one character.
void SecretSearch::mark_cut(const Reading& reading, Mask& mask) const {
  const std::string text = lower(reading.bytes);
  for (const std::string_view dots : {"...", "\xe2\x80\xa6"}) {
    for (std::size_t at = text.find(dots); at != std::string_view::npos; at = text.find(dots, at + dots.size())) {
      for (const std::string& beginning : beginnings_) { mark_cut(reading, text, at, beginning, mask); }
    }
  }
}

void SecretSearch::mark_cut(const Reading& reading, std::string_view lowered, std::size_t at,
                            std::string_view beginning, Mask& mask) {
  for (std::size_t kept = std::min(at, beginning.size()); kept >= kToken; --kept) {
    if (lowered.compare(at - kept, kept, beginning.substr(0, kept)) == 0) {
      return cover_reading(reading, at - kept, at - 1, mask);
    }
  }
}

}  // namespace weir::wire
