// A wall clock that the test sets while a program runs, preloaded into it: what asks the kernel for the time of day, and
// what the kernel stamps on received bytes, is WEIR_TEST_CLOCK's first eight bytes of nanoseconds away from it. The
// monotonic clock stays as it is.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t kSecond = 1000000000;
static const volatile int64_t* set_by;

static int64_t shift(void) {
  if (set_by == NULL) {
    static const int64_t none = 0;
    const char* path = getenv("WEIR_TEST_CLOCK");
    const int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void* at = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(none), PROT_READ, MAP_SHARED, file, 0);
    if (file >= 0) { close(file); }
    set_by = at == MAP_FAILED ? &none : (const volatile int64_t*)at;
  }
  return *set_by;
}

static void move(struct timespec* at) {
  const int64_t ns = at->tv_sec * kSecond + at->tv_nsec + shift();
  at->tv_sec = ns / kSecond;
  at->tv_nsec = ns % kSecond;
}

int clock_gettime(clockid_t clock, struct timespec* at) {
  const long failed = syscall(SYS_clock_gettime, clock, at);
  if (failed == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) { move(at); }
  return (int)failed;
}

int gettimeofday(struct timeval* at, void* zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at != NULL) { *at = now.tv_sec; }
  return now.tv_sec;
}

ssize_t recvmsg(int socket, struct msghdr* message, int flags) {
  const ssize_t received = syscall(SYS_recvmsg, socket, message, flags);
  if (received < 0) { return received; }
  for (struct cmsghdr* part = CMSG_FIRSTHDR(message); part != NULL; part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SO_TIMESTAMPNS) { continue; }
    struct timespec at;
    memcpy(&at, CMSG_DATA(part), sizeof(at));
    move(&at);
    memcpy(CMSG_DATA(part), &at, sizeof(at));
  }
  return received;
}
