#include "cli/placeholders.h"

#include <algorithm>

#include "api/catalogue.h"
#include "base/ascii.h"

namespace okapi::cli {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : lowered(text)) {
    const bool in_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (in_word) word += c;
    if (!in_word && !word.empty()) words.push_back(std::exchange(word, {}));
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

void collect_words(const Json& value, std::set<std::string>& words) {
  if (value.is_string()) {
    for (std::string& word : words_of(value.get_ref<const std::string&>())) {
      words.insert(std::move(word));
    }
  }
  if (!value.is_structured()) return;
  for (const auto& [key, member] : value.items()) collect_words(member, words);
}

// "billing.credit_grant" is called CREDIT_GRANT, "test_helpers.test_clock" TEST_CLOCK.
std::string noun_of(std::string_view object) {
  return lowered(object.substr(object.rfind('.') + 1));
}

struct Choice {
  Wanted wanted;
  std::vector<std::size_t> best;  // candidates with the highest score, newest first
};

Choice rank(const Wanted& wanted, const std::vector<std::set<std::string>>& words) {
  Choice choice{.wanted = wanted, .best = {}};
  std::ptrdiff_t highest = -1;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::ptrdiff_t score = std::ranges::count_if(
        wanted.words, [&](const std::string& word) { return words[i].contains(word); });
    if (score > highest) choice.best.clear();
    highest = std::max(highest, score);
    if (score == highest) choice.best.push_back(i);
  }
  return choice;
}

}  // namespace

std::vector<std::string> placeholders_in(std::string_view text) {
  std::vector<std::string> names;
  std::size_t at = 0;
  while ((at = text.find("{{", at)) != std::string_view::npos) {
    const std::size_t end = text.find("}}", at);
    if (end == std::string_view::npos) break;
    std::string name(text.substr(at + 2, end - at - 2));
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    at = end + 2;
  }
  return names;
}

std::string fill_placeholders(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    const std::string hole = "{{" + name + "}}";
    for (std::size_t at = text.find(hole); at != std::string::npos; at = text.find(hole, at)) {
      text.replace(at, hole.size(), value);
      at += value.size();
    }
  }
  return text;
}

std::optional<PlaceholderKind> kind_of_placeholder(std::string_view name) {
  std::string stem = lowered(name);
  if (stem.ends_with("_id")) stem.resize(stem.size() - 3);
  std::string_view longest;
  std::string object;
  for (std::uint32_t i = 0; i < api::object_count(); ++i) {
    const std::string_view candidate = api::ObjectType(i).name();
    const std::string noun = noun_of(candidate);
    if (stem != noun && !stem.ends_with("_" + noun)) continue;
    // PRODUCT is "product", not "climate.product".
    const bool plainer = noun.size() == longest.size() && candidate.size() < object.size();
    if (noun.size() <= longest.size() && !plainer) continue;
    object = candidate;
    longest = std::string_view(stem).substr(stem.size() - noun.size());
  }
  if (object.empty()) return std::nullopt;
  PlaceholderKind kind{.object = object, .list_path = {}, .words = {}};
  kind.words = words_of(std::string_view(stem).substr(0, stem.size() - longest.size()));
  for (std::uint32_t i = 0; i < api::operation_count(); ++i) {
    const api::Operation operation(i);
    if (operation.shape() != api::Shape::list || operation.response_object() != object) continue;
    if (operation.path().find('{') == std::string_view::npos) kind.list_path = operation.path();
  }
  return kind;
}

std::map<std::string, std::string> choose_objects(const std::vector<Wanted>& names,
                                                  const std::vector<Json>& candidates) {
  std::vector<std::set<std::string>> words(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) collect_words(candidates[i], words[i]);
  std::vector<Choice> choices;
  choices.reserve(names.size());
  for (const Wanted& wanted : names) choices.push_back(rank(wanted, words));
  // The name that leaves the least choice is served first.
  std::ranges::stable_sort(choices, {}, [](const Choice& choice) { return choice.best.size(); });
  std::map<std::string, std::string> chosen;
  std::set<std::size_t> taken;
  for (const Choice& choice : choices) {
    const auto free =
        std::ranges::find_if(choice.best, [&](std::size_t i) { return !taken.contains(i); });
    if (free == choice.best.end()) continue;
    taken.insert(*free);
    chosen[choice.wanted.name] = text(candidates[*free], "id");
  }
  return chosen;
}

}  // namespace okapi::cli
