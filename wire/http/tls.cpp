#include "wire/http/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>

#include "wire/json/json.hpp"

namespace weir::wire {

namespace {

constexpr int kNamesShown = 5;
constexpr std::size_t kTextBytes = 160;
constexpr std::array<unsigned char, 9> kAlpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

std::string bio_text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text = data && size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
  BIO_free(bio);
  return excerpt(std::string_view(text), kTextBytes);
}

std::string name_text(const X509_NAME* name) {
  BIO* bio = BIO_new(BIO_s_mem());
  X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  return bio_text(bio);
}

std::string time_text(const ASN1_TIME* time) {
  BIO* bio = BIO_new(BIO_s_mem());
  ASN1_TIME_print(bio, time);
  return bio_text(bio);
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  ASN1_OCTET_STRING* copy = ASN1_OCTET_STRING_dup(address);
  const auto bytes = ASN1_STRING_get0_data(copy);
  const int size = ASN1_STRING_length(copy);
  std::string text;
  if (size == 4) {
    text = fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
  } else if (size == 16) {
    for (int i = 0; i < size; i += 2) {
      text += fmt::format("{}{:x}", i == 0 ? "" : ":", bytes[i] * 256 + bytes[i + 1]);
    }
  }
  ASN1_OCTET_STRING_free(copy);
  return text;
}

std::string alternative_names(const X509* certificate) {
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::string text;
  const int count = sk_GENERAL_NAME_num(names);
  for (int i = 0; i < count && i < kNamesShown; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    std::string one;
    if (name->type == GEN_DNS) {
      one.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                 static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      one = address_text(name->d.iPAddress);
    }
    if (!one.empty()) { text += (text.empty() ? "" : ", ") + excerpt(std::string_view(one), 80); }
  }
  if (count > kNamesShown) { text += fmt::format(" and {} more", count - kNamesShown); }
  GENERAL_NAMES_free(names);
  return text.empty() ? "no name" : text;
}

bool is_address(const std::string& host) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
  ASN1_OCTET_STRING_free(address);
  return address != nullptr;
}

ErrorCode code_of(int fault) {
  switch (fault) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return ErrorCode::tls_expired;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return ErrorCode::tls_name_mismatch;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
    case X509_V_ERR_INVALID_CA:
      return ErrorCode::tls_untrusted;
    default:
      return ErrorCode::tls_failed;
  }
}

Error certificate_error(const std::string& host, const std::string& where, const CertificateFault& fault) {
  const ErrorCode code = code_of(fault.code);
  const std::string reason = X509_verify_cert_error_string(fault.code);
  switch (code) {
    case ErrorCode::tls_expired:
      return {
          code,
          fault.code == X509_V_ERR_CERT_NOT_YET_VALID
              ? fmt::format("the certificate of {} ({}) is not valid before {}", where, fault.subject, fault.not_before)
              : fmt::format("the certificate of {} ({}) expired at {}", where, fault.subject, fault.not_after)};
    case ErrorCode::tls_name_mismatch:
      return {code,
              fmt::format("the certificate of {} ({}) is for {}, not for {}", where, fault.subject, fault.names, host)};
    case ErrorCode::tls_untrusted:
      return {code, fmt::format("the certificate chain of {} ends in no trusted root: {} at {}, issued by {}", where,
                                reason, fault.subject, fault.issuer)};
    default:
      return {code, fmt::format("the certificate of {} ({}) is refused: {}", where, fault.subject, reason)};
  }
}

}  // namespace

Result<std::shared_ptr<SSL_CTX>> make_tls_context(const std::string& ca_file, bool insecure) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) { return fail(ErrorCode::internal, "OpenSSL gives no client context"); }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_alpn_protos(context.get(), kAlpn.data(), kAlpn.size());
  if (insecure) { return context; }
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                     : SSL_CTX_load_verify_file(context.get(), ca_file.c_str());
  ERR_clear_error();
  if (loaded != 1 && !ca_file.empty()) {
    return fail(ErrorCode::bad_input, fmt::format("'{}' cannot be read as a PEM file of trusted roots", ca_file));
  }
  return context;
}

Result<void> expect_host(SSL* ssl, const std::string& host, bool insecure) {
  const bool address = is_address(host);
  if (!address && SSL_set_tlsext_host_name(ssl, host.c_str()) != 1) {
    return fail(ErrorCode::bad_input, fmt::format("'{}' cannot be a TLS server name", excerpt(std::string_view(host))));
  }
  if (insecure) { return {}; }
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const int set = address ? X509_VERIFY_PARAM_set1_ip_asc(param, host.c_str())
                          : X509_VERIFY_PARAM_set1_host(param, host.data(), host.size());
  if (set != 1) { return fail(ErrorCode::internal, "OpenSSL does not take the host to verify"); }
  return {};
}

bool note_fault(bool preverified, X509_STORE_CTX* store, CertificateFault& fault) {
  if (preverified || fault.code != 0) { return preverified; }
  fault.code = X509_STORE_CTX_get_error(store);
  if (const X509* certificate = X509_STORE_CTX_get_current_cert(store)) {
    fault.subject = name_text(X509_get_subject_name(certificate));
    fault.issuer = name_text(X509_get_issuer_name(certificate));
    fault.not_before = time_text(X509_get0_notBefore(certificate));
    fault.not_after = time_text(X509_get0_notAfter(certificate));
    fault.names = alternative_names(certificate);
  }
  return false;
}

Error handshake_error(const std::string& host, const std::string& where, const CertificateFault& fault,
                      unsigned long openssl_error, const std::string& reason) {
  if (fault.code != 0) { return certificate_error(host, where, fault); }
  const int code = ERR_GET_REASON(openssl_error);
  if (openssl_error != 0 && (code == SSL_R_WRONG_VERSION_NUMBER || code == SSL_R_PACKET_LENGTH_TOO_LONG)) {
    return {ErrorCode::tls_failed,
            fmt::format("{} answers the TLS handshake with something else: is it plain http://?", where)};
  }
  const char* text = openssl_error != 0 ? ERR_reason_error_string(openssl_error) : nullptr;
  return {ErrorCode::tls_failed, fmt::format("the TLS handshake with {} failed: {}", where, text ? text : reason)};
}

}  // namespace weir::wire
