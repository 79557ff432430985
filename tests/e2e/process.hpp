#pragma once
// The program as anybody runs it.

#include <string>
#include <vector>

namespace troupe::test {

struct process_outcome {
  int code = -1; ///< exit code; 128 + the signal that ended it
  std::string out, err;
};

/// Runs the built binary to its end with these arguments.
/// @param folder where it runs @param variables `NAME=value`, besides those of this process
process_outcome run_troupe(const std::vector<std::string>& arguments, const std::string& folder = ".",
                           const std::vector<std::string>& variables = {});

/// A folder of its own, gone with its contents at the end.
class temp_folder {
 public:
  temp_folder();
  ~temp_folder();
  temp_folder(const temp_folder&) = delete;
  temp_folder& operator=(const temp_folder&) = delete;
  const std::string& path() const noexcept { return path_; }
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

void write_text(const std::string& path, const std::string& text); ///< makes the folders, too
std::string read_text(const std::string& path);

} // namespace troupe::test
