// The OpenSSL context of one destination under load.
#pragma once

#include <memory>
#include <string>

#include "wire/base/error.hpp"

struct ssl_ctx_st;

namespace weir::loadgen {

/// wire's client context (roots of `ca_file` or of the system, TLS 1.2 or later, ALPN http/1.1), set to free what an
/// idle connection does not need and to tell Tls the traffic secrets. Made once for each destination.
/// `bad_input` when the file cannot be read.
wire::Result<std::shared_ptr<ssl_ctx_st>> make_load_context(const std::string& ca_file, bool insecure);

}  // namespace weir::loadgen
