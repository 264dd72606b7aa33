// Holds an answer against what the catalogue declares for its operation: every field known, none
// missing, of the declared type, null only where that is allowed, enum words legal; the same for
// error bodies. Runs on every answer of every transcript.
#pragma once

#include <string>
#include <vector>

#include "api/catalogue.h"
#include "api/request.h"
#include "base/json.h"

namespace okapi::transcript {

// One sentence for each fault, with the path of the field: "data.0.status: …". Empty: the shape is
// right, or the answer is not one of an operation of Stripe's.
[[nodiscard]] std::vector<std::string> shape_faults(const api::Request& request,
                                                    const api::Response& response);

// An object of the kind; `path` is where it stands.
[[nodiscard]] std::vector<std::string> object_faults(const api::ObjectType& type,
                                                     const Json& object, const std::string& path);
[[nodiscard]] std::vector<std::string> error_faults(const Json& body, bool v2);

}  // namespace okapi::transcript
