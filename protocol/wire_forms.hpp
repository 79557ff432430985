#pragma once
// The wire forms of one frame: each is made at the first demand of any thread and then shared by all clients
// that want the same one.

#include "protocol/reuse_pool.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// One complete message, shared by all who send it; null: there is nothing to send.
using wire_text = std::shared_ptr<const std::string>;

enum class wire_mode : std::uint8_t { full, delta };

/// Thread-safe, apart from `recycle`. Filters are the same when their contents are; a `Filter` has `hash()`
/// and `==`. Texts that nobody holds any more lend their memory to the next frame.
template <class Filter>
class wire_forms {
 public:
  using filter_ptr = std::shared_ptr<const Filter>;

  wire_forms() = default;
  wire_forms(const wire_forms&) = delete;
  wire_forms& operator=(const wire_forms&) = delete;

  /// The form for this mode, base and filter. @param build `bool(std::string& out)`, called once per form;
  /// replaces the contents of `out`, or returns false when there is nothing to send. While it runs, others
  /// who want the same form wait, and nobody else does.
  template <class Build>
  wire_text obtain(wire_mode mode, std::uint64_t since, const filter_ptr& filter, Build&& build) {
    form& wanted = find_or_add(mode, since, filter);
    const std::lock_guard guard{wanted.building};
    if (!wanted.built) {
      if (!wanted.text) wanted.text = std::make_shared<std::string>();
      wanted.something = build(*wanted.text);
      wanted.built = true;
    }
    return wanted.something ? wire_text{wanted.text} : wire_text{};
  }

  /// How many forms have been asked for.
  std::size_t size() const {
    const std::lock_guard guard{lock_};
    return used_;
  }

  /// Forgets all forms, keeping memory for as many as there were. Only while nobody else has access.
  void recycle() {
    forms_.resize(used_); // what lay idle for a whole frame is given back
    for (auto& each : forms_) each->forget();
    table_.assign(table_.size(), 0);
    used_ = 0;
  }

 private:
  struct form {
    wire_mode mode = wire_mode::full;
    std::uint64_t since = 0;
    std::uint64_t hash = 0;
    filter_ptr filter;
    std::mutex building; // guards what follows
    bool built = false;
    bool something = false;
    std::shared_ptr<std::string> text;

    void forget() {
      filter.reset();
      built = something = false;
      if (text.use_count() == 1)
        after_last_reader(text);
      else
        text.reset();
    }

    bool answers(wire_mode m, std::uint64_t s, std::uint64_t h, const filter_ptr& f) const {
      if (mode != m || since != s || hash != h) return false;
      return filter == f || (filter && f && *filter == *f);
    }
  };

  static std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15ULL;
    return x ^ (x >> 29);
  }

  form& find_or_add(wire_mode mode, std::uint64_t since, const filter_ptr& filter) {
    const auto hash = mix(mix(since * 2 + (mode == wire_mode::delta)) + (filter ? filter->hash() : 0));
    const std::lock_guard guard{lock_};
    if (2 * (used_ + 1) > table_.size()) grow();
    auto at = place(hash);
    for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1)) {
      form& here = *forms_[table_[at] - 1];
      if (here.answers(mode, since, hash, filter)) return here;
    }
    if (used_ == forms_.size()) forms_.push_back(std::make_unique<form>());
    form& fresh = *forms_[used_];
    fresh.mode = mode;
    fresh.since = since;
    fresh.hash = hash;
    fresh.filter = filter;
    table_[at] = static_cast<std::uint32_t>(++used_);
    return fresh;
  }

  std::size_t place(std::uint64_t hash) const noexcept { return hash & (table_.size() - 1); }

  void grow() {
    table_.assign(table_.empty() ? 16 : table_.size() * 2, 0);
    for (std::size_t i = 0; i < used_; ++i) {
      auto at = place(forms_[i]->hash);
      while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
      table_[at] = static_cast<std::uint32_t>(i + 1);
    }
  }

  mutable std::mutex lock_;                  // guards the table, not the texts
  std::vector<std::unique_ptr<form>> forms_; // the first `used_` are in use
  std::vector<std::uint32_t> table_;         // open addressing: index + 1, 0 for free; a power of two
  std::size_t used_ = 0;
};

} // namespace troupe
