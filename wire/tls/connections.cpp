#include "wire/tls/connections.hpp"

#include <openssl/ssl.h>

#include <cassert>
#include <vector>

#include "wire/tls/compact.hpp"
#include "wire/tls/session.hpp"

namespace weir::wire::tls {

namespace {

/// What OpenSSL may still hold of a record that is not whole, and gives out together with what was read now.
constexpr std::size_t kWholeRecordBytes = 17 * 1024;

}  // namespace

struct Connections::Impl {
  Impl(std::size_t bytes, Writes writes)
      : compact(writes), read_bytes(bytes), input(std::make_unique_for_overwrite<char[]>(bytes)) {
    assert(read_bytes > 2 * kRecordBytes);
  }

  /// A connection is in OpenSSL's hands, or its keys lie in `compact`.
  struct Slot {
    std::unique_ptr<Session> session;
    std::uint32_t compact = 0;
  };

  std::uint32_t add(std::unique_ptr<Session> session) {
    if (!session) { return 0; }
    if (unused.empty()) {
      unused.push_back(static_cast<std::uint32_t>(slots.size()));
      slots.emplace_back();
    }
    const std::uint32_t id = unused.back();
    unused.pop_back();
    slots[id].session = std::move(session);
    return id + 1;
  }

  /// When the session has settled and holds nothing more, its keys are all that is kept.
  void shrink(Slot& slot) {
    if (const auto keys = slot.session->give_keys()) {
      slot.compact = compact.add(slot.session->fd(), *keys);
      slot.session.reset();
    }
  }

  std::vector<Slot> slots;
  std::vector<std::uint32_t> unused;
  Compact compact;
  std::size_t read_bytes;
  std::unique_ptr<char[]> input;
};

Connections::Connections(std::size_t read_bytes, Writes writes) : impl_(std::make_unique<Impl>(read_bytes, writes)) {}
Connections::~Connections() = default;

std::uint32_t Connections::begin(int fd, const ClientTarget& target) {
  return impl_->add(target.context ? Session::make_client(fd, target) : nullptr);
}

std::uint32_t Connections::accept(int fd, ssl_ctx_st* context) { return impl_->add(Session::make_server(fd, context)); }

Step Connections::handshake(std::uint32_t id) { return impl_->slots[id].session->handshake(); }

std::string Connections::failure(std::uint32_t id) const {
  const auto& session = impl_->slots[id].session;
  return session ? session->failure() : std::string();
}

Received Connections::read(std::uint32_t id, char* buffer) {
  Impl::Slot& slot = impl_->slots[id];
  const std::size_t size = impl_->read_bytes;
  if (!slot.session) { return impl_->compact.read(slot.compact, impl_->input.get(), buffer, size); }
  const Received received = slot.session->read(impl_->input.get(), size - kWholeRecordBytes, buffer, size);
  if (slot.session->settled()) { impl_->shrink(slot); }
  return received;
}

std::int64_t Connections::write(std::uint32_t id, std::string_view bytes) {
  Impl::Slot& slot = impl_->slots[id];
  return slot.session ? slot.session->write(bytes) : impl_->compact.write(slot.compact, bytes);
}

void Connections::settle(std::uint32_t id) {
  Impl::Slot& slot = impl_->slots[id];
  if (slot.session && !slot.session->settled()) {
    slot.session->settle();
    slot.session->free_buffers();
    impl_->shrink(slot);
  }
}

void Connections::end(std::uint32_t id, bool notify) {
  Impl::Slot& slot = impl_->slots[id];
  if (slot.session) {
    if (notify) { slot.session->notify(); }
    slot.session.reset();
  } else {
    impl_->compact.remove(slot.compact, notify);
  }
  impl_->unused.push_back(id);
}

std::size_t Connections::count() const { return impl_->slots.size() - impl_->unused.size(); }

std::size_t Connections::compact() const { return impl_->compact.count(); }

}  // namespace weir::wire::tls
