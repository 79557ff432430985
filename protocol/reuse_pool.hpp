#pragma once
// Big objects that are filled once, shared immutably and taken back when the last reader lets go.

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace troupe {

/// What nobody else holds any more, with everything its last reader did on another thread being over: that a
/// count is 1 doesn't say so by itself, but giving up a reference of one's own does.
template <class T>
const std::shared_ptr<T>& after_last_reader(const std::shared_ptr<T>& sole) {
  std::shared_ptr<T>{sole}.reset();
  return sole;
}

/// For one owner, who alone may call; the objects may be let go of on any thread. Nobody may keep a weak_ptr.
template <class T>
class reuse_pool {
 public:
  static constexpr std::size_t max_idle = 4; ///< more idle objects than this are given back

  /// An object that nobody else holds, in whatever state its last use left it.
  std::shared_ptr<T> take() {
    std::size_t idle = 0, found = all_.size();
    for (std::size_t i = all_.size(); i-- > 0;) {
      if (all_[i].use_count() != 1) continue;
      if (++idle > max_idle) {
        all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(i));
        --found;
      } else {
        found = i;
      }
    }
    if (found == all_.size()) all_.push_back(std::make_shared<T>());
    return after_last_reader(all_[found]);
  }

  /// How many objects exist, held or idle.
  std::size_t size() const noexcept { return all_.size(); }

  /// Gives back what nobody holds, and forgets the rest.
  void clear() noexcept { all_.clear(); }

 private:
  std::vector<std::shared_ptr<T>> all_;
};

} // namespace troupe
