#include "wire/base/secret_search.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <iterator>

#include "wire/base/base64.hpp"
#include "wire/base/redact.hpp"
#include "wire/base/text.hpp"

namespace weir::wire {
namespace {

// What they hold is special to one of the spellings below each: '/', '%20', a backslash, quotes, "&", "~".
const std::vector<std::string>& secrets() {
  static const std::vector<std::string> all = {
      "wtS3cr3t-9f8e7d6c5b4a3210-Zq/Xy+Lm==",
      "k3y'q\"u<o&t>e 7Zx9 Wv8%20\\e-nd",
      "custom-5f4dcc3b5aa765d61d8327deb882cf99",
      "client/secret~1f2e+3d%4c:x",
      "p@ss w/rd",
      "x9Kq\\%20vT3w7Lz0&lt;Pm",
  };
  return all;
}

std::string each(std::string_view text, std::string_view format) {
  std::string out;
  for (const char c : text) { out += fmt::format(fmt::runtime(format), static_cast<unsigned char>(c)); }
  return out;
}

std::string replaced(std::string_view text, const std::vector<std::pair<char, std::string_view>>& table) {
  std::string out;
  for (const char c : text) {
    const auto row = std::find_if(table.begin(), table.end(), [&](const auto& one) { return one.first == c; });
    out += row == table.end() ? std::string(1, c) : std::string(row->second);
  }
  return out;
}

std::string percent(std::string_view text, std::string_view kept, std::string_view format) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || kept.find(c) != kept.npos;
    out += plain ? std::string(1, c) : each(std::string_view(&c, 1), format);
  }
  return out;
}

std::string wrapped(std::string_view text, std::size_t width, std::string_view end) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += width) { out.append(text.substr(at, width)).append(end); }
  return out;
}

