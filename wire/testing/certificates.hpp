// Certificates made when a test runs: a root, leaves that are right or wrong in one way, and server contexts with them.
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace weir::wire::testing {

struct Identity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

struct CertificateWish {
  std::string common_name = "weir test";
  std::string alternative_names = "DNS:localhost,IP:127.0.0.1";  ///< OpenSSL's own notation; "" for none.
  long valid_from_s = -3600;                                     ///< From now.
  long valid_until_s = 3600;
  bool authority = false;
};

inline void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Signed by `issuer`, or by itself where that is null.
inline Identity make_identity(const CertificateWish& wish, const Identity* issuer = nullptr) {
  static std::atomic<long> serial{1};
  Identity made{{EVP_EC_gen("P-256"), EVP_PKEY_free}, {X509_new(), X509_free}};
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wish.valid_from_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.valid_until_s);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1, -1, 0);
  const Identity& signer = issuer ? *issuer : made;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  X509_set_pubkey(certificate, made.key.get());
  add_extension(certificate, signer.certificate.get(), NID_basic_constraints,
                wish.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!wish.alternative_names.empty() && !wish.authority) {
    add_extension(certificate, signer.certificate.get(), NID_subject_alt_name, wish.alternative_names);
  }
  X509_sign(certificate, signer.key.get(), EVP_sha256());
  return made;
}

inline Identity make_root(const std::string& name = "weir test root") {
  return make_identity({.common_name = name, .authority = true});
}

/// Forgets nothing on disk: the file goes with the object.
class PemFile {
 public:
  explicit PemFile(const Identity& identity, bool with_key = false) {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-pem-XXXXXX").string();
    const int descriptor = ::mkstemp(pattern.data());
    path_ = pattern;
    FILE* file = ::fdopen(descriptor, "w");
    PEM_write_X509(file, identity.certificate.get());
    if (with_key) { PEM_write_PrivateKey(file, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr); }
    std::fclose(file);
  }
  PemFile(const PemFile&) = delete;
  PemFile& operator=(const PemFile&) = delete;
  ~PemFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::shared_ptr<SSL_CTX> make_server_context(const Identity& identity) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_use_certificate(context.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
  return context;
}

}  // namespace weir::wire::testing
