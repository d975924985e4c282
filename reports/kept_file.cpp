#include "reports/kept_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "reports/conformance/json.hpp"
#include "reports/measure/journal.hpp"

namespace weir::reports {

tl::expected<KeptFile, std::string> read_kept(const std::string& path) {
  const bool standard = path == "-";
  if (auto journal = standard ? std::nullopt : load::JournalBytes::of_file(path)) { return KeptFile{journal, ""}; }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(standard ? stdin : std::fopen(path.c_str(), "rb"),
                                                             standard ? [](std::FILE*) { return 0; } : std::fclose);
  const auto failed = [&] { return tl::unexpected(fmt::format("cannot read {}: {}", path, std::strerror(errno))); };
  if (!file) { return failed(); }
  std::string text, block(64 * 1024, '\0');
  while (text.size() <= (load::is_journal(text) ? load::limits::kJournalPipedBytes : kReportBytes)) {
    const std::size_t count = std::fread(block.data(), 1, block.size(), file.get());
    text.append(block, 0, count);
    if (count == 0) { break; }
  }
  if (std::ferror(file.get()) != 0) { return failed(); }
  if (!load::is_journal(text)) { return KeptFile{std::nullopt, std::move(text)}; }
  return KeptFile{load::JournalBytes::owned(std::move(text)), ""};
}

}  // namespace weir::reports
