// The bytes of a plain HTTP call, the head rendered once for each set of credentials.
#pragma once

#include <random>
#include <string>

#include "loadgen/scenario/credentials.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/scenario/template.hpp"
#include "wire/http/url.hpp"

namespace weir::loadgen {

class PlainRequest {
 public:
  PlainRequest() = default;  ///< Renders nothing.
  /// `base` is the population's URL; the call's path is on its origin. Errors name the method, the path or the header,
  /// never a header's value.
  static wire::Result<PlainRequest> make(const HttpCall& call, const wire::Url& base, const Credentials& credentials);

  std::string render(const TemplateWords& words, std::mt19937_64& random) const;

 private:
  std::string head_;  ///< Without Content-Length and the blank line.
  std::optional<Template> json_;
  std::string body_;
};

}  // namespace weir::loadgen
