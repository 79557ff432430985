#include "storage/problem.hpp"

#include <fmt/format.h>

namespace troupe::storage {

std::string to_string(const problem& value) {
  if (value.line == 0) return fmt::format("{}: {}", value.file, value.reason);
  return fmt::format("{}:{}:{}: {}", value.file, value.line, value.column, value.reason);
}

boost::json::object to_json_value(const problem& value) {
  boost::json::object out{{"file", value.file}};
  if (value.line > 0) {
    out["line"] = value.line;
    out["column"] = value.column;
  }
  out["reason"] = value.reason;
  return out;
}

} // namespace troupe::storage
