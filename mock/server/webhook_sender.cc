#include "server/webhook_sender.h"

#include <chrono>
#include <map>
#include <string_view>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include "api/url.h"
#include "base/text.h"
#include "base/time.h"
#include "server/io_thread.h"
#include "server/local_address.h"

namespace okapi::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Secure = beast::ssl_stream<beast::tcp_stream>;

constexpr std::uint64_t largest_answer = 1 << 20;
constexpr std::size_t answer_kept = 4096;

beast::tcp_stream& lowest(beast::tcp_stream& stream) { return stream; }
beast::tcp_stream& lowest(Secure& stream) { return beast::get_lowest_layer(stream); }

// Open connections by line, to be used again.
template <typename Stream>
using Idle = std::map<std::string, std::unique_ptr<Stream>>;

// One request on its way; lives in the handlers that wait for it.
template <typename Stream>
class Attempt : public std::enable_shared_from_this<Attempt<Stream>> {
 public:
  struct Parts {
    asio::io_context& io;
    asio::ssl::context& tls;
    Idle<Stream>& idle;
    WebhookSenderSettings settings;
  };
  Attempt(const Parts& parts, api::Url url, events::WebhookRequest request,
          std::function<void(const events::WebhookReply&)> done)
      : parts_(parts),
        url_(std::move(url)),
        line_(std::move(request.line)),
        done_(std::move(done)),
        resolver_(parts.io),
        started_(monotonic_microseconds()) {
    outgoing_.version(11);
    outgoing_.method(http::verb::post);
    outgoing_.target(url_.target);
    const bool v6 = url_.host.find(':') != std::string::npos;
    const std::string host = v6 ? concat("[", url_.host, "]") : url_.host;
    const bool usual = url_.port == (url_.secure ? "443" : "80");
    outgoing_.set(http::field::host, usual ? host : concat(host, ":", url_.port));
    for (const auto& [name, value] : request.headers) outgoing_.set(name, value);
    outgoing_.body() = std::move(request.body);
    outgoing_.prepare_payload();
  }

  void start() {
    const auto idle = parts_.idle.find(line_);
    if (idle == parts_.idle.end()) {
      connect();
      return;
    }
    stream_ = std::move(idle->second);
    parts_.idle.erase(idle);
    reused_ = true;
    write();
  }

 private:
  using Self = Attempt<Stream>;

  // Keeps this attempt alive until the step is over.
  auto then(void (Self::*method)(const error_code&)) {
    return [self = this->shared_from_this(), method](const error_code& error) {
      (self.get()->*method)(error);
    };
  }
  template <typename Result>
  auto then(void (Self::*method)(const error_code&, Result)) {
    return [self = this->shared_from_this(), method](const error_code& error, Result result) {
      (self.get()->*method)(error, result);
    };
  }

  void connect() {
    if constexpr (std::is_same_v<Stream, Secure>) {
      stream_ = std::make_unique<Stream>(parts_.io, parts_.tls);
      SSL_set_tlsext_host_name(stream_->native_handle(), url_.host.c_str());
    } else {
      stream_ = std::make_unique<Stream>(parts_.io);
    }
    resolver_.async_resolve(url_.host, url_.port, then(&Self::on_resolved));
  }

  void on_resolved(const error_code& error, const tcp::resolver::results_type& found) {
    if (error) return fail(concat("The host ", url_.host, " is not known."));
    std::vector<tcp::endpoint> allowed;
    for (const auto& each : found) {
      const std::string ip = each.endpoint().address().to_string();
      if (parts_.settings.allow_remote || is_local_address(ip)) allowed.push_back(each.endpoint());
    }
    if (allowed.empty()) {
      return fail(concat("The host ", url_.host,
                         " is outside of this machine. Start okapi with --allow-remote-webhooks "
                         "to send there."));
    }
    candidates_ = std::move(allowed);
    set_deadline();
    lowest(*stream_).async_connect(candidates_, then(&Self::on_connected));
  }

  void on_connected(const error_code& error, const tcp::endpoint& /*chosen*/) {
    if (error) return fail_with("Cannot connect", error);
    error_code ignored;
    lowest(*stream_).socket().set_option(tcp::no_delay(true), ignored);
    if constexpr (std::is_same_v<Stream, Secure>) {
      stream_->async_handshake(asio::ssl::stream_base::client, then(&Self::on_shaken));
    } else {
      write();
    }
  }

  void on_shaken(const error_code& error) {
    if (error) return fail_with("The TLS handshake failed", error);
    write();
  }

  void set_deadline() {
    lowest(*stream_).expires_after(std::chrono::milliseconds(parts_.settings.timeout_ms));
  }

