#pragma once
// The console as text: a model and a size in, a screen out. No I/O.

#include "actors/console/console_model.hpp"
#include "actors/console/palette.hpp"

#include <cstddef>
#include <string>

namespace troupe::console {

struct screen_size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// At most `rows` lines of at most `columns` columns, joined by line feeds. What doesn't fit is left out, and
/// the last line then says how much.
std::string draw(const console_model& model, screen_size size, colour_depth depth, console_model::time now);

/// The same without escape sequences and limits, one fixture per line, for logs and pipes; ends with a line
/// feed.
std::string draw_plain(const console_model& model, console_model::time now);

} // namespace troupe::console
