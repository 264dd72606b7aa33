// The main of libFuzzer brings this one input after the other; what the target throws ends the run.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  okapi::fuzz::OKAPI_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
