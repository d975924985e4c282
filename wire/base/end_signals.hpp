// Signals that ask a program to end, counted as the wishes that they are.
#pragma once

namespace weir::wire {

/// How often the program has been asked to end by signals of this number, this one included; 0 for one that comes
/// within a fifth of a second of the latest wish and belongs to it: `timeout` sends SIGTERM to its command and once
/// more to the group of it, and a program that takes the second for impatience dies without its reports. For signal
/// handlers; lock-free.
int count_end_signal(int number) noexcept;

/// Whether such a signal came. Nothing is to be waited for without end from then on.
bool end_is_wished() noexcept;

}  // namespace weir::wire
