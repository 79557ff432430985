#pragma once
// SHA-256 of short texts in quick succession. Internal to storage/journal.

#include "storage/journal/event.hpp"

#include <memory>
#include <string_view>

struct evp_md_st;
struct evp_md_ctx_st;

namespace troupe::storage {

/// Keeps the algorithm and its working memory: looking them up takes longer than hashing an event. One thread
/// at a time.
class sha256_hasher {
 public:
  sha256_hasher(); ///< throws if the library has no SHA-256
  sha256_digest operator()(std::string_view bytes);

 private:
  struct freed {
    void operator()(evp_md_st* algorithm) const noexcept;
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_st, freed> algorithm_;
  std::unique_ptr<evp_md_ctx_st, freed> context_;
};

/// Hash of one event; the text is built in the same memory each time.
class event_hasher {
 public:
  sha256_digest operator()(const journal_event& event) {
    text_.clear();
    append_chained_text(text_, event);
    return hash_(text_);
  }

 private:
  sha256_hasher hash_;
  std::string text_;
};

} // namespace troupe::storage
