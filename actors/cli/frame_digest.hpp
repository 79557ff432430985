#pragma once
// One number for everything a render made.

#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace troupe::cli {

/// SHA-256, piece by piece.
class frame_digest {
 public:
  frame_digest();
  ~frame_digest();
  frame_digest(const frame_digest&) = delete;
  frame_digest& operator=(const frame_digest&) = delete;

  void add(std::string_view bytes);

  /// 64 hexadecimal digits. Ends it: nothing can be added afterwards.
  std::string finish();

 private:
  evp_md_ctx_st* context_;
};

} // namespace troupe::cli
