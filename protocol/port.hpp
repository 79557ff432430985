#pragma once
// The one place that knows which CAF this is. Interfaces, message registration, `inspect` and access to an
// actor's state go through these forms, so that the same source also fits CAF 0.18 and 1.0.

#include <caf/all.hpp>
#include <caf/type_id.hpp>

namespace troupe::port {

#if CAF_VERSION < 1800

template <class Signature>
struct clause;
template <class... Out, class... In>
struct clause<caf::result<Out...>(In...)> {
  using type = typename caf::replies_to<In...>::template with<Out...>;
};

/// A typed actor interface from signatures like `caf::result<void>(tick)`.
template <class... Signatures>
using iface = caf::typed_actor<typename clause<Signatures>::type...>;

template <class Block>
void register_types(caf::actor_system_config& config) {
  config.add_message_types<Block>();
}

#define TROUPE_ATOM(block, ns, name, text) CAF_ADD_ATOM(block, ns, name, text)

/// The scheduler's keys were given their `caf.` prefix later.
inline void set_scheduler(caf::actor_system_config& config, const char* policy, std::size_t max_threads,
                          std::size_t max_throughput) {
  config.set("scheduler.policy", caf::atom_from_string(policy));
  if (max_threads) config.set("scheduler.max-threads", max_threads);
  if (max_throughput) config.set("scheduler.max-throughput", max_throughput);
}

inline std::string render(caf::actor_system& system, const caf::error& reason) {
  return system.render(reason);
}

/// An error of Troupe's own: its code and what belongs to it.
inline caf::error make_error(std::uint8_t code, caf::message context) {
  return caf::error{code, caf::atom("troupe"), std::move(context)};
}
inline bool is_own(const caf::error& reason) {
  return reason.category() == caf::atom("troupe");
}

/// The promise of an answer without contents, which 0.17's typed promise can't deliver.
using void_promise = caf::response_promise;
template <class Self>
void_promise promise_nothing(Self* self) {
  return self->make_response_promise();
}
inline void fulfil(void_promise& promise) {
  promise.deliver(caf::unit);
}

/// The id that the response to a request will have.
template <class ResponseHandle>
caf::message_id response_id(const ResponseHandle& handle) {
  return handle.id();
}

#else

using void_promise = caf::typed_response_promise<void>;
template <class Self>
void_promise promise_nothing(Self* self) {
  return self->template make_response_promise<void>();
}
inline void fulfil(void_promise& promise) {
  promise.deliver();
}

template <class ResponseHandle>
caf::message_id response_id(const ResponseHandle& handle) {
  return handle.policy().id();
}

template <class... Signatures>
using iface = caf::typed_actor<Signatures...>;

template <class Block>
void register_types(caf::actor_system_config&) {
  caf::init_global_meta_objects<Block>();
  caf::core::init_global_meta_objects();
}

#define TROUPE_ATOM(block, ns, name, text) CAF_ADD_ATOM(block, ns, name)

inline void set_scheduler(caf::actor_system_config& config, const char* policy, std::size_t max_threads,
                          std::size_t max_throughput) {
  config.set("caf.scheduler.policy", std::string{policy});
  if (max_threads) config.set("caf.scheduler.max-threads", max_threads);
  if (max_throughput) config.set("caf.scheduler.max-throughput", max_throughput);
}

inline std::string render(caf::actor_system&, const caf::error& reason) {
  return to_string(reason);
}

#endif

/// The state of a stateful actor.
#if CAF_VERSION < 10000
template <class Self>
auto& state(Self* self) {
  return self->state;
}
#else
template <class Self>
auto& state(Self* self) {
  return self->state();
}
#endif

template <class T>
struct field {
  const char* name;
  T& ref;
};
template <class T>
field<T> fld(const char* name, T& ref) {
  return {name, ref};
}

/// The body of every `inspect`.
template <class Inspector, class T, class... Fields>
auto object(Inspector& f, [[maybe_unused]] T& x, const char* name, field<Fields>... fields) {
#if CAF_VERSION < 1800
  return f(caf::meta::type_name(name), fields.ref...);
#else
  return f.object(x).pretty_name(name).fields(f.field(fields.name, fields.ref)...);
#endif
}

} // namespace troupe::port
