#pragma once
// JSON as text: a strict parser for what comes from outside, and one canonical way of writing.

#include "protocol/error.hpp"

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace troupe {

/// Parses one JSON text strictly: UTF-8, no duplicate keys, nesting and string lengths as limited, finite
/// numbers (1e400 is refused), nothing behind it. Numbers are rounded correctly; the cost is linear.
/// @param storage where the value lives; the default heap unless told otherwise
/// @returns PARSE_ERROR when it is no JSON (also duplicate keys and bad UTF-8), VALIDATION_ERROR naming the
///          field when a limit is passed
result<boost::json::value> parse_json(std::string_view text, boost::json::storage_ptr storage = {});

/// Canonical text: members in their order, no blanks, shortest numbers that read back the same
/// (0.5, 1, 1e+30; never 5E-1), non-ASCII as it is.
void append_json(std::string& out, const boost::json::value& value);
void append_json(std::string& out, const boost::json::object& value);
std::string to_json(const boost::json::value& value);
void append_json_string(std::string& out, std::string_view text);

/// The number as canonical JSON text; not finite becomes 0. Written without exponent from 1e-6 up to,
/// but not including, 1e21, as browsers do.
void append_json_number(std::string& out, double number);

/// The double that the shortest decimal text of a float means: 0.9f gives 0.9 and not 0.8999999761581421,
/// so that a number stored as float is written as it was read.
double shortest_decimal(float number) noexcept;

} // namespace troupe
