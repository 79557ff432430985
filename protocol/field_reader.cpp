#include "protocol/field_reader.hpp"

#include "protocol/entities.hpp"
#include "protocol/utf8.hpp"

#include <cmath>
#include <fmt/format.h>

namespace troupe {

namespace json = boost::json;

void append_field(std::string& path, std::string_view key) {
  if (!path.empty()) path += '.';
  path += excerpt(key);
}

void append_field(std::string& path, std::size_t index) {
  path += fmt::format("[{}]", index);
}

std::string field_path::text() const {
  if (!parent_) return {};
  auto out = parent_->text();
  if (index_ != no_index)
    append_field(out, index_);
  else
    append_field(out, key_);
  return out;
}

void field_reader::refuse(const field_path& at, std::string_view rule) {
  if (problem_) return;
  auto field = at.text();
  auto message = fmt::format("{} {}", field.empty() ? "the document" : field, rule);
  problem_ = invalid(std::move(field), std::move(message)).value();
}

const json::value* field_reader::required(const json::object& from, const field_path& at,
                                          std::string_view key) {
  if (const auto* found = from.if_contains(key); found && !found->is_null()) return found;
  refuse(at.member(key), from.contains(key) ? "must not be null" : "is required");
  return nullptr;
}

const json::value* field_reader::optional(const json::object& from, const field_path& at,
                                          std::string_view key) {
  const auto* found = from.if_contains(key);
  if (!found || !found->is_null()) return found;
  refuse(at.member(key), "must not be null");
  return nullptr;
}

std::string field_reader::text(const json::value& value, const field_path& at) {
  const auto* found = value.if_string();
  if (!found)
    refuse(at, "must be a string");
  else if (found->size() > max_string_bytes)
    refuse(at, "must be at most 64 KiB long");
  else if (!is_utf8({found->data(), found->size()}))
    refuse(at, "must be UTF-8");
  else
    return {found->data(), found->size()};
  return {};
}

std::string field_reader::name(const json::value& value, const field_path& at) {
  auto out = text(value, at);
  if (is_blank(out)) refuse(at, "must not be blank");
  if (code_points(out) > max_name_characters)
    refuse(at, fmt::format("must be at most {} characters long", max_name_characters));
  return out;
}

std::string field_reader::id(const json::value& value, const field_path& at) {
  auto out = text(value, at);
  if (out.empty()) refuse(at, "must not be empty");
  if (out.size() > max_id_bytes) refuse(at, fmt::format("must be at most {} bytes long", max_id_bytes));
  if (has_control(out)) refuse(at, "must not hold control characters");
  return out;
}

bool field_reader::boolean(const json::value& value, const field_path& at) {
  if (!value.is_bool()) refuse(at, "must be true or false");
  return value.is_bool() && value.get_bool();
}

double field_reader::number(const json::value& value, const field_path& at) {
  if (!value.is_number()) {
    refuse(at, "must be a number");
    return 0;
  }
  const auto out = value.to_number<double>();
  if (std::isfinite(out)) return out;
  refuse(at, "must be finite");
  return 0;
}

double field_reader::number(const json::value& value, const field_path& at, double least, double most) {
  const auto out = number(value, at);
  if (out >= least && out <= most) return out;
  refuse(at, fmt::format("must be a number from {} to {}", least, most));
  return least;
}

std::int64_t field_reader::integer(const json::value& value, const field_path& at, std::int64_t least,
                                   std::int64_t most) {
  const auto out = value.is_number() ? value.to_number<double>() : least - 1.0;
  if (out >= static_cast<double>(least) && out <= static_cast<double>(most) && out == std::floor(out))
    return static_cast<std::int64_t>(out);
  refuse(at, fmt::format("must be an integer from {} to {}", least, most));
  return least;
}

const json::object* field_reader::object(const json::value& value, const field_path& at) {
  if (!value.is_object()) refuse(at, "must be an object");
  return value.if_object();
}

const json::array* field_reader::array(const json::value& value, const field_path& at) {
  if (!value.is_array()) refuse(at, "must be an array");
  return value.if_array();
}

void field_reader::kept(const json::value& value, const field_path& at, std::size_t depth) {
  if (!ok()) return;
  if (value.is_string()) text(value, at);
  if (value.is_double()) number(value, at);
  if (!value.is_structured()) return;
  if (depth >= max_nesting) {
    refuse(at, fmt::format("is nested deeper than {}", max_nesting));
    return;
  }
  if (const auto* members = value.if_object()) {
    for (const auto& [key, member] : *members) {
      const std::string_view name(key.data(), key.size());
      kept_key(name, at);
      kept(member, at.member(name), depth + 1);
    }
    return;
  }
  std::size_t i = 0;
  for (const auto& item : value.get_array()) kept(item, at.item(i++), depth + 1);
}

void field_reader::kept_key(std::string_view name, const field_path& at) {
  if (name.size() > max_string_bytes || !is_utf8(name))
    refuse(at, "must have keys of UTF-8, at most 64 KiB long");
}

} // namespace troupe
