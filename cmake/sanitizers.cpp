// What the sanitizers look for beyond their defaults. It is compiled in, not set by ctest: a program that a test
// starts, or that a person starts by hand, then looks as closely. ASAN_OPTIONS and its sisters still have the last
// word.
extern "C" {
const char* __asan_default_options();
const char* __ubsan_default_options();
const char* __tsan_default_options();

// What outlives the function whose stack it stood on, which the sanitizer looks for by default, costs a fifth
// of the time: ci/nightly looks for it.
const char* __asan_default_options() { return "detect_stack_use_after_return=0:strict_string_checks=1"; }
const char* __ubsan_default_options() { return "print_stacktrace=1"; }
// A program that forks is still watched in its children; the first race ends it, so that the test that met it is red.
const char* __tsan_default_options() { return "halt_on_error=1:second_deadlock_stack=1:die_after_fork=0"; }
}
