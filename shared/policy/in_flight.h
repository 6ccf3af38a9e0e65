// How many requests of one caller are under way, so that nobody takes every thread for themselves (checklist P54).
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace vestibule {

// Thread-safe. Counts in this process only.
class InFlight {
public:
    // One request under way; over when this dies. Must not outlive the InFlight.
    class Slot {
    public:
        Slot(Slot&& other) noexcept : of_(std::exchange(other.of_, nullptr)), caller_(std::move(other.caller_)) {}
        Slot& operator=(Slot&&) = delete;
        ~Slot();

    private:
        friend class InFlight;
        Slot(InFlight& of, std::string caller) : of_(&of), caller_(std::move(caller)) {}
        InFlight* of_;
        std::string caller_;
    };

    explicit InFlight(int at_most) : at_most_(at_most) {}

    // Nothing where `caller` has `at_most` under way already.
    std::optional<Slot> take(std::string caller);

private:
    void give_back(const std::string& caller);

    const int at_most_;
    std::mutex mutex_;
    std::unordered_map<std::string, int> under_way_;
};

// Whom an address counts as: itself, or its first 64 bits for IPv6, of which one line has as many addresses as it wants
// (RFC 6177).
std::string caller_at_address(std::string_view remote_address);

}  // namespace vestibule