  void write() {
    if (reused_) set_deadline();
    parser_.emplace();
    parser_->body_limit(largest_answer);
    http::async_write(*stream_, outgoing_, then(&Self::on_written));
  }

  void on_written(const error_code& error, std::size_t) {
    if (error) return retry_or_fail("Cannot send", error);
    http::async_read(*stream_, buffer_, *parser_, then(&Self::on_answered));
  }

  void on_answered(const error_code& error, std::size_t) {
    if (error) return retry_or_fail("No answer", error);
    const auto& answer = parser_->get();
    events::WebhookReply reply{.status = static_cast<int>(answer.result_int()),
                               .error = {},
                               .body = answer.body().substr(0, answer_kept),
                               .microseconds = monotonic_microseconds() - started_};
    if (parser_->keep_alive()) {
      lowest(*stream_).expires_never();
      parts_.idle[line_] = std::move(stream_);
    }
    done_(reply);
  }

  // A connection that the receiver closed while nobody used it is no failure of the receiver.
  void retry_or_fail(std::string_view what, const error_code& error) {
    const bool stale = reused_ && error != beast::error::timeout && !parser_->got_some();
    if (!stale) return fail_with(what, error);
    reused_ = false;
    buffer_.clear();
    connect();
  }

  void fail_with(std::string_view what, const error_code& error) {
    if (error == beast::error::timeout) {
      return fail(concat("No answer within ", std::to_string(parts_.settings.timeout_ms),
                         " milliseconds."));
    }
    fail(concat(what, ": ", error.message(), "."));
  }

  void fail(std::string reason) {
    done_({.status = 0,
           .error = std::move(reason),
           .body = {},
           .microseconds = monotonic_microseconds() - started_});
  }

  Parts parts_;
  api::Url url_;
  std::string line_;
  std::function<void(const events::WebhookReply&)> done_;
  tcp::resolver resolver_;
  std::vector<tcp::endpoint> candidates_;
  std::unique_ptr<Stream> stream_;
  http::request<http::string_body> outgoing_;
  beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;
  bool reused_ = false;
  std::int64_t started_ = 0;
};

class Sender final : public events::WebhookSender {
 public:
  explicit Sender(const WebhookSenderSettings& settings)
      : settings_(settings), tls_(asio::ssl::context::tls_client) {
    // A receiver on this machine has a certificate of its own making.
    tls_.set_verify_mode(asio::ssl::verify_none);
  }
  ~Sender() override { stop(); }

  void post(events::WebhookRequest request,
            std::function<void(const events::WebhookReply&)> done) override {
    io_.run([this, request = std::move(request), done = std::move(done)]() mutable {
      begin(std::move(request), std::move(done));
    });
  }

  void after(std::int64_t milliseconds, std::function<void()> call) override {
    if (milliseconds <= 0) return io_.run(std::move(call));
    io_.run([this, milliseconds, call = std::move(call)] {
      auto timer = std::make_shared<asio::steady_timer>(io_.context());
      timer->expires_after(std::chrono::milliseconds(milliseconds));
      timer->async_wait([timer, call](const error_code& error) {
        if (!error) call();
      });
    });
  }

  void stop() override { io_.stop(); }

 private:
  void begin(events::WebhookRequest request,
             std::function<void(const events::WebhookReply&)> done) {
    const std::optional<api::Url> url = api::parse_url(request.url);
    if (!url) {
      return done({.status = 0,
                   .error = concat("The URL ", request.url, " cannot be used."),
                   .body = {},
                   .microseconds = 0});
    }
    if (url->secure) {
      start<Secure>(idle_secure_, *url, std::move(request), std::move(done));
    } else {
      start<beast::tcp_stream>(idle_plain_, *url, std::move(request), std::move(done));
    }
  }

  template <typename Stream>
  void start(Idle<Stream>& idle, api::Url url, events::WebhookRequest request,
             std::function<void(const events::WebhookReply&)> done) {
    request.line += concat(" ", request.url);  // another address is another connection
    std::make_shared<Attempt<Stream>>(
        typename Attempt<Stream>::Parts{
            .io = io_.context(), .tls = tls_, .idle = idle, .settings = settings_},
        std::move(url), std::move(request), std::move(done))
        ->start();
  }

  WebhookSenderSettings settings_;
  IoThread io_;
  asio::ssl::context tls_;
  Idle<beast::tcp_stream> idle_plain_;
  Idle<Secure> idle_secure_;
};

}  // namespace

std::unique_ptr<events::WebhookSender> make_webhook_sender(const WebhookSenderSettings& settings) {
  return std::make_unique<Sender>(settings);
}

}  // namespace okapi::server
