#include "storage/run_log/segment_reader.hpp"

#include "storage/run_log/block.hpp"

#include <fmt/format.h>

namespace troupe::storage::run_log {

result<segment_reader> segment_reader::open(std::string file) {
  const auto name = file_mark.substr(0, file_mark.size() - 1);
  if (!file.starts_with(name) || file.size() < file_mark.size())
    return invalid("log", "this isn't a segment of a run log");
  const auto version = file[name.size()];
  if (version < oldest_version || version > file_mark.back())
    return invalid("log", "this segment is of a version that this Troupe doesn't know");
  segment_reader made(std::move(file));
  made.position_ = file_mark.size();
  return made;
}

result<bool> segment_reader::next_block() {
  if (position_ >= file_.size() || torn_) return false;
  auto one = read_block(std::string_view{file_}.substr(position_));
  if (one.state == block_state::torn) {
    torn_ = true;
    return false;
  }
  if (one.state == block_state::damaged)
    return invalid("log", fmt::format("the block at byte {} is damaged", position_));
  position_ += one.size;
  records_ = std::move(one.records);
  taken_ = 0;
  return true;
}

result<std::optional<record>> segment_reader::next() {
  while (true) {
    byte_reader from(std::string_view{records_}.substr(taken_));
    auto made = reader_.next(from);
    if (!made) return made;
    taken_ = records_.size() - from.left();
    if (*made) return made;
    const auto more = next_block();
    if (!more) return failure{more.error()};
    if (!*more) return std::nullopt;
  }
}

} // namespace troupe::storage::run_log
