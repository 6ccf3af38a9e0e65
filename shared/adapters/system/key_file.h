// The key file of a running process: looked at by its dates, read again when they changed (crypto/key_ring.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "base/log.h"
#include "config/read_config.h"
#include "crypto/key_ring.h"

namespace vestibule {

// A file that is missing, that others may read, or that cannot be read at the moment leaves the keys as they are. It is
// tried again with every look, and reported once until it is read or something else is wrong with it.
class KeyFile final : public KeySource {
public:
    KeyFile(std::string path, ConfigSources sources, Log& log)
        : path_(std::move(path)), sources_(std::move(sources)), log_(log) {}

    std::optional<Secret> newer() override;
    void adopted(std::string_view sealing_id) override;
    void refused(std::string_view problem) override;

private:
    // Inode, size, and when the content and when anything of it (its mode, its owner) was changed: seconds,
    // nanoseconds.
    using Version = std::tuple<std::uint64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;
    std::optional<Version> version() const;
    std::nullopt_t cannot_be_had(const std::string& problem);

    const std::string path_;
    const ConfigSources sources_;
    Log& log_;
    std::optional<Version> read_;  // whole and without a problem; nothing yet: the first look reads
    std::string problem_;          // that the log knows of
};

}  // namespace vestibule
