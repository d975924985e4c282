// The report of a run while the run goes on, for a browser: served as it stands, with all of its history, and followed
// by events (WHATWG HTML section 9.2) that bring each second. It has a thread of its own: to be started when the
// workers have been forked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "reports/judge/results.hpp"
#include "wire/base/error.hpp"
#include "wire/base/lifetime.hpp"
#include "wire/serve/listen.hpp"

namespace weir::loadgen {

inline constexpr wire::ListenOption kUiOption{"--ui", "--ui-public"};

class LivePage {
 public:
  /// `address` as that of the metrics. The error is one line.
  static wire::Result<LivePage> start(const std::string& address, wire::Reach reach);
  LivePage(LivePage&&) noexcept;
  LivePage& operator=(LivePage&&) noexcept;
  ~LivePage();

  /// Somebody waits for the page: the results so far are to be given.
  bool is_wanted() const;
  void give(reports::load::LoadResults so_far, std::string status);
  /// What happened since the second before.
  void second(const reports::load::Point& point, const reports::load::RunInfo& run, std::string_view status);
  /// The run is over. `report` is the page from now on; those who read are told, and ask for it.
  void conclude(std::string report);
  /// Whether all who were told have got it.
  bool is_read() const;

  /// "127.0.0.1:8080", with the port that was bound.
  const std::string& address() const WEIR_LIFETIME_BOUND;

 private:
  struct Impl;
  explicit LivePage(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::loadgen
