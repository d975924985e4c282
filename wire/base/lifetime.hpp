// What hands out views says so, so that a view that outlives its owner does not compile (clang's -Wdangling; g++ has no
// such attribute, and -Wdangling-reference only from 13 on).
#pragma once

#if defined(__clang__)
#define WEIR_LIFETIME_BOUND [[clang::lifetimebound]]
#else
#define WEIR_LIFETIME_BOUND
#endif