std::string json(std::string_view text) { return replaced(text, {{'"', "\\\""}, {'\\', "\\\\"}, {'/', "\\/"}}); }
std::string html(std::string_view text) {
  return replaced(text, {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#x27;"}});
}
std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) { c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
  return out;
}

struct Disguise {
  std::string name;
  std::function<std::string(const std::string&)> put_on;
};

const std::vector<Disguise>& disguises() {
  using Text = const std::string&;
  static const std::vector<Disguise> all = {
      {"none", [](Text s) { return s; }},
      {"glued", [](Text s) { return "abc" + s + "def"; }},
      {"upper case", [](Text s) { return upper(s); }},
      {"lower case", [](Text s) { return lower(s); }},
      {"percent", [](Text s) { return percent(s, "-._~", "%{:02X}"); }},
      {"percent in lower case", [](Text s) { return percent(s, "-._~", "%{:02x}"); }},
      {"percent that leaves slashes", [](Text s) { return percent(s, "-._~/", "%{:02X}"); }},
      {"percent that leaves much", [](Text s) { return percent(s, "-._~/:?@!$&'()*,;=", "%{:02X}"); }},
      {"percent of every byte", [](Text s) { return each(s, "%{:02X}"); }},
      {"percent of every byte in lower case", [](Text s) { return each(s, "%{:02x}"); }},
      {"percent twice", [](Text s) { return percent(percent(s, "-._~", "%{:02X}"), "-._~", "%{:02X}"); }},
      {"percent of every byte, twice", [](Text s) { return percent(each(s, "%{:02X}"), "", "%{:02X}"); }},
      {"a form's field", [](Text s) { return replaced(percent(s, "-._~ ", "%{:02X}"), {{' ', "+"}}); }},
      {"a JSON pointer", [](Text s) { return replaced(s, {{'~', "~0"}, {'/', "~1"}}); }},
      {"a JSON pointer in a fragment",
       [](Text s) { return percent(replaced(s, {{'~', "~0"}, {'/', "~1"}}), "-._~/", "%{:02X}"); }},
      {"a JSON string", [](Text s) { return json(s); }},
      {"a JSON string in a JSON string", [](Text s) { return json(json(s)); }},
      {"a JSON string of \\u alone", [](Text s) { return each(s, "\\u{:04x}"); }},
      {"the same in capitals", [](Text s) { return each(s, "\\u{:04X}"); }},
      {"the same in a JSON string", [](Text s) { return json(each(s, "\\u{:04x}")); }},
      {"\\x", [](Text s) { return each(s, "\\x{:02x}"); }},
      {"octal", [](Text s) { return each(s, "\\{:03o}"); }},
      {"a shell word", [](Text s) { return replaced(s, {{'\'', "'\\''"}}); }},
      {"HTML", [](Text s) { return html(s); }},
      {"HTML twice", [](Text s) { return html(html(s)); }},
      {"HTML of every byte", [](Text s) { return each(s, "&#{};"); }},
      {"HTML of every byte, hexadecimal", [](Text s) { return each(s, "&#x{:X};"); }},
      {"HTML by name",
       [](Text s) {
         return replaced(s, {{'/', "&sol;"}, {'+', "&plus;"}, {'=', "&equals;"}, {'"', "&QUOT;"}, {'\\', "&bsol;"}});
       }},
      {"HTML without semicolons",
       [](Text s) { return replaced(s, {{'&', "&AMP"}, {'<', "&lt"}, {'>', "&GT"}, {'"', "&quot"}, {' ', "&nbsp"}}); }},
      {"HTML in capitals",
       [](Text s) {
         return replaced(s, {{'&', "&AMP;"}, {'<', "&LT;"}, {'>', "&GT;"}, {'"', "&QUOT;"}, {' ', "&nbsp;"}});
       }},
      {"percent of JavaScript", [](Text s) { return each(s, "%u{:04X}"); }},
      {"\\u in braces", [](Text s) { return each(s, "\\u{{{:x}}}"); }},
      {"HTML in a JSON string", [](Text s) { return json(html(s)); }},
      {"hexadecimal", [](Text s) { return each(s, "{:02x}"); }},
      {"hexadecimal in capitals", [](Text s) { return each(s, "{:02X}"); }},
      {"Base64", [](Text s) { return base64(s); }},
      {"Base64 with one byte before", [](Text s) { return base64("x" + s); }},
      {"Base64 with two bytes before", [](Text s) { return base64("u:" + s + "z"); }},
      {"base64url", [](Text s) { return base64url("Bearer " + s); }},
      {"Base64 in a JSON string", [](Text s) { return json(base64(s)); }},
      {"Base64 in a URL", [](Text s) { return percent(base64(s), "", "%{:02X}"); }},
      {"wrapped Base64", [](Text s) { return wrapped(base64("Bearer " + s), 20, "\n"); }},
      {"wrapped and indented Base64", [](Text s) { return wrapped(base64(s), 16, "\r\n    "); }},
      {"wrapped Base64 in a JSON string", [](Text s) { return wrapped(base64(s), 20, "\\r\\n"); }},
  };
  return all;
}

/// What `redacted` says once all that the disguise does is undone.
bool shows(const std::string& redacted, const std::string& disguised, std::size_t run) {
  for (std::size_t at = 0; at + run <= disguised.size(); ++at) {
    if (redacted.find(disguised.substr(at, run)) != std::string::npos) { return true; }
  }
  return false;
}

TEST(SecretSearch, finds_every_secret_in_every_disguise) {
  for (const std::string& secret : secrets()) {
    const Redactor redactor({secret});
    for (const Disguise& disguise : disguises()) {
      const bool leaves_it_short = secret.size() < SecretSearch::kRun && disguise.name.find("wrapped and") == 0;
      if (leaves_it_short) { continue; }
      const std::string worn = disguise.put_on(secret);
      const std::string text = "denied: '" + worn + "', sorry";
      for (const std::string& said : {redactor.text(text), redactor.line(text), redactor.command(text)}) {
        EXPECT_NE(said.find("***"), std::string::npos) << disguise.name << ": " << said;
        // One character of a spelling may stay at either end: never as many as tell of one's place in the secret.
        EXPECT_FALSE(shows(said, worn, std::min<std::size_t>(worn.size(), 12))) << disguise.name << ": " << said;
        EXPECT_NE(said.find("denied: '"), std::string::npos) << disguise.name << ": " << said;
        EXPECT_NE(said.find("', sorry"), std::string::npos) << disguise.name << ": " << said;
      }
    }
  }
}

TEST(SecretSearch, finds_what_was_cut_off_a_secret) {
  const std::string secret = secrets().front();
  const Redactor redactor({secret});
  const auto hidden = [&](const std::string& part) {
    const std::string said = redactor.text("got '" + part + "' from it");
    return said.starts_with("got '***") && !shows(said, secret, 5) && !shows(said, part, 12);
  };
  for (std::size_t kept = SecretSearch::kRun; kept < secret.size(); ++kept) {
    EXPECT_TRUE(hidden(secret.substr(0, kept))) << kept;
    EXPECT_TRUE(hidden(secret.substr(secret.size() - kept))) << kept;
  }
  for (std::size_t kept = SecretSearch::kToken; kept < SecretSearch::kRun; ++kept) {
    EXPECT_TRUE(hidden(secret.substr(0, kept) + "...")) << kept;
    EXPECT_TRUE(hidden(secret.substr(0, kept) + "\xe2\x80\xa6")) << kept;
    EXPECT_TRUE(hidden(upper(secret.substr(0, kept)) + "...")) << kept;
  }
  const std::string coded = base64(secret);
  for (std::size_t kept = SecretSearch::kRun; kept < coded.size(); ++kept) {
    EXPECT_TRUE(hidden(coded.substr(0, kept))) << kept;
  }
}

TEST(SecretSearch, looks_through_every_blank_and_every_mark_without_width) {
  const std::string secret = "wtS3cr3t-9f8e7d6c5b4a3210-Zq/Xy+Lm==";
  const Redactor redactor({secret});
  for (const std::string between : {" ",
                                    "\t",
                                    "\r\n",
                                    "\x0b",
                                    "\x0c",
                                    "\xc2\x85",
                                    "\xc2\xa0",
                                    "\xc2\xad",
                                    "\xcd\x8f",
                                    "\xd8\x9c",
                                    "\xe1\x85\x9f",
                                    "\xe1\x9a\x80",
                                    "\xe1\xa0\x8e",
                                    "\xe2\x80\x83",
                                    "\xe2\x80\x89",
                                    "\xe2\x80\x8b",
                                    "\xe2\x80\x8e",
                                    "\xe2\x80\xa8",
                                    "\xe2\x80\xaf",
                                    "\xe2\x81\x9f",
                                    "\xe2\x81\xa1",
                                    "\xe3\x80\x80",
                                    "\xef\xb8\x8f",
                                    "\xef\xbb\xbf",
                                    "\xf3\xa0\x81\x81",
                                    "\xe2\x80\x83\n"}) {
    for (const std::size_t width : {1U, 4U}) {
      const std::string worn = wrapped(secret, width, between);
      for (const std::string& said : {redactor.text(worn), redactor.text(printable(worn))}) {
        EXPECT_TRUE(said.starts_with("***")) << printable(said);
        EXPECT_LT(said.size(), 3 + 2 * printable(between).size()) << printable(said);
      }
    }
  }
  EXPECT_EQ(redactor.text("Gr\xc3\xbc\xc3\x9f\xe2\x80\x89Gott \xe2\x82\xac 5"),
            "Gr\xc3\xbc\xc3\x9f\xe2\x80\x89Gott \xe2\x82\xac 5");
}

TEST(SecretSearch, knows_the_other_case_of_letters_beyond_ascii) {
  const Redactor redactor(
      {"\xc3\xa4pfel-\xc3\xbc"
       "ber-\xc5\x99"
       "eka-\xcf\x89-\xd1\x8f-\xd1\x91-\xc5\xbe"});
  EXPECT_EQ(redactor.text("\xc3\x84PFEL-\xc3\x9c"
                          "BER-\xc5\x98"
                          "EKA-\xce\xa9-\xd0\xaf-\xd0\x81-\xc5\xbd"),
            "***");
  EXPECT_EQ(redactor.text("\xc3\xa4pfel-\xc3\x9c"
                          "ber-\xc5\x99"
                          "eka"),
            "***");
}

TEST(SecretSearch, hides_nothing_by_chance) {
  std::vector<std::string> all = secrets();
  all.insert(all.end(), {"a1", "Passw0rd", "hunter2", "secret"});
  const Redactor redactor(all);
  for (const std::string_view text :
       {"The endpoint answered 401 with no WWW-Authenticate; a token is missing",
        "wtS3 and custom and client/ and k3y and -nd are in words", "Secret and Hunter2 are not written so",
        "PASSWO and passw are no password", "%41%20%zz \\q \\ &nope; &#; &#x; ~2 '\\'' \\ud83d \\u12",
        "deadbeefdeadbeefdeadbeef and aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=", "a12 ba1 a1_ aA1"}) {
    EXPECT_EQ(redactor.text(text), text);
  }
}

TEST(SecretSearch, is_as_fast_whatever_the_text_repeats) {
  const std::string secret(600, 'a');  // Everything is a beginning of it.
  const Redactor redactor({secret, "s3cret-token/with%20more"});
  for (const std::string_view part : {"a", "%61", "\\", "&#97;", "&", "~1", "'\\''", "YWFh", "61", "...", " a\n",
                                      "%2561", "\xe2\x80\x8b", "s3cret-token/with%20mor"}) {
    std::string text;
    while (text.size() < 100'000) { text += part; }
    EXPECT_LE(redactor.line(text).size(), text.size()) << part;
  }
}

TEST(SecretSearch, looks_across_the_blocks_that_it_reads) {
  const std::string secret = "s3cret-token-of-some-length";
  const Redactor redactor({secret});
  for (const std::size_t before : {256 * 1024 - 10, 256 * 1024}) {
    const std::string text = std::string(before, '.') + each(secret, "%{:02x}") + std::string(9'000, '.');
    EXPECT_EQ(redactor.text(text), std::string(before, '.') + "***" + std::string(9'000, '.'));
  }
}

}  // namespace
}  // namespace weir::wire
