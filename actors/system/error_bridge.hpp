#pragma once
// Between Troupe's errors and CAF's, for answers to requests inside a node.

#include "protocol/error.hpp"
#include "protocol/port.hpp"

namespace troupe::actors {

caf::error to_caf(const error& what);

/// Errors of CAF itself become what a client should hear: TIMEOUT for an answer that didn't come,
/// STORAGE_UNAVAILABLE (try again) for an actor that is being restarted.
error from_caf(const caf::error& reason);

/// The usual end of a handler that may fail.
template <class T>
caf::result<T> answer(result<T> outcome) {
  if (!outcome) return to_caf(outcome.error());
  if constexpr (std::is_void_v<T>)
    return caf::unit;
  else
    return std::move(*outcome);
}

} // namespace troupe::actors
