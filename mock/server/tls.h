// TLS between what a connection says and what its socket carries. OpenSSL works on our buffers and
// never sees the socket, so the loop is the same for plain and TLS connections and a handshake
// blocks nobody.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>

namespace okapi::server {

// Certificate and key, shared by all sessions.
class TlsContext {
 public:
  // PEM files; both empty: a self-signed certificate for localhost, 127.0.0.1 and ::1, made now.
  // Throws std::runtime_error with one sentence.
  TlsContext(const std::string& cert_file, const std::string& key_file);

 private:
  friend class TlsSession;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)> transport_;
};

class TlsSession {
 public:
  explicit TlsSession(const TlsContext& context);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // `encrypted` came from the socket: appends what the client said to `plain`, and what the
  // handshake answers to `output`. False when the session is at its end.
  [[nodiscard]] bool receive(std::string_view encrypted, std::string& plain, std::string& output);
  // Appends the encrypted text to `output`; false when the session is broken.
  [[nodiscard]] bool send(std::string_view plain, std::string& output);
  void close(std::string& output);
  [[nodiscard]] bool established() const;
  // True until the first byte has come.
  [[nodiscard]] bool fresh() const { return fresh_; }

 private:
  friend struct TlsTransport;
  std::string_view input_;         // of the call in progress
  std::string* output_ = nullptr;  // of the call in progress
  bool fresh_ = true;
  std::unique_ptr<SSL, void (*)(SSL*)> session_;
};

}  // namespace okapi::server
