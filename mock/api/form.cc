#include "api/form.h"

#include <algorithm>

#include "api/error.h"
#include "base/text.h"

namespace okapi::api {
namespace {

constexpr std::size_t deepest = 20;
constexpr std::size_t most_pairs = 10'000;
constexpr std::size_t many_children = 16;  // from here on a map is quicker than looking along

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_percent_code(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0;
}

// Neither coded nor in need of a check.
bool is_plain(std::string_view piece) {
  return std::ranges::all_of(piece, [](char c) { return c > 0 && c != '%' && c != '+'; });
}

std::string decode_piece(std::string_view piece) {
  if (is_plain(piece)) return std::string(piece);
  for (std::size_t at = piece.find('%'); at != piece.npos; at = piece.find('%', at + 1)) {
    if (!is_percent_code(piece, at)) throw undecodable_parameters();
  }
  std::string decoded = percent_decode(piece, true);
  if (decoded.find('\0') != decoded.npos || !is_utf8(decoded)) throw undecodable_parameters();
  return decoded;
}

// a[b][][c] to {"a", "b", "", "c"}; a name whose brackets do not match is one segment.
void split_key(std::string_view key, std::vector<std::string_view>& segments) {
  segments.clear();
  const std::size_t open = key.find('[');
  if (open == key.npos || open == 0) {
    segments.push_back(key);
    return;
  }
  segments.push_back(key.substr(0, open));
  std::size_t at = open;
  while (at < key.size()) {
    const std::size_t close = key.find(']', at);
    if (key[at] != '[' || close == key.npos ||
        key.substr(at + 1, close - at - 1).find('[') != key.npos) {
      segments.assign(1, key);
      return;
    }
    segments.push_back(key.substr(at + 1, close - at - 1));
    at = close + 1;
  }
}

FormNode& append_child(FormNode& node, std::string_view key) {
  if (node.children.empty()) node.children.reserve(8);  // most hashes; growing moves every child
  node.children.push_back({std::string(key), FormNode()});
  if (node.children.size() == many_children) {
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      node.by_key.emplace(node.children[i].key, i);
    }
  } else if (node.children.size() > many_children) {
    node.by_key.emplace(key, node.children.size() - 1);
  }
  return node.children.back().node;
}

FormNode& child(FormNode& node, std::string_view key) {
  if (!node.by_key.empty()) {
    const auto found = node.by_key.find(key);
    return found == node.by_key.end() ? append_child(node, key) : node.children[found->second].node;
  }
  for (auto& [name, found] : node.children) {
    if (name == key) return found;
  }
  return append_child(node, key);
}

// Whether the element holds a value at this path already, so that the next one begins a new
// element.
bool is_taken(const FormNode& element, const std::string_view* begin, const std::string_view* end) {
  const FormNode* here = &element;
  for (; begin != end; ++begin) {
    if (begin->empty()) return false;  // positions below never clash
    here = here->find(*begin);
    if (here == nullptr) return false;
  }
  return here->is_leaf;
}

// The element that a[] with the rest of the path stands for.
FormNode& element(FormNode& node, const std::string_view* rest, const std::string_view* end) {
  const bool continues = rest != end && !node.children.empty() &&
                         node.children.back().key.empty() &&
                         !is_taken(node.children.back().node, rest, end);
  return continues ? node.children.back().node : append_child(node, {});
}

class Parser {
 public:
  void add_all(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('&'), text.size());
      if (end > 0) add_pair(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  FormNode root;

 private:
  void add_pair(std::string_view pair) {
    if (++pairs_ > most_pairs) throw undecodable_parameters();
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string key = decode_piece(pair.substr(0, equals));
    split_key(key, segments_);
    if (segments_.size() > deepest) throw undecodable_parameters();

    const std::string_view* const end = segments_.data() + segments_.size();
    FormNode* here = &root;
    for (const std::string_view* segment = segments_.data(); segment != end; ++segment) {
      here = segment->empty() && here != &root ? &element(*here, segment + 1, end)
                                               : &child(*here, *segment);
    }
    here->is_leaf = true;
    here->value = decode_piece(pair.substr(std::min(equals + 1, pair.size())));
  }

  std::size_t pairs_ = 0;
  std::vector<std::string_view> segments_;
};

}  // namespace

const FormNode* FormNode::find(std::string_view key) const {
  if (!by_key.empty()) {
    const auto found = by_key.find(key);
    return found == by_key.end() ? nullptr : &children[found->second].node;
  }
  for (const auto& [name, node] : children) {
    if (name == key) return &node;
  }
  return nullptr;
}

FormNode parse_form(std::string_view raw_query, std::string_view raw_body) {
  Parser parser;
  parser.add_all(raw_query);
  parser.add_all(raw_body);
  return std::move(parser.root);
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && is_percent_code(text, i)) {
      decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace okapi::api
