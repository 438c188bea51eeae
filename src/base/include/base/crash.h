// crash_point: a named window in which a test may kill the process, to prove that dying there loses
// nothing and doubles nothing. Costs one atomic load where no test asks.
#pragma once

namespace citybrain {

// With CITYBRAIN_CRASH=WINDOW:N in the environment the process says so on stderr and sends itself
// SIGKILL the N-th time it passes that window (N defaults to 1).
void crash_point(const char* window);

}  // namespace citybrain
