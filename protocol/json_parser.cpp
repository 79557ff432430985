// The strict parser of `json_text.hpp`: Boost.JSON's grammar, and on top of it what it leaves to its user:
// duplicate keys, limits with the field's name, and correctly rounded numbers.
#include "protocol/entities.hpp"
#include "protocol/field_reader.hpp"
#include "protocol/json_text.hpp"
#include "protocol/utf8.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <boost/system/errc.hpp>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace troupe {

namespace {

namespace json = boost::json;
using boost::json::error_code;
using json_view = boost::json::string_view;

/// One open object or array.
struct level {
  bool is_object;
  std::uint32_t first_key;  ///< in `handler::keys_`
  std::uint32_t first_byte; ///< in `handler::text_`
  std::size_t items = 0;    ///< of an array: those before the one being read
};

struct key_span {
  std::uint32_t offset, size;
};

/// Keys of open objects stand behind each other in one buffer, so that comparing and naming them needs no
/// allocation for messages of usual size.
class handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit handler(json::storage_ptr storage) : stack_({}, scratch_, sizeof scratch_) {
    stack_.reset(std::move(storage));
  }

  json::value release() { return stack_.release(); }
  std::optional<error>& problem() noexcept { return problem_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }

  bool on_object_begin(error_code& failed) { return open(true, failed); }
  bool on_array_begin(error_code& failed) { return open(false, failed); }

  bool on_object_end(std::size_t count, error_code& failed) {
    if (!keys_differ(failed)) return false;
    const auto closed = levels_.back();
    keys_.resize(closed.first_key);
    text_.resize(closed.first_byte);
    levels_.pop_back();
    stack_.push_object(count);
    return next();
  }

  bool on_array_end(std::size_t count, error_code&) {
    levels_.pop_back();
    stack_.push_array(count);
    return next();
  }

  bool on_key_part(json_view part, std::size_t size, error_code& failed) {
    if (size > max_string_bytes) return refuse_key(failed);
    text_.insert(text_.end(), part.begin(), part.end());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json_view part, std::size_t size, error_code& failed) {
    if (size > max_string_bytes) return refuse_key(failed);
    text_.insert(text_.end(), part.begin(), part.end());
    keys_.push_back({static_cast<std::uint32_t>(text_.size() - size), static_cast<std::uint32_t>(size)});
    stack_.push_key(part);
    return true;
  }

  bool on_string_part(json_view part, std::size_t size, error_code& failed) {
    if (size > max_string_bytes) return refuse("must be at most 64 KiB long", failed);
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json_view part, std::size_t size, error_code& failed) {
    if (size > max_string_bytes) return refuse("must be at most 64 KiB long", failed);
    stack_.push_string(part);
    return next();
  }

  bool on_number_part(json_view part, error_code&) {
    number_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t value, json_view, error_code&) {
    number_.clear();
    stack_.push_int64(value);
    return next();
  }
  bool on_uint64(std::uint64_t value, json_view, error_code&) {
    number_.clear();
    stack_.push_uint64(value);
    return next();
  }
  bool on_double(double rough, json_view part, error_code& failed) {
    number_.append(part.data(), part.size());
    double exact = 0;
    const auto end = number_.data() + number_.size();
    const auto status = std::from_chars(number_.data(), end, exact).ec;
    number_.clear();
    if (status == std::errc::result_out_of_range) {
      // Too small for a double is 0; too large is no number that we can work with.
      if (!(std::fabs(rough) < 1)) return refuse("must be a finite number", failed);
      exact = 0;
    }
    stack_.push_double(exact);
    return next();
  }

  bool on_bool(bool value, error_code&) {
    stack_.push_bool(value);
    return next();
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return next();
  }

  bool on_comment_part(json_view, error_code&) { return true; }
  bool on_comment(json_view, error_code&) { return true; }

 private:
  bool open(bool is_object, error_code& failed) {
    if (levels_.size() >= max_nesting)
      return refuse(fmt::format("is nested deeper than {}", max_nesting), failed);
    levels_.push_back(
        {is_object, static_cast<std::uint32_t>(keys_.size()), static_cast<std::uint32_t>(text_.size())});
    return true;
  }

  /// A value is complete.
  bool next() noexcept {
    if (!levels_.empty()) ++levels_.back().items;
    return true;
  }

  std::string_view key(key_span at) const noexcept { return {text_.data() + at.offset, at.size}; }

  std::string place() const {
    std::string out;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const auto& at = levels_[i];
      const auto end = i + 1 < levels_.size() ? levels_[i + 1].first_key : keys_.size();
      if (!at.is_object)
        append_field(out, at.items);
      else if (end > at.first_key)
        append_field(out, key(keys_[end - 1]));
    }
    return out;
  }

  bool refuse(std::string_view rule, error_code& failed) {
    auto field = place();
    auto message = fmt::format("{} {}", field.empty() ? "the document" : field, rule);
    problem_ = invalid(std::move(field), std::move(message)).value();
    return stop(failed);
  }

  bool refuse_key(error_code& failed) {
    keys_.resize(levels_.back().first_key); // the place is that of the object, not of its last member
    return refuse("has a key longer than 64 KiB", failed);
  }

  static bool stop(error_code& failed) {
    failed = make_error_code(boost::system::errc::invalid_argument);
    return false;
  }

  /// Few keys are compared pair by pair; many are sorted, which no choice of keys can make slow.
  bool keys_differ(error_code& failed) {
    const auto first = keys_.begin() + levels_.back().first_key;
    const auto same = [&](key_span a, key_span b) { return key(a) == key(b); };
    auto twice = keys_.end();
    if (keys_.end() - first <= 8) {
      for (auto one = first; one != keys_.end() && twice == keys_.end(); ++one)
        if (std::any_of(first, one, [&](key_span earlier) { return same(earlier, *one); })) twice = one;
    } else {
      std::sort(first, keys_.end(), [&](key_span a, key_span b) { return key(a) < key(b); });
      twice = std::adjacent_find(first, keys_.end(), same);
    }
    if (twice == keys_.end()) return true;
    const std::string name(excerpt(key(*twice)));
    keys_.resize(levels_.back().first_key); // so that the place is that of the object
    auto in = place();
    problem_ = fail(ec::parse_error,
                    fmt::format("the key \"{}\" stands twice in {}", name, in.empty() ? "the document" : in))
                   .value();
    return stop(failed);
  }

  json::value_stack stack_;
  boost::container::small_vector<level, max_nesting> levels_;
  boost::container::small_vector<key_span, 32> keys_;
  boost::container::small_vector<char, 512> text_;
  std::string number_;
  std::optional<error> problem_;
  unsigned char scratch_[512]; // of stack_, which only keeps the address before
};

failure not_json(std::string_view text, std::size_t offset, std::string_view reason) {
  const auto before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto newline = before.rfind('\n');
  const auto column = offset - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
  return fail(ec::parse_error, fmt::format("not JSON at line {}, column {}: {}", line, column, reason));
}

} // namespace

result<json::value> parse_json(std::string_view text, json::storage_ptr storage) {
  json::parse_options options;
  options.max_depth = max_nesting + 1; // the handler refuses what is deeper, with its name
  json::basic_parser<handler> parser(options, std::move(storage));
  error_code failed;
  const auto used = parser.write_some(false, text.data(), text.size(), failed);
  if (auto& problem = parser.handler().problem()) return failure(std::move(*problem));
  if (failed) return not_json(text, used, failed.message());
  if (used < text.size()) return not_json(text, used, "something follows the value");
  return parser.handler().release();
}

} // namespace troupe
