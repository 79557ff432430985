#pragma once
// A folder of a test's own, and files in it.

#include <filesystem>
#include <string>
#include <string_view>

namespace troupe::test {

/// Gone with its contents at the end.
class temp_dir {
 public:
  temp_dir();
  ~temp_dir();
  temp_dir(const temp_dir&) = delete;
  temp_dir& operator=(const temp_dir&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Makes the folders, too.
void write_text(const std::filesystem::path& path, std::string_view text);
/// Throws if there is no such file.
std::string read_text(const std::filesystem::path& path);

} // namespace troupe::test
