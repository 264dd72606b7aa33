// What the replay does to seeds: a few of libFuzzer's tricks, so that every build tries inputs that
// nobody wrote. The same seed number gives the same inputs on every machine.
#pragma once

#include <string>
#include <vector>

#include "tests/malformed/random.h"

namespace okapi::fuzz {

// One of the seeds, damaged in one to four places. `seeds` is not empty.
[[nodiscard]] std::string mutation(const std::vector<std::string>& seeds,
                                   malformed::Random& random);

}  // namespace okapi::fuzz
