// A command that shows a request again, safe to paste into a shell, a terminal and a ticket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/http/http.hpp"

namespace weir::conformance {

/// A POSIX shell word that stands for these bytes: plain words as they are, others in single quotes. What a terminal
/// would obey and what is no UTF-8 becomes an octal escape of printf, in a word that says the same and shows it; only
/// NUL and line feeds at the very end cannot be said so.
std::string shell_quote(std::string_view word);

/// What a request needs to have happened before: a session, or the stream that its answer comes by, was one of the run
/// that is over when somebody reads the line.
enum class Before : std::uint8_t { nothing, session, ended_session, stream };

struct CurlOptions {
  bool insecure = false;
  std::string ca_file;
  bool times = false;  ///< Says when the answer began and ended: for what is red by the clock.
  Before before = Before::nothing;
  /// How what comes before is opened: at which endpoint, in which revision, with which fields of the user.
  wire::Url url;
  std::string revision;
  wire::Headers headers;
};

/// Header fields that carry credentials become "$WEIR_BEARER", "$WEIR_API_KEY" or "$WEIR_HEADER"; secrets elsewhere are
/// masked with the rest of the results. Event streams are read for ten seconds at most. Long runs in a body are written
/// as what makes them; a body that is long without them is cut, and the line says so.
std::string curl_command(const wire::Request& request, const CurlOptions& options = {});

}  // namespace weir::conformance
