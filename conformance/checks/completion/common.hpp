// What the checks of completion share.
#pragma once

#include "conformance/ask/common.hpp"

namespace weir::conformance {

/// An argument that completion is declared for.
struct Completable {
  json::object ref;
  std::string argument;
  std::string in_words;  ///< "argument city of prompt trip".
};

/// The listed ones: arguments of prompts, and variables of templates in their simplest form. The first of each before
/// the second of any, and six at most.
std::vector<Completable> completables(const Probe& probe);

/// Asks for the values that begin so.
wire::Result<wire::mcp::Reply> complete(Probe& probe, const Completable& wanted, std::string_view begun);

/// The values of a reply; null where it has none.
const json::array* values_of(const wire::mcp::Reply& reply);

}  // namespace weir::conformance
