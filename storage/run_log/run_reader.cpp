#include "storage/run_log/run_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace troupe::storage::run_log {

namespace {

constexpr std::size_t largest_segment = std::size_t{1} << 30;

failure unreadable(const std::string& name, std::error_code why) {
  return fail(ec::storage_unavailable, fmt::format("{} can't be read: {}", name, why.message()));
}

} // namespace

result<std::vector<segment_file>> segments_in(file_system& files, const std::string& folder) {
  const auto opened = files.open_root(folder);
  if (!opened) return unreadable(folder, opened.error());
  const open_file held{files, *opened};
  auto all = list_segments(files, *held);
  if (!all) return unreadable(folder, all.error());
  return std::move(*all);
}

result<run_reader> run_reader::open(std::shared_ptr<file_system> files, const std::string& path,
                                    std::string_view run) {
  run_reader made;
  made.files_ = std::move(files);
  const std::filesystem::path where{path};
  const auto one = segment_from(where.filename().string());
  const auto parent = where.parent_path().string();
  const auto folder = !one ? path : parent.empty() ? std::string{"."} : parent;
  const auto opened = made.files_->open_root(folder);
  if (!opened) return fail(ec::not_found, fmt::format("{}: {}", folder, opened.error().message()));
  made.folder_ = open_file{*made.files_, *opened};
  auto all = list_segments(*made.files_, *made.folder_);
  if (!all) return unreadable(folder, all.error());
  std::string wanted;
  for (const auto& each : *all)
    if (each.run.starts_with(run)) wanted = each.run; // the newest comes last
  std::erase_if(*all,
                [&](const segment_file& each) { return one ? each.name != one->name : each.run != wanted; });
  if (all->empty()) return fail(ec::not_found, fmt::format("{} holds no such run", path));
  made.segments_ = std::move(*all);
  return made;
}

result<void> run_reader::open_segment() {
  const auto& name = segments_[next_segment_].name;
  const auto opened = files_->open_file(*folder_, name);
  if (!opened) return unreadable(name, opened.error());
  const open_file file{*files_, *opened};
  auto bytes = read_all(*files_, *file, largest_segment);
  if (!bytes) return unreadable(name, bytes.error());
  auto reader = segment_reader::open(std::move(*bytes));
  if (!reader) return failure{reader.error()};
  current_ = std::move(*reader);
  return {};
}

record run_reader::hole(const std::string& why) {
  findings_.push_back(fmt::format("{}: {}", segments_[next_segment_].name, why));
  damaged_ = true;
  current_.reset();
  ++next_segment_;
  return ticks_missing{0};
}

result<std::optional<record>> run_reader::next() {
  while (next_segment_ < segments_.size()) {
    if (!current_)
      if (const auto opened = open_segment(); !opened) {
        if (opened.error().code != ec::validation_error) return failure{opened.error()};
        return hole(opened.error().message);
      }
    auto made = current_->next();
    if (!made) return hole(made.error().message);
    if (*made) return made;
    const bool last = next_segment_ + 1 == segments_.size();
    if (current_->torn() && !last) return hole("its end is torn off");
    if (current_->torn()) findings_.push_back(segments_[next_segment_].name + ": its end is torn off");
    current_.reset();
    ++next_segment_;
  }
  return std::nullopt;
}

} // namespace troupe::storage::run_log
