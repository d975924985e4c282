// What a TLS client checks and how it says what it found (RFC 9110 section 4.3.4, RFC 9525).
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "wire/base/error.hpp"

namespace weir::wire {

/// The first fault that verification met, taken down while the certificates are still at hand.
struct CertificateFault {
  int code = 0;  ///< X509_V_ERR_*; 0: none
  std::string subject;
  std::string issuer;
  std::string not_before;
  std::string not_after;
  std::string names;  ///< Subject alternative names, a few of them.
};

/// The client's context: TLS 1.2 or later, ALPN http/1.1, the roots of `ca_file` or of the system.
/// `bad_input` when the file cannot be read.
Result<std::shared_ptr<SSL_CTX>> make_tls_context(const std::string& ca_file, bool insecure);

/// Server name (names only, RFC 6066 section 3) and, unless `insecure`, what the certificate must be for.
Result<void> expect_host(SSL* ssl, const std::string& host, bool insecure);

/// Called by OpenSSL's verification; fills `fault` on the first fault.
bool note_fault(bool preverified, X509_STORE_CTX* store, CertificateFault& fault);

/// The error of a handshake with `where` ("mcp.example:443"): a certificate's fault, or else `openssl_error`
/// (ERR_get_error) or `reason` where that is 0.
Error handshake_error(const std::string& host, const std::string& where, const CertificateFault& fault,
                      unsigned long openssl_error, const std::string& reason);

}  // namespace weir::wire
