// A named limit for everything that an endpoint can make big. An endpoint is an adversary: reaching a limit is a
// finding about it, never a reason for Weir to grow or to crash.
#pragma once

#include <chrono>
#include <cstddef>

namespace weir::wire::limits {

inline constexpr std::size_t kHeadBytes = 64 * 1024;               ///< Status line and header fields of one response.
inline constexpr std::size_t kChunkLineBytes = 4 * 1024;           ///< One chunk-size line with its extensions.
inline constexpr std::size_t kTrailerBytes = 16 * 1024;            ///< The trailer section.
inline constexpr std::size_t kBodyBytes = 16 * 1024 * 1024;        ///< One whole response body, decoded.
inline constexpr std::size_t kInflateRatio = 200;                  ///< Decoded bytes per encoded byte, beyond 1 MiB.
inline constexpr std::size_t kSseLineBytes = 4 * 1024 * 1024;      ///< One SSE line.
inline constexpr std::size_t kSseEventBytes = 8 * 1024 * 1024;     ///< The data of one SSE event.
inline constexpr std::size_t kLoadEventBytes = 1024 * 1024;        ///< A line, and the data of an event, under load.
inline constexpr std::size_t kLoadCarryBytes = 512 * 1024 * 1024;  ///< Unfinished events of all streams of a worker.
inline constexpr std::size_t kLoadCarryShare = 64 * 1024;          ///< Of one stream, which it may have even then.
inline constexpr std::size_t kLoadSpareBytes = 4 * 1024 * 1024;    ///< Carry buffers kept for reuse by one SseCarries.
inline constexpr std::size_t kSseIdBytes = 16 * 1024;              ///< An event id: it goes back in a request's head.
inline constexpr std::size_t kSseOddities = 64;               ///< Oddities kept per stream; later ones are counted.
inline constexpr std::size_t kJsonDepth = 128;                ///< Nesting of a JSON text.
inline constexpr std::size_t kJsonDuplicateKeys = 64;         ///< Duplicate member names reported of one JSON text.
inline constexpr std::size_t kJsonBatch = 1'000;              ///< Messages of one JSON-RPC batch.
inline constexpr std::size_t kSchemaBytes = 512 * 1024;       ///< One JSON Schema, serialized.
inline constexpr std::size_t kSchemaRefHops = 256;            ///< Nested references at one place of the instance.
inline constexpr std::size_t kSchemaPatternBytes = 4 * 1024;  ///< A `pattern` keyword's text.
inline constexpr std::size_t kSchemaUriBytes = 4 * 1024;      ///< An `$id`, resolved.
inline constexpr std::size_t kSchemaPatterns = 4096;          ///< Distinct patterns in one schema and its documents.
inline constexpr std::size_t kSchemaAlternatives = 4096;      ///< Bars in all those patterns; compiling is quadratic.
inline constexpr std::size_t kSchemaNesting = 1024;           ///< Schemas applied within schemas while validating.
inline constexpr std::size_t kSchemaSteps = 10'000'000;       ///< Work of one validation: schemas, members, characters.
inline constexpr std::size_t kListPages = 100;                ///< Pages followed in one paginated list.
inline constexpr std::size_t kListItems = 20'000;             ///< Items kept of one paginated list.
inline constexpr std::size_t kListBytes = 8 * 1024 * 1024;    ///< Bodies of the pages of one paginated list.
inline constexpr std::size_t kOpeningBytes = 1024 * 1024;     ///< The answer by which an era is recognised.
inline constexpr std::size_t kRunBytes = 112 * 1024 * 1024;   ///< All that a run of the gate holds at one moment.
inline constexpr std::size_t kStreamMessages = 10'000;        ///< Messages kept of one stream in the dialogues.
inline constexpr std::size_t kServerRequests = 64;            ///< Server's requests answered during one of ours.
inline constexpr std::size_t kResumptions = 32;               ///< Times that one answer's stream is taken up again.
inline constexpr std::size_t kRedirects = 5;                  ///< Same-origin redirects followed for one request.
inline constexpr std::size_t kTokenBytes = 64 * 1024;         ///< An access token.
inline constexpr std::size_t kIssuedBytes = 192 * 1024;       ///< Tokens of one run, each of which is sought in all.
inline constexpr std::size_t kUrlBytes = 8 * 1024;            ///< A URL, also as an endpoint names it.
inline constexpr std::size_t kStreamItems = 200'000;          ///< SSE items kept of one response.
inline constexpr std::size_t kArrivals = 20'000;              ///< Arrivals kept of one response; later ones merge.
inline constexpr std::size_t kFramingNotes = 64;              ///< Framing notes kept of one response.
inline constexpr std::size_t kProfileBytes = 1024 * 1024;     ///< A target profile file.
inline constexpr std::chrono::seconds kConnectTimeout{5};     ///< DNS, TCP and TLS together.
inline constexpr std::chrono::seconds kAnswerTimeout{5};      ///< One request until its answer.
inline constexpr std::chrono::milliseconds kAfterBudget{750};  ///< Beyond its budget a run still ends sessions.

}  // namespace weir::wire::limits
