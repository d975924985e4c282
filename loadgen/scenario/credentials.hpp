// What a request must carry to be let in, as a worker knows it: fixed headers of the profile and the bearer token of
// the moment, which the supervisor renews and sends to every worker.
#pragma once

#include <cstdint>
#include <string>

#include "wire/http/http.hpp"

namespace weir::loadgen {

struct Credentials {
  wire::Headers headers;         ///< Without Authorization where `bearer` is used.
  std::string bearer;            ///< Secret; may be empty.
  std::uint64_t generation = 0;  ///< Grows with each new token: a 401 to an older one is not the newer one's fault.
  bool renewable = false;        ///< By OAuth: a 401 asks for a new token instead of counting as final.
};

}  // namespace weir::loadgen
