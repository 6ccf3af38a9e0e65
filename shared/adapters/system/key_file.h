// The key file of a running process: looked at by its date, read again when that changed (crypto/key_ring.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "base/log.h"
#include "config/read_config.h"
#include "crypto/key_ring.h"

namespace vestibule {

// A file that is missing, or that others may read, is reported and leaves the keys as they are.
class KeyFile final : public KeySource {
public:
    KeyFile(std::string path, ConfigSources sources, Log& log)
        : path_(std::move(path)), sources_(std::move(sources)), log_(log) {}

    std::optional<Secret> newer() override;
    void adopted(std::string_view sealing_id) override;
    void refused(std::string_view problem) override;

private:
    using Version = std::tuple<std::uint64_t, std::int64_t, std::int64_t, std::int64_t>;  // inode, size, seconds, ns
    std::optional<Version> version() const;

    const std::string path_;
    const ConfigSources sources_;
    Log& log_;
    std::optional<Version> read_;  // nothing yet: the first look reads
    bool missing_ = false;
};

}  // namespace vestibule
