// Private to the sources that start operations.
#pragma once

#include <boost/asio/io_context.hpp>

#include "wire/http/event_loop.hpp"

namespace weir::wire {

struct EventLoop::Impl {
  boost::asio::io_context io{1};
};

}  // namespace weir::wire
