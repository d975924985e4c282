// Small files, read and written whole, and the standard streams.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/base/error.hpp"

namespace weir::wire {

/// The file's bytes, at most `max`; nullopt when it does not exist. `bad_input` names the file otherwise.
Result<std::optional<std::string>> read_file(const std::string& path, std::size_t max);

/// Replaces a regular file as a whole or not at all; anything else (a pipe, /dev/stdout) is written to. Whoever reads
/// there is waited for, until the program is asked to end (end_signals.hpp) and nothing is taken for a second more. The
/// error is one sentence that names the path.
tl::expected<void, std::string> write_file(const std::string& path, std::string_view content);

/// All of it, as write_file() writes to a pipe; the error says why it could not be.
tl::expected<void, std::string> write_to(int fd, std::string_view content);

/// Whether write_file() could do so now: asked before a run of hours. What stands there is left as it is.
tl::expected<void, std::string> prove_writable(const std::string& path);

/// Words for people on the standard error. Where that cannot be written, nobody is there to be told of it.
void say(std::string_view text);

/// A pipe that nobody reads any more, and a file that may not grow, are errors of the write, and do not end the
/// program.
void take_write_errors_as_values();

}  // namespace weir::wire
