#include "protocol/frame_json.hpp"

#include "protocol/fixed_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

namespace troupe {

namespace {

/// Everything of one fixture but its id: separators, member names, seven numbers, and what a number's
/// writer may touch behind its end.
constexpr std::size_t max_bundle_size = 192;

/// A text of which only the beginning is filled.
class buffer {
 public:
  /// Reuses what is there: only what is added to its size costs time.
  buffer(std::string& out, std::size_t expected) : out_(out) {
    out_.resize(std::max(out_.size() + 2 * max_bundle_size, expected));
  }

  /// Where to write `size` bytes at most, given that everything up to `end` is filled.
  char* room(std::size_t filled, std::size_t size) {
    if (out_.size() - filled < size) out_.resize(std::max(filled + size, out_.size() / 2 * 3));
    return out_.data() + filled;
  }

 private:
  std::string& out_;
};

template <std::size_t Size>
char* put(char* out, const char (&text)[Size]) noexcept {
  std::memcpy(out, text, Size - 1);
  return out + Size - 1;
}

char* put(char* out, std::string_view text) noexcept {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

/// A prefix of a layout, in steps that may read and write a little more than it is long.
char* put_prefix(char* out, std::string_view prefix) noexcept {
  static_assert(wire_layout::prefix_slack >= 16);
  for (std::size_t i = 0; i < prefix.size(); i += 16) std::memcpy(out + i, prefix.data() + i, 16);
  return out + prefix.size();
}

/// Members with a comma before each. @param value column → fixed5
template <class Value>
char* put_members(char* out, std::uint8_t mask, Value&& value) noexcept {
  if ((mask & has_intensity) != 0) {
    out = put(out, ",\"intensity\":");
    out = fixed_text::write(out, value(column::intensity));
  }
  if ((mask & has_color) != 0) {
    const std::int32_t r = value(column::red), g = value(column::green), b = value(column::blue);
    out = put(out, ",\"color\":{\"r\":");
    out = fixed_text::write(out, r);
    out = put(out, ",\"g\":");
    out = fixed_text::write(out, g);
    out = put(out, ",\"b\":");
    out = fixed_text::write(out, b);
    *out++ = '}';
  }
  if ((mask & has_pan) != 0) {
    out = put(out, ",\"pan\":");
    out = fixed_text::write(out, value(column::pan));
  }
  if ((mask & has_tilt) != 0) {
    out = put(out, ",\"tilt\":");
    out = fixed_text::write(out, value(column::tilt));
  }
  if ((mask & has_zoom) != 0) {
    out = put(out, ",\"zoom\":");
    out = fixed_text::write(out, value(column::zoom));
  }
  return out;
}

/// The same, with null for those in `gone`.
template <class Value>
char* put_changes(char* out, std::uint8_t mask, std::uint8_t gone, Value&& value) noexcept {
  if (gone == 0) return put_members(out, mask, value);
  const auto put_one = [&](std::uint8_t bit, const auto& null_text) {
    if ((gone & bit) != 0)
      out = put(out, null_text);
    else
      out = put_members(out, mask & bit, value);
  };
  put_one(has_intensity, ",\"intensity\":null");
  put_one(has_color, ",\"color\":null");
  put_one(has_pan, ",\"pan\":null");
  put_one(has_tilt, ",\"tilt\":null");
  put_one(has_zoom, ",\"zoom\":null");
  return out;
}

constexpr std::size_t cell_size = 9; ///< `"rrggbb",`
constexpr std::size_t max_cells_frame = 16;

/// `,"cells":["rrggbb",…]`. @param colors red, green and blue of each
char* put_cells(char* out, std::span<const std::uint8_t> colors) noexcept {
  static constexpr char hex[] = "0123456789abcdef";
  out = put(out, ",\"cells\":[");
  for (std::size_t i = 0; i < colors.size(); i += 3) {
    *out++ = '"';
    for (std::size_t c = i; c < i + 3; ++c) {
      *out++ = hex[colors[c] >> 4];
      *out++ = hex[colors[c] & 0xf];
    }
    *out++ = '"';
    *out++ = ',';
  }
  if (!colors.empty()) --out;
  *out++ = ']';
  return out;
}

/// Closes an object whose members have been written with a comma before each, the first one too.
char* close_object(char* begin, char* end) noexcept {
  *begin = '{';
  if (begin == end) ++end;
  *end = '}';
  return end + 1;
}

char* put_seconds(char* out, std::int64_t nanoseconds) noexcept {
  constexpr std::uint64_t second = 1'000'000'000;
  auto rest = static_cast<std::uint64_t>(nanoseconds);
  if (nanoseconds < 0) {
    *out++ = '-';
    rest = 0 - rest;
  }
  out = std::to_chars(out, out + 20, rest / second).ptr;
  rest %= second;
  if (rest == 0) return out;
  *out++ = '.';
  for (auto unit = second / 10; rest != 0; unit /= 10) {
    *out++ = static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
  return out;
}

/// Makes one message out of an image.
class frame_writer {
 public:
  frame_writer(std::string& out, const frame_image& image, const fixture_filter* filter, bool cells)
      : image_(image), columns_(image.columns()),
        cells_(cells && image.cells().known() ? &image.cells() : nullptr), filter_(filter), out_(out),
        memory_(out, 256 + (filter ? filter->ids().size() : image.slots()) * 100) {
    if (filter) chosen_ = filter->slots_in(image.layout());
  }

  void full() {
    begin("{\"type\":\"frame/full\",\"t\":", ",\"fixtures\":");
    for (const auto slot : slots())
      if (columns_.written[slot] != 0) fixture(slot, columns_.mask[slot], 0, cells_of(slot, 0));
    end();
  }

  /// @returns whether anything changed
  bool delta(std::uint64_t since) {
    begin("{\"type\":\"frame/delta\",\"t\":", ",\"changes\":");
    for (const auto slot : slots())
      if (columns_.last_changed[slot] > since || (cells_ && cells_->changed(slot) > since))
        change(slot, since);
    departures(since);
    const bool any = filled_ != members_;
    end();
    return any;
  }

 private:
  std::span<const std::uint32_t> slots() const noexcept {
    return chosen_ ? std::span<const std::uint32_t>{*chosen_} : image_.layout()->order();
  }

  void begin(std::string_view head, std::string_view member) {
    char* const start = memory_.room(0, 256);
    char* at = put_seconds(put(start, head), image_.time().t_ns);
    at = put(at, ",\"frameNumber\":");
    at = put(std::to_chars(at, at + 20, image_.frame_number()).ptr, member);
    filled_ = members_ = static_cast<std::size_t>(at - start);
  }

  void end() {
    char* const start = memory_.room(filled_, 8) - filled_;
    char* at = close_object(start + members_, start + filled_);
    *at++ = '}';
    out_.resize(static_cast<std::size_t>(at - start));
  }

  enum class cell_news : std::uint8_t { untold, told, gone };

  /// What a message says of the cells of a fixture that is in the frame.
  cell_news cells_of(std::uint32_t slot, std::uint64_t since) const {
    if (!cells_ || (since != 0 && cells_->changed(slot) <= since)) return cell_news::untold;
    if (cells_->held(slot)) return cell_news::told;
    return since == 0 ? cell_news::untold : cell_news::gone;
  }

  void fixture(std::uint32_t slot, std::uint8_t mask, std::uint8_t gone, cell_news what) {
    const auto prefix = image_.layout()->prefix(slot);
    const auto run = what == cell_news::told ? image_.layout()->cells_of(slot) : wire_layout::cell_run{};
    char* const start =
        memory_.room(filled_, prefix.size() + max_bundle_size + max_cells_frame + run.count * cell_size);
    char* at = start;
    *at++ = ',';
    at = put_prefix(at, prefix);
    char* const bundle = at;
    at = put_changes(at, mask, gone,
                     [&](column c) { return columns_.values[static_cast<std::size_t>(c)][slot]; });
    if (what == cell_news::told) at = put_cells(at, cells_->colors(run));
    if (what == cell_news::gone) at = put(at, ",\"cells\":null");
    filled_ += static_cast<std::size_t>(close_object(bundle, at) - start);
  }

  void change(std::uint32_t slot, std::uint64_t since) {
    if (columns_.written[slot] != 0) {
      std::uint8_t changed = 0;
      for (std::size_t a = 0; a < attribute_count; ++a)
        changed |= static_cast<std::uint8_t>((columns_.changed[a][slot] > since ? 1U : 0U) << a);
      const auto mask = columns_.mask[slot];
      // A client without a base holds nothing that could be gone.
      fixture(slot, changed & mask, since == 0 ? 0 : static_cast<std::uint8_t>(changed & ~mask),
              cells_of(slot, since));
    } else if (since != 0 && columns_.joined_or_left[slot] > since) {
      gone(image_.layout()->prefix(slot));
    }
  }

  void departures(std::uint64_t since) {
    if (since == 0) return;
    const auto& all = image_.departures();
    auto each = std::upper_bound(all.begin(), all.end(), since,
                                 [](auto frame, const auto& departed) { return frame < departed->frame; });
    for (; each != all.end(); ++each)
      if (!filter_ || filter_->contains((*each)->id)) gone((*each)->prefix);
  }

  void gone(std::string_view prefix) {
    char* const start = memory_.room(filled_, prefix.size() + 8);
    char* at = start;
    *at++ = ',';
    at = put(put(at, prefix), "null");
    filled_ += static_cast<std::size_t>(at - start);
  }

  const frame_image& image_;
  const frame_columns& columns_;
  const cell_image* cells_; // null: not for this client, or not known
  const fixture_filter* filter_;
  std::string& out_;
  buffer memory_;
  std::shared_ptr<const std::vector<std::uint32_t>> chosen_; // null: all
  std::size_t members_ = 0;                                  // where the fixtures begin
  std::size_t filled_ = 0;
};

/// @returns whether there is something to send
bool write_delta(std::string& out, const frame_image& image, std::uint64_t since,
                 const fixture_filter* filter, bool cells) {
  if (since != 0 && image.last_change(cells) <= since) return false;
  return frame_writer{out, image, filter, cells}.delta(since) || since == 0;
}

} // namespace

void append_fixed5(std::string& out, float value) {
  char text[fixed_text::max_size];
  out.append(text, fixed_text::write(text, fixed5(value)));
}

void append_seconds(std::string& out, std::int64_t nanoseconds) {
  char text[32];
  out.append(text, put_seconds(text, nanoseconds));
}

void append_bundle(std::string& out, std::uint8_t mask, const std::array<float, column_count>& values) {
  char text[max_bundle_size];
  char* const end =
      put_members(text, mask, [&](column c) { return fixed5(values[static_cast<std::size_t>(c)]); });
  out.append(text, close_object(text, end));
}

namespace frame_json {

std::string full(const frame_image& image, const fixture_filter* filter, bool cells) {
  std::string out;
  frame_writer{out, image, filter, cells}.full();
  return out;
}

std::optional<std::string> delta(const frame_image& image, std::uint64_t since, const fixture_filter* filter,
                                 bool cells) {
  std::optional<std::string> out{std::in_place};
  if (!write_delta(*out, image, since, filter, cells)) out.reset();
  return out;
}

wire_text shared_full(const frame_image& image, const fixture_filter_ptr& filter, bool cells) {
  return image.forms(cells).obtain(wire_mode::full, 0, filter, [&](std::string& out) {
    frame_writer{out, image, filter.get(), cells}.full();
    return true;
  });
}

wire_text shared_delta(const frame_image& image, std::uint64_t since, const fixture_filter_ptr& filter,
                       bool cells) {
  if (since != 0 && image.last_change(cells) <= since) return nullptr;
  return image.forms(cells).obtain(wire_mode::delta, since, filter, [&](std::string& out) {
    return write_delta(out, image, since, filter.get(), cells);
  });
}

} // namespace frame_json
} // namespace troupe
