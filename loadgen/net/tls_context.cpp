#include "loadgen/net/tls_context.hpp"

#include "wire/http/tls.hpp"
#include "wire/tls/connections.hpp"

namespace weir::loadgen {

wire::Result<std::shared_ptr<ssl_ctx_st>> make_load_context(const std::string& ca_file, bool insecure) {
  auto context = wire::make_tls_context(ca_file, insecure);
  if (context) { wire::tls::prepare(context->get()); }
  return context;
}

}  // namespace weir::loadgen
