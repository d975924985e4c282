// Reads YAML the way profiles and scenarios need it: `${NAME}` from the environment, one-line complaints with file and
// line, and a budget that aliases cannot outgrow. For the sources that read such files; no other header names it,
// because yaml-cpp is heavy.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base/error.hpp"
#include "wire/json/json.hpp"

namespace weir::wire::yaml {

class Reader;

/// One key of a map and how its value gets into the target. A table of keys is any range of structs with these two.
template <class Target>
struct Key {
  std::string_view name;
  void (*read)(Reader&, std::string_view key, const YAML::Node&, Target&);
};

/// The first complaint wins; after it every function returns defaults, so that callers need not look each time.
class Reader {
 public:
  using Lookup = std::function<std::optional<std::string>(const std::string&)>;
  /// `document` is what the file is called in complaints: "a profile". `lookup` outlives the reader.
  Reader(std::string_view file, std::string_view document, const Lookup& lookup)
      : file_(file), document_(document), lookup_(lookup) {}

  /// Hands the root of the one document in `text` to `use`; an empty file has a null node. Whatever is wrong with the
  /// text becomes a complaint.
  void read_document(std::string_view text, std::size_t most_bytes, const std::function<void(const YAML::Node&)>& use);

  void complain(const YAML::Node& at, std::string_view what);
  void complain(int line_from_zero, std::string_view what);
  void wrong_kind(std::string_view key, const YAML::Node& node, std::string_view expected);
  bool failed() const { return error_.has_value(); }
  const Error& error() const { return *error_; }

  void keep_secret(const std::string& value);
  const std::vector<std::string>& secrets() const { return secrets_; }
  /// Secrets that came from the environment: value to name.
  const std::map<std::string, std::string>& variables() const { return variables_; }
  const std::string& file() const { return file_; }
  const Lookup& lookup() const { return lookup_; }

  /// A string; what comes into it from the environment is a secret.
  std::string text(std::string_view key, const YAML::Node& node);
  /// The same without making a secret of it, for values that are words or numbers of a small set.
  std::string plain_text(std::string_view key, const YAML::Node& node);
  bool boolean(std::string_view key, const YAML::Node& node);
  int integer(std::string_view key, const YAML::Node& node, int least, int most, std::string_view expected);
  double number(std::string_view key, const YAML::Node& node, double least, double most,
                std::string_view expected = "a number");
  /// Any value, by the core schema of YAML 1.2: `8` is a number, `"8"` a string.
  json::value json_value(std::string_view key, const YAML::Node& node);

  /// Items of a list, with "health[2]" as their key; nothing at all is an empty list.
  void each_item(std::string_view key, const YAML::Node& node,
                 const std::function<void(std::string_view, const YAML::Node&)>& use);
  /// Members of a map: name, where it stands, value. A name that stands twice is a complaint.
  void each_member(std::string_view key, const YAML::Node& node,
                   const std::function<void(std::string_view, const YAML::Node&, const YAML::Node&)>& use);
  template <class Keys, class Target>
  void members(std::string_view key, const YAML::Node& node, const Keys& keys, Target& target) {
    each_member(key, node, [&](std::string_view name, const YAML::Node& name_node, const YAML::Node& value) {
      member(key, name, name_node, value, keys, target);
    });
  }
  /// One member of the map `key`, by the table of its keys.
  template <class Keys, class Target>
  void member(std::string_view key, std::string_view name, const YAML::Node& name_node, const YAML::Node& value,
              const Keys& keys, Target& target) {
    const std::string where = key.empty() ? std::string(name) : std::string(key) + "." + std::string(name);
    std::vector<std::string_view> names;
    for (const auto& one : keys) {
      if (one.name == name) { return one.read(*this, where, value, target); }
      names.push_back(one.name);
    }
    unknown_key(key, name, name_node, names);
  }
  /// Complains of a key that is not among `valid`, with the nearest of them.
  void unknown_key(std::string_view map, std::string_view name, const YAML::Node& at,
                   std::span<const std::string_view> valid);
  /// A word of `words`, which is where it stands among them; 0 after a complaint with the nearest.
  std::size_t word(std::string_view key, const YAML::Node& node, std::span<const std::string_view> words);

  /// Bytes of the file as they may stand in a message: short and on one line.
  static std::string quoted(std::string_view bytes);

 private:
  std::string substituted(std::string_view key, const YAML::Node& node, bool secret);
  std::string variable(std::string_view key, const YAML::Node& node, std::string_view name, bool secret);
  bool spend(const YAML::Node& at, std::size_t bytes);
  json::value json_of(std::string_view key, const YAML::Node& node, std::size_t depth);
  json::value json_scalar(std::string_view key, const YAML::Node& node);

  std::string file_;
  std::string document_;
  const Lookup& lookup_;
  std::optional<Error> error_;
  std::vector<std::string> secrets_;
  std::map<std::string, std::string> variables_;
  std::size_t spent_ = 0;
};

/// A whole file of at most `most_bytes` and one: the error is one line with the path.
Result<std::string> read_text_file(const std::string& path, std::size_t most_bytes);

}  // namespace weir::wire::yaml
