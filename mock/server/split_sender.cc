#include "server/split_sender.h"

#include <utility>

#include "server/cli_sessions.h"

namespace okapi::server {
namespace {

class SplitSender final : public events::WebhookSender {
 public:
  SplitSender(std::unique_ptr<events::WebhookSender> http, CliSessions& sessions)
      : http_(std::move(http)), sessions_(sessions) {}

  void post(events::WebhookRequest request,
            std::function<void(const events::WebhookReply&)> done) override {
    if (!request.listener) return http_->post(std::move(request), std::move(done));
    sessions_.deliver(request, [this, done = std::move(done)](bool sent) {
      http_->after(0, [done, sent] {
        done({.status = sent ? 200 : 0, .error = {}, .body = {}, .microseconds = 0});
      });
    });
  }
  void after(std::int64_t milliseconds, std::function<void()> call) override {
    http_->after(milliseconds, std::move(call));
  }
  void stop() override { http_->stop(); }

 private:
  std::unique_ptr<events::WebhookSender> http_;
  CliSessions& sessions_;
};

}  // namespace

std::unique_ptr<events::WebhookSender> make_split_sender(
    std::unique_ptr<events::WebhookSender> http, CliSessions& sessions) {
  return std::make_unique<SplitSender>(std::move(http), sessions);
}

}  // namespace okapi::server
