#pragma once
// frame/full and frame/delta as JSON text (protocol, section 7), straight from the rounded columns.

#include "protocol/frame_image.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace troupe {

/// The number as frames print it: 5 decimals, trailing zeros cut, never "-0".
void append_fixed5(std::string& out, float value);

/// Seconds, exact, with up to 9 decimals, trailing zeros cut.
void append_seconds(std::string& out, std::int64_t nanoseconds);

/// A bundle as frames print it. @param mask attribute_bit @param values by `column`
void append_bundle(std::string& out, std::uint8_t mask, const std::array<float, column_count>& values);

namespace frame_json {

/// A complete frame/full message: every written fixture (that the filter lets through) in the show's order.
/// @param filter null: all fixtures
/// @param cells  also the cells of the fixtures with several, as far as the image knows them
std::string full(const frame_image& image, const fixture_filter* filter = nullptr, bool cells = false);

/// A complete frame/delta message: what changed after frame `since`. Since 0 it carries everything and
/// exists even if empty; otherwise nullopt when nothing changed.
/// A client for whom there is nothing has this frame all the same: its base moves on.
/// Fixtures that left are null, also those that came and went while the client missed frames. Only where
/// `image.reaches(since)` is it certain that none is left behind.
std::optional<std::string> delta(const frame_image& image, std::uint64_t since,
                                 const fixture_filter* filter = nullptr, bool cells = false);

/// The same, made once per image and shared; from any thread. Null when there is nothing to send.
wire_text shared_full(const frame_image& image, const fixture_filter_ptr& filter = nullptr,
                      bool cells = false);
wire_text shared_delta(const frame_image& image, std::uint64_t since,
                       const fixture_filter_ptr& filter = nullptr, bool cells = false);

} // namespace frame_json
} // namespace troupe
