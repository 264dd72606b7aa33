#include "tests/transcript/bless.h"

#include <algorithm>

namespace okapi::transcript {

void Blessing::replace(Span place, std::string with) { edits_.push_back({place, std::move(with)}); }

void Blessing::add_answer(const Step& step, int status, const Json& body,
                          const Bindings& bindings) {
  std::string answer = "< " + std::to_string(status) + "\n";
  if (!body.is_null()) answer += render_value(body, bindings, 0) + "\n";
  replace({step.end, step.end}, std::move(answer));
}

std::string Blessing::text() const {
  std::vector<Edit> edits = edits_;
  std::ranges::stable_sort(edits, {}, [](const Edit& edit) { return edit.place.begin; });
  std::string out;
  std::size_t copied = 0;
  for (const Edit& edit : edits) {
    out.append(original_, copied, edit.place.begin - copied).append(edit.with);
    copied = edit.place.end;
  }
  return out.append(original_, copied);
}

}  // namespace okapi::transcript
