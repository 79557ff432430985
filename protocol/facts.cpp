#include "protocol/facts.hpp"

namespace troupe {

namespace {

struct kind_visitor {
  entity_kind operator()(const entity_deleted& happened) const noexcept { return happened.kind; }
  template <class Fact>
  entity_kind operator()(const Fact& happened) const noexcept {
    return happened.entity->kind();
  }
};

struct id_visitor {
  const std::string& operator()(const entity_deleted& happened) const noexcept { return happened.id; }
  template <class Fact>
  const std::string& operator()(const Fact& happened) const noexcept {
    return happened.entity->id;
  }
};

struct apply_visitor {
  show_state& state;
  void operator()(const entity_deleted& happened) const { state.remove(happened.kind, happened.id); }
  template <class Fact>
  void operator()(const Fact& happened) const {
    state.put(happened.entity);
  }
};

} // namespace

entity_kind kind_of(const fact& happened) noexcept {
  return std::visit(kind_visitor{}, happened);
}

const std::string& id_of(const fact& happened) noexcept {
  return std::visit(id_visitor{}, happened);
}

void apply(show_state& state, const fact& happened) {
  std::visit(apply_visitor{state}, happened);
}

} // namespace troupe
