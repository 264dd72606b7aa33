#include "server/tls.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace okapi::server {

// How OpenSSL reads and writes: from and to the buffers of the session's call in progress.
struct TlsTransport {
  static TlsSession& session(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* to, int size) {
    std::string_view& input = session(bio).input_;
    const std::size_t count = std::min(std::size_t(size), input.size());
    BIO_clear_retry_flags(bio);
    if (count == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(to, input.data(), count);
    input.remove_prefix(count);
    return int(count);
  }

  static int write(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    session(bio).output_->append(from, std::size_t(size));
    return size;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
};

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

void check(bool done, const std::string& failure) {
  if (done) return;
  const unsigned long code = ERR_get_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  throw std::runtime_error(failure + (reason == nullptr ? "" : std::string(": ") + reason));
}

void add_extension(X509* certificate, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// An elliptic curve, because its key costs a fraction of a millisecond where RSA takes fifty.
Certificate self_signed(EVP_PKEY* key) {
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::array<unsigned char, 8> serial{};
  // Browsers refuse a second certificate of one issuer with a serial number they have seen.
  check(RAND_bytes(serial.data(), int(serial.size())) == 1, "cannot make a certificate");
  serial[0] &= 0x7f;
  BIGNUM* number = BN_bin2bn(serial.data(), int(serial.size()), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  constexpr long day = 86400;
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day);  // clocks differ
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 365 * day);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* common_name = reinterpret_cast<const unsigned char*>("localhost");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key);
  add_extension(certificate.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
  check(X509_sign(certificate.get(), key, EVP_sha256()) > 0, "cannot sign the certificate");
  return certificate;
}

void use_own_certificate(SSL_CTX* context) {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  check(key != nullptr, "cannot make a key for HTTPS");
  const Certificate certificate = self_signed(key.get());
  SSL_CTX_use_certificate(context, certificate.get());
  SSL_CTX_use_PrivateKey(context, key.get());
}

void use_files(SSL_CTX* context, const std::string& cert_file, const std::string& key_file) {
  check(!cert_file.empty() && !key_file.empty(),
        "a certificate needs its key: give --tls-cert and --tls-key together");
  check(SSL_CTX_use_certificate_chain_file(context, cert_file.c_str()) == 1,
        "cannot read a PEM certificate from " + cert_file);
  check(SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) == 1,
        "cannot use the PEM key in " + key_file + " with the certificate in " + cert_file);
  check(SSL_CTX_check_private_key(context) == 1,
        "the key in " + key_file + " does not belong to the certificate in " + cert_file);
}

}  // namespace

TlsContext::TlsContext(const std::string& cert_file, const std::string& key_file)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free),
      transport_(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "okapi"), BIO_meth_free) {
  check(context_ != nullptr && transport_ != nullptr, "cannot start OpenSSL");
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context_.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Most connections are idle most of the time: they shall not hold buffers.
  SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
  BIO_meth_set_read(transport_.get(), TlsTransport::read);
  BIO_meth_set_write(transport_.get(), TlsTransport::write);
  BIO_meth_set_ctrl(transport_.get(), TlsTransport::control);
  if (cert_file.empty() && key_file.empty()) {
    use_own_certificate(context_.get());
  } else {
    use_files(context_.get(), cert_file, key_file);
  }
}

TlsSession::TlsSession(const TlsContext& context)
    : session_(SSL_new(context.context_.get()), SSL_free) {
  check(session_ != nullptr, "cannot start a TLS session");
  BIO* bio = BIO_new(context.transport_.get());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(session_.get(), bio, bio);
  SSL_set_accept_state(session_.get());
}

bool TlsSession::receive(std::string_view encrypted, std::string& plain, std::string& output) {
  fresh_ = false;
  input_ = encrypted;
  output_ = &output;
  std::array<char, 16 << 10> buffer;
  for (;;) {
    ERR_clear_error();
    const int count = SSL_read(session_.get(), buffer.data(), int(buffer.size()));
    if (count > 0) {
      plain.append(buffer.data(), std::size_t(count));
      if (input_.empty() && SSL_has_pending(session_.get()) == 0) return true;
      continue;
    }
    const bool waits = SSL_get_error(session_.get(), count) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return waits;
  }
}

bool TlsSession::send(std::string_view plain, std::string& output) {
  output_ = &output;
  while (!plain.empty()) {
    ERR_clear_error();
    std::size_t count = 0;
    if (SSL_write_ex(session_.get(), plain.data(), plain.size(), &count) != 1) return false;
    plain.remove_prefix(count);
  }
  return true;
}

void TlsSession::close(std::string& output) {
  output_ = &output;
  if (established()) SSL_shutdown(session_.get());
  ERR_clear_error();
}

bool TlsSession::established() const { return SSL_is_init_finished(session_.get()) == 1; }

}  // namespace okapi::server
