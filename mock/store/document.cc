#include <utility>

#include "base/check.h"
#include "store/document_body.h"

namespace okapi::store {
namespace {

struct Tree {
  explicit Tree(Json from) : json(std::move(from)) {}
  ~Tree() { take_apart(json); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  Json json;
};

std::shared_ptr<const Json> share(Json tree) {
  const auto shared = std::make_shared<Tree>(std::move(tree));
  return {shared, &shared->json};
}

}  // namespace

// A handle of nothing is a bug of the caller, which answers 500 instead of ending the server.
const std::string& Document::kind() const {
  OKAPI_CHECK(body_ != nullptr);
  return *body_->kind;
}
const std::string& Document::id() const {
  OKAPI_CHECK(body_ != nullptr);
  return body_->id;
}
std::uint64_t Document::sequence() const {
  OKAPI_CHECK(body_ != nullptr);
  return body_->sequence;
}

const std::string& Document::text() const {
  OKAPI_CHECK(body_ != nullptr);
  body_->rendered.call([&body = *body_] {
    body.text = body.source ? body.source(body.id) : to_compact(*body.tree);
    // It stays for as long as the document does.
    body.text.shrink_to_fit();
    body.source = nullptr;
    if (!body.open) body.tree = nullptr;
  });
  return body_->text;
}

const Json& Document::operator*() const {
  OKAPI_CHECK(body_ != nullptr);
  if (tree_) return *tree_;
  if (body_->open) {
    tree_ = body_->tree;
  } else if (parsed_) {
    parsed_->once.call([this] {
      if (!parsed_->tree) parsed_->tree = share(parse_stored(text()));
    });
    tree_ = parsed_->tree;
  } else {
    tree_ = share(parse_stored(text()));
  }
  return *tree_;
}

Document Document::make(Name name, Json tree) {
  auto body = std::make_shared<Body>();
  body->kind = std::move(name.kind);
  body->id = std::move(name.id);
  body->sequence = name.sequence;
  body->tree = share(std::move(tree));
  body->open = true;
  return Document(std::move(body));
}

Document Document::make_text(Name name, std::string text) {
  auto body = std::make_shared<Body>();
  body->kind = std::move(name.kind);
  body->id = std::move(name.id);
  body->sequence = name.sequence;
  body->text = std::move(text);
  body->rendered.set_done();
  return Document(std::move(body));
}

Document Document::make_deferred(Name name, Source source) {
  auto body = std::make_shared<Body>();
  body->kind = std::move(name.kind);
  body->id = std::move(name.id);
  body->sequence = name.sequence;
  body->source = std::move(source);
  return Document(std::move(body));
}

Document::Name Document::name() const {
  return {.kind = body_->kind, .id = body_->id, .sequence = body_->sequence};
}

const Json* Document::tree_at_hand() const {
  if (tree_) return tree_.get();
  return body_->open ? body_->tree.get() : nullptr;
}

std::shared_ptr<const Json> Document::close() const {
  if (!std::exchange(body_->open, false) || !body_->rendered.done()) return nullptr;
  return std::move(body_->tree);
}

}  // namespace okapi::store
