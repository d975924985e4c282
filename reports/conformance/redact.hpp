// What of a conformance run's results is redacted, and cut to a length, before anybody sees them.
#pragma once

#include "reports/conformance/results.hpp"
#include "wire/base/redact.hpp"

namespace weir::reports {

/// Every member that may hold words of the endpoint or of the user; ids, titles and links are Weir's own.
void redact(Results& results, const wire::Redactor& redactor);

}  // namespace weir::reports
