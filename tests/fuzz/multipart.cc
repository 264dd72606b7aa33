#include "api/multipart.h"

#include "api/error.h"
#include "api/form.h"
#include "tests/fuzz/law.h"
#include "tests/fuzz/targets.h"

namespace okapi::fuzz {

void multipart(std::string_view input) {
  const std::string_view content_type = take_line(input);
  if (!api::is_multipart(content_type)) return;
  try {
    const api::MultipartForm form = api::parse_multipart(content_type, input);
    if (form.file) expect(form.file->bytes.size() < input.size(), "the file outgrew its body");
    (void)api::parse_form({}, form.pairs);
  } catch (const api::ApiError&) {
  }
}

}  // namespace okapi::fuzz
