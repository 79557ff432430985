#pragma once
// Reading the members of outside JSON, with the field's name in every refusal.

#include "protocol/error.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// Appends `.key`, or `key` at the beginning: how fields are named in `details.field`. Long keys are cut.
void append_field(std::string& path, std::string_view key);
/// Appends `[index]`.
void append_field(std::string& path, std::size_t index);

/// Where a reader stands. Costs nothing until somebody asks for the text. It refers to the path it was made
/// from, which must live as long.
class field_path {
 public:
  field_path() = default;
  field_path member(std::string_view key) const noexcept { return {*this, key, no_index}; }
  field_path item(std::size_t index) const noexcept { return {*this, {}, index}; }

  /// As in `nodes[2].position.x`; empty for the document itself.
  std::string text() const;

 private:
  static constexpr std::size_t no_index = static_cast<std::size_t>(-1);
  field_path(const field_path& parent, std::string_view key, std::size_t index) noexcept
      : parent_(&parent), key_(key), index_(index) {}

  const field_path* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = no_index;
};

/// Keeps the first thing that was wrong; what is read after that doesn't matter, so that callers read all
/// their members in a row and ask once.
class field_reader {
 public:
  bool ok() const noexcept { return !problem_; }

  /// @pre !ok()
  failure take_failure() { return failure(std::move(*problem_)); }

  /// @param rule what the field must be, as in "must be a number"
  void refuse(const field_path& at, std::string_view rule);

  // -- members ------------------------------------------------------------------------------------------
  /// @returns nullptr, and refuses, if the member is missing or null
  const boost::json::value* required(const boost::json::object& from, const field_path& at,
                                     std::string_view key);
  /// @returns nullptr if the member is missing, or null, which is refused
  const boost::json::value* optional(const boost::json::object& from, const field_path& at,
                                     std::string_view key);

  // -- values; a neutral one is returned for what was refused -----------------------------------------------
  /// Valid UTF-8 of at most 64 KiB.
  std::string text(const boost::json::value& value, const field_path& at);
  /// 1..200 characters, not blank.
  std::string name(const boost::json::value& value, const field_path& at);
  /// 1..128 bytes without control characters.
  std::string id(const boost::json::value& value, const field_path& at);
  bool boolean(const boost::json::value& value, const field_path& at);
  double number(const boost::json::value& value, const field_path& at);
  double number(const boost::json::value& value, const field_path& at, double least, double most);
  /// A JSON number without a fractional part: 3, 3.0 and 3e0, not 3.5 and not "3".
  std::int64_t integer(const boost::json::value& value, const field_path& at, std::int64_t least,
                       std::int64_t most);
  /// @returns nullptr if it is none
  const boost::json::object* object(const boost::json::value& value, const field_path& at);
  const boost::json::array* array(const boost::json::value& value, const field_path& at);

  /// Checks what is kept without being understood: strings, keys, numbers and nesting as limited.
  /// @param depth how many containers it stands in
  void kept(const boost::json::value& value, const field_path& at, std::size_t depth);
  /// The same of a member's name. @param at the object it is in
  void kept_key(std::string_view name, const field_path& at);

 private:
  std::optional<error> problem_;
};

} // namespace troupe
