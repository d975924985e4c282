#include "wire/base/shortage.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

namespace weir::wire {

namespace {

Error lacks(int error_number, std::string_view what, std::string_view how_to_raise) {
  return {ErrorCode::shortage,
          fmt::format("Weir itself lacks {} ({}): {}", what, std::strerror(error_number), how_to_raise)};
}

std::string descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return fmt::format("file descriptors beyond its limit of {}", limit.rlim_cur);
}

}  // namespace

std::optional<Error> shortage_of(int error_number) {
  switch (error_number) {
    case EMFILE:
      return lacks(error_number, descriptors(), "raise it with 'ulimit -n 1024', or 'nofile' of the container");
    case ENFILE:
      return lacks(error_number, "file descriptors, as the whole machine does", "raise fs.file-max with sysctl");
    case EADDRNOTAVAIL:
      return lacks(error_number, "a local port or address for another connection",
                   "widen net.ipv4.ip_local_port_range with sysctl, or wait until TIME_WAIT has passed");
    case ENOBUFS:
      return lacks(error_number, "buffers of the kernel", "raise net.ipv4.tcp_mem with sysctl, or end other programs");
    case ENOMEM:
      return lacks(error_number, "memory", "give it more ('ulimit -v', the container's limit), or end other programs");
    default:
      return std::nullopt;
  }
}

Error thread_shortage() { return lacks(EAGAIN, "threads", "raise 'ulimit -u', or the pids limit of the container"); }

}  // namespace weir::wire
