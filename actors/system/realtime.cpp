#include "actors/system/realtime.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

namespace troupe::actors {

bool ask_realtime(int priority) noexcept {
  prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
  sched_param wanted{};
  wanted.sched_priority = priority;
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted) == 0;
}

} // namespace troupe::actors
