#pragma once
// Shorthands of the codec tests.

#include "protocol/entity_codec.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

namespace troupe::test {

/// @pre `text` is JSON
inline boost::json::value json_of(std::string_view text) {
  auto parsed = parse_json(text);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}

inline boost::json::object object_of(std::string_view text) {
  return json_of(text).as_object();
}

inline result<record_ptr> parse(entity_kind kind, std::string_view text,
                                entity_source source = entity_source::network) {
  return parse_entity(kind, "e1", 1, object_of(text), source);
}

/// The field that was refused, or what happened instead.
template <class T>
std::string refused_field(const result<T>& outcome) {
  if (outcome) return "(accepted)";
  if (outcome.error().code != ec::validation_error) return std::string(code_name(outcome.error().code));
  const auto* field = outcome.error().details.if_contains("field");
  return field ? std::string(field->as_string().c_str()) : "(no field)";
}

} // namespace troupe::test
