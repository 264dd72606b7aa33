#include "store/document.h"

#include <mutex>

#include "base/check.h"

namespace okapi::store {

struct Document::Body {
  std::string kind;
  std::string id;
  std::uint64_t sequence = 0;
  mutable std::string text;
  mutable std::shared_ptr<const Json> tree;       // only until the transaction commits
  mutable std::function<std::string()> render;    // only until first read
  mutable std::once_flag rendered;
};

const std::string& Document::kind() const { return body_->kind; }
const std::string& Document::id() const { return body_->id; }
std::uint64_t Document::sequence() const { return body_->sequence; }

const std::string& Document::text() const {
  std::call_once(body_->rendered, [this] {
    if (!body_->text.empty()) return;
    body_->text = body_->tree ? to_compact(*body_->tree) : body_->render();
    body_->render = nullptr;
  });
  return body_->text;
}

const Json& Document::operator*() const {
  OKAPI_CHECK(body_ != nullptr);
  if (tree_) return *tree_;
  tree_ = body_->tree ? body_->tree : std::make_shared<const Json>(parse_stored(text()));
  return *tree_;
}

Document Document::make(std::string kind, std::string id, std::uint64_t sequence, Json tree) {
  auto body = std::make_shared<Body>();
  body->kind = std::move(kind);
  body->id = std::move(id);
  body->sequence = sequence;
  body->tree = std::make_shared<const Json>(std::move(tree));
  return Document(std::move(body));
}

Document Document::make_text(std::string kind, std::string id, std::uint64_t sequence,
                             std::string text) {
  auto body = std::make_shared<Body>();
  body->kind = std::move(kind);
  body->id = std::move(id);
  body->sequence = sequence;
  body->text = std::move(text);
  return Document(std::move(body));
}

Document Document::make_deferred(std::string kind, std::string id, std::uint64_t sequence,
                                 std::function<std::string()> render) {
  auto body = std::make_shared<Body>();
  body->kind = std::move(kind);
  body->id = std::move(id);
  body->sequence = sequence;
  body->render = std::move(render);
  return Document(std::move(body));
}

void Document::settle() const {
  (void)text();
  body_->tree = nullptr;
}

}  // namespace okapi::store
