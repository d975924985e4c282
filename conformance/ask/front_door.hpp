// What the checks of the front door share: asking the rows of the profile's table, and one verdict over all of them.
#pragma once

#include <functional>

#include "conformance/ask/common.hpp"

namespace weir::conformance {

inline constexpr const char* kFrontDoorSource =
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html";

/// "POST /execute without key": the name of the row, or method, path and what is special about its credentials.
std::string row_name(const wire::FrontDoorRoute& row);
/// Where a row is asked; an error for a path that makes no URL.
wire::Result<wire::Url> row_url(const Probe& probe, const wire::FrontDoorRoute& row);
/// The row's request. Own credentials go to the target's own origin only; wrong ones are well-formed and nobody issued
/// them: a token of the form of our own, or a key of the length of our own.
wire::Request row_request(const Probe& probe, const wire::FrontDoorRoute& row, const wire::Url& url);
/// Whether the row is about an event stream.
bool is_stream_row(const wire::FrontDoorRoute& row);

struct RowAnswer {
  const wire::FrontDoorRoute& row;
  const wire::Exchange& exchange;  ///< Of an event stream: the head alone.
  /// Whether the status is one that the row expects.
  bool status_is_right() const;
  /// "200 application/json", and what a page in the service's place usually is.
  std::string seen() const;
};

/// Sends a row's request without following redirects. Of an event stream nothing but the head is waited for; `patience`
/// is the least time that the head is given.
wire::Result<wire::HttpStream> open_row(const Probe& probe, wire::HttpClient& client, const wire::FrontDoorRoute& row,
                                        std::chrono::milliseconds patience);
/// A client for rows: no redirect is followed, since it may be what the row is about.
wire::HttpClient row_client(const Probe& probe);

struct RowJudge {
  std::function<bool(const wire::FrontDoorRoute&)> selects;
  const char* nothing;  ///< Why the check is not applicable where no row is selected.
  /// "expected 401, got 200 application/json"; nullopt where the row is as it should be.
  std::function<std::optional<std::string>(const RowAnswer&)> problem;
  /// In place of reading a body: what else the stream is watched for. Judges the stream instead of `problem`.
  std::function<std::optional<std::string>(Probe&, const wire::FrontDoorRoute&, wire::HttpStream&)> watch = {};
  /// Judge rows without an answer, or with another status, too; else they are left to front-door.route.status.
  bool every_answer = false;
};

/// Asks all rows that the judge selects, whatever comes of each, and lists every one that deviates with its hint.
Finding judge_rows(Probe& probe, const RowJudge& judge);

}  // namespace weir::conformance
