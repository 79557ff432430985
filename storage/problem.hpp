#pragma once
// What is wrong in a file on disk, in the words and with the place a person needs to mend it.

#include "protocol/entities.hpp"

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::storage {

/// One finding in a show file or in the settings.
struct problem {
  std::string file; ///< relative to DATA_DIR (`default/fixtures.yaml`); settings: the path as given
  std::uint32_t line =
      0; ///< from 1; 0 if it has no place (it came over the network, or the file can't be read)
  std::uint32_t column = 0;              ///< from 1, in characters; 0 as above
  std::string reason;                    ///< one sentence without a full stop
  std::optional<entity_kind> unreadable; ///< the whole file doesn't parse: that kind is read-only
  bool error = true;                     ///< false: a warning, for `troupe check`
};

/// `default/fixtures.yaml:3:5: the reason`; without the place if there is none.
std::string to_string(const problem& value);

/// `{file, line, column, reason}`, for health and for `details`; without line and column if there are none.
boost::json::object to_json_value(const problem& value);

} // namespace troupe::storage
