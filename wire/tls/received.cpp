#include "wire/tls/received.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstring>
#include <ctime>

#include "wire/base/duration.hpp"

namespace weir::wire::tls {

namespace {

std::int64_t stamp_of(msghdr& message) {
  for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
    if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_TIMESTAMPNS) {
      timespec at{};
      std::memcpy(&at, CMSG_DATA(item), sizeof(at));
      return at.tv_sec * kSecond + at.tv_nsec;
    }
  }
  return 0;
}

}  // namespace

Received receive_plain(int fd, char* buffer, std::size_t size) {
  iovec part{buffer, size};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(fd, &message, MSG_DONTWAIT);
  Received received;
  if (got > 0) {
    received.what = Received::What::bytes;
    received.bytes = {buffer, static_cast<std::size_t>(got)};
    received.kernel_realtime_ns = stamp_of(message);
    received.more = static_cast<std::size_t>(got) == size;
  } else if (got == 0) {
    received.what = Received::What::fin;
  } else if (!would_block(errno)) {
    received.what = Received::What::reset;
  }
  return received;
}

}  // namespace weir::wire::tls
