#pragma once
// Which value a piece of YAML text stands for, and how a value is written so that every reader agrees.

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::storage {

/// A plain scalar by the core schema of YAML 1.2: null, true, false, integers (also 0x and 0o), floats, else
/// the text itself. Integers that don't fit 64 bits become floats.
/// @returns nothing for `.inf` and `.nan` and for floats out of range: Troupe's numbers are finite
std::optional<boost::json::value> resolve_plain(std::string_view text);

/// The number or boolean, if the text is one by the same schema.
std::optional<boost::json::value> resolve_integer(std::string_view text);
std::optional<boost::json::value> resolve_float(std::string_view text);
std::optional<boost::json::value> resolve_boolean(std::string_view text);
bool spells_null(std::string_view text) noexcept; ///< empty, `~`, `null`, `Null`, `NULL`

/// Whether the text may stand without quotes as a key or value in block style, so that readers of YAML 1.1
/// and of 1.2 both take it for this string. Errs on the side of quotes.
bool plain_safe(std::string_view text) noexcept;

/// The string plain if that is safe, else in double quotes on one line.
void append_yaml_string(std::string& out, std::string_view text);

/// The shortest digits that read back as the same number, as a number in YAML 1.1 and 1.2 (`1.0e+30`). A
/// double without fraction is written as an integer: JSON, which all of this becomes, knows one kind of
/// number.
void append_yaml_number(std::string& out, double number);

} // namespace troupe::storage
