#include "storage/run_log/segment_writer.hpp"

#include "storage/run_log/block.hpp"

#include <fmt/format.h>
#include <utility>

namespace troupe::storage::run_log {

namespace {

constexpr std::string_view unfinished = ".tmp"; ///< behind the name of a segment that is being packed
constexpr std::size_t packed_block_bytes = 1U << 20;
constexpr std::size_t largest_to_pack = 512U << 20;

failure unavailable(const std::string& what, std::error_code why) {
  return fail(ec::storage_unavailable, fmt::format("run log: {}: {}", what, why.message()));
}

/// The same records in fewer, packed blocks. Empty if the segment isn't whole.
std::string repacked(std::string_view segment) {
  std::string out{file_mark}, records;
  const auto put = [&] {
    if (!records.empty()) append_block(out, records, packing::zstd);
    records.clear();
  };
  auto left = segment.substr(std::min(segment.size(), file_mark.size()));
  while (!left.empty()) {
    const auto one = read_block(left);
    if (one.state != block_state::whole) return {};
    if (records.size() + one.records.size() > packed_block_bytes) put();
    records += one.records;
    left.remove_prefix(one.size);
  }
  put();
  return out;
}

} // namespace

segment_writer::segment_writer(std::shared_ptr<file_system> files, std::string folder, retention keep,
                               bool pack)
    : files_(std::move(files)), folder_path_(std::move(folder)), keep_(keep), pack_(pack) {}

result<void> segment_writer::look_into_folder(std::int64_t now_ms) {
  if (const auto made = files_->make_root(folder_path_); !made)
    return unavailable(folder_path_, made.error());
  const auto opened = files_->open_root(folder_path_);
  if (!opened) return unavailable(folder_path_, opened.error());
  open_file folder{*files_, *opened};
  const auto names = files_->list(*folder);
  if (!names) return unavailable(folder_path_, names.error());
  // What an end of the process in the middle of packing has left; the segment itself is still there.
  for (const auto& name : *names)
    if (name.ends_with(unfinished) && segment_from(name.substr(0, name.size() - unfinished.size())))
      (void)files_->remove_file(*folder, name);
  folder_ = std::move(folder);
  if (const auto cleaned = clean(now_ms); !cleaned) return unavailable(folder_path_, cleaned.error());
  return {};
}

io_result<void> segment_writer::create(const std::string& name) {
  const auto made = files_->create_file(*folder_, name);
  if (!made) return tl::unexpected(made.error());
  open_file file{*files_, *made};
  if (auto written = write_all(*files_, *file, file_mark); !written) return written;
  file_ = std::move(file);
  return {};
}

result<void> segment_writer::begin(std::string_view run, std::uint32_t number, std::int64_t now_ms) {
  file_ = {};
  bytes_ = 0;
  if (!folder_)
    if (auto looked = look_into_folder(now_ms); !looked) return looked;
  name_ = segment_name(run, number);
  if (const auto made = create(name_); !made) return unavailable(name_, made.error());
  bytes_ = file_mark.size();
  return {};
}

result<void> segment_writer::append(std::string_view records) {
  if (records.empty()) return {};
  const auto written = put(records);
  if (written) return {};
  file_ = {};
  kept_bytes_ += std::exchange(bytes_, 0);
  ++kept_;
  return unavailable(name_, written.error());
}

io_result<void> segment_writer::put(std::string_view records) {
  if (records.size() > max_block_bytes) return tl::unexpected(std::make_error_code(std::errc::message_size));
  out_.clear();
  append_block(out_, records, packing::plain);
  if (auto written = write_all(*files_, *file_, out_); !written) return written;
  bytes_ += out_.size();
  return {};
}

result<void> segment_writer::finish(std::int64_t now_ms) {
  if (!file_) return {};
  const auto durable = files_->sync(*file_);
  file_ = {};
  kept_bytes_ += std::exchange(bytes_, 0);
  ++kept_;
  if (!durable) return unavailable(name_, durable.error());
  // Packing needs room for a moment: if there is none, deleting what is too much still makes some.
  const auto packed = pack_ ? pack_segment() : io_result<void>{};
  if (const auto cleaned = clean(now_ms); !cleaned) return unavailable(folder_path_, cleaned.error());
  if (!packed) return unavailable(name_, packed.error());
  return {};
}

io_result<void> segment_writer::pack_segment() {
  const auto opened = files_->open_file(*folder_, name_);
  if (!opened) return tl::unexpected(opened.error());
  const open_file from{*files_, *opened};
  const auto bytes = read_all(*files_, *from, largest_to_pack);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto small = repacked(*bytes);
  if (small.empty() || small.size() >= bytes->size()) return {};
  const auto other = name_ + std::string{unfinished};
  const auto made = files_->create_file(*folder_, other);
  if (!made) return tl::unexpected(made.error());
  const open_file to{*files_, *made};
  auto done = write_all(*files_, *to, small);
  if (done) done = files_->sync(*to);
  if (done) done = files_->rename(*folder_, other, *folder_, name_);
  if (!done) (void)files_->remove_file(*folder_, other);
  return done;
}

io_result<void> segment_writer::clean(std::int64_t now_ms) {
  auto all = list_segments(*files_, *folder_);
  if (!all) return tl::unexpected(all.error());
  const auto gone = expendable(*all, keep_, now_ms);
  for (const auto& name : gone)
    if (auto removed = files_->remove_file(*folder_, name); !removed) return removed;
  kept_ = all->size() - gone.size();
  kept_bytes_ = 0;
  for (auto i = gone.size(); i < all->size(); ++i) kept_bytes_ += (*all)[i].bytes;
  return {};
}

} // namespace troupe::storage::run_log
