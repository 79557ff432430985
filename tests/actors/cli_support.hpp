#pragma once
// A command run inside the test, with what it prints.

#include "actors/cli/streams.hpp"

#include <sstream>
#include <string>

namespace troupe::test {

struct outcome {
  int code;
  std::string out, err;
};

template <class Run>
outcome catching(Run run) {
  std::ostringstream out, err;
  const int code = run(cli::streams{out, err});
  return {code, out.str(), err.str()};
}

} // namespace troupe::test
