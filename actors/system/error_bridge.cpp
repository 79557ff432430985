#include "actors/system/error_bridge.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace troupe::actors {

namespace {
constexpr std::uint8_t code_base = 1; // CAF takes code 0 for "no error"
}

caf::error to_caf(const error& what) {
  return port::make_error(static_cast<std::uint8_t>(static_cast<std::uint8_t>(what.code) + code_base),
                          caf::make_message(what.message, boost::json::serialize(what.details)));
}

error from_caf(const caf::error& reason) {
  if (port::is_own(reason)) {
    error what{static_cast<ec>(reason.code() - code_base), {}, {}};
    const auto& context = reason.context();
    if (context.match_elements<std::string, std::string>()) {
      what.message = context.get_as<std::string>(0);
      boost::system::error_code failed;
      auto details = boost::json::parse(context.get_as<std::string>(1), failed);
      if (!failed && details.is_object()) what.details = std::move(details.get_object());
    }
    return what;
  }
  if (reason == caf::sec::request_timeout) return {ec::timeout, "no answer came in time", {}};
  if (reason == caf::sec::request_receiver_down || reason == caf::sec::runtime_error)
    return {ec::storage_unavailable, "this part of the server is being restarted; try again", {}};
  return {ec::internal_error, "an internal request failed", {}};
}

} // namespace troupe::actors
