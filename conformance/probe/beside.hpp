// Work beside other work; where no thread is to be had, it is done when its result is asked for.
#pragma once

#include <functional>
#include <future>
#include <system_error>

namespace weir::conformance {

template <class Function>
auto begin(Function function) -> std::future<std::invoke_result_t<Function>> {
  try {
    return std::async(std::launch::async, function);
  } catch (const std::system_error&) { return std::async(std::launch::deferred, std::move(function)); }
}

}  // namespace weir::conformance
