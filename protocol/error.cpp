#include "protocol/error.hpp"

#include <array>
#include <fmt/format.h>

namespace troupe {

namespace {

struct code_row {
  std::string_view name;
  unsigned status;
};

constexpr std::array rows{
    code_row{"VALIDATION_ERROR", 400},   code_row{"UNAUTHORIZED", 401},
    code_row{"FORBIDDEN", 403},          code_row{"NOT_FOUND", 404},
    code_row{"METHOD_NOT_ALLOWED", 405}, code_row{"TIMEOUT", 408},
    code_row{"CONFLICT", 409},           code_row{"PAYLOAD_TOO_LARGE", 413},
    code_row{"URI_TOO_LONG", 414},       code_row{"UNSUPPORTED_MEDIA_TYPE", 415},
    code_row{"TOO_MANY_REQUESTS", 429},  code_row{"HEADERS_TOO_LARGE", 431},
    code_row{"INTERNAL_ERROR", 500},     code_row{"STORAGE_UNAVAILABLE", 503},
    code_row{"PARSE_ERROR", 400},        code_row{"UNKNOWN_TYPE", 400},
    code_row{"RATE_LIMITED", 400},
};
static_assert(rows.size() == static_cast<std::size_t>(ec::count_));

const code_row& row_of(ec code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return rows[index < rows.size() ? index : static_cast<std::size_t>(ec::internal_error)];
}

} // namespace

std::string_view code_name(ec code) noexcept {
  return row_of(code).name;
}

unsigned http_status(ec code) noexcept {
  return row_of(code).status;
}

failure fail(ec code, std::string message) {
  return failure(error{code, std::move(message), {}});
}

failure invalid(std::string field, std::string message) {
  return failure(error{ec::validation_error, std::move(message), {{"field", std::move(field)}}});
}

failure not_found(std::string_view kind, std::string_view id) {
  return failure(
      error{ec::not_found, fmt::format("there is no {} \"{}\"", kind, id), {{"kind", kind}, {"id", id}}});
}

} // namespace troupe
