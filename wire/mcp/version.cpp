#include "wire/mcp/version.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <zlib.h>

#include <boost/version.hpp>

#include "wire/mcp/era.hpp"

namespace weir::wire::mcp {

std::string version_text(std::string_view program) {
  const auto commit = weir_commit();
  return fmt::format(
      "{} {}{}\n"
      "MCP {}\n"
      "Boost {}.{}.{}, OpenSSL {}, zlib {}, fmt {}.{}.{}",
      program, weir_version(), commit.empty() ? "" : fmt::format(" (commit {})", commit), fmt::join(kRevisions, ", "),
      BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1'000, BOOST_VERSION % 100,
      OpenSSL_version(OPENSSL_VERSION_STRING), zlibVersion(), FMT_VERSION / 10'000, FMT_VERSION / 100 % 100,
      FMT_VERSION % 100);
}

}  // namespace weir::wire::mcp
