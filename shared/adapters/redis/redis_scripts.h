// The scripts of schema/redis/, embedded at build time: the .lua files stay the only source, for programs in other
// languages too. One for each operation of the store; what each takes and gives is said at its head.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace vestibule {

struct RedisScript {
    std::string_view name;  // the file's without .lua
    std::string_view text;
    std::string digest;  // the name the server knows it by: SHA-1 of the text, in hex
};

// Every one, for tests.
std::span<const RedisScript> redis_scripts();

// The script of that name; there has to be one.
const RedisScript& redis_script(std::string_view name);

}  // namespace vestibule
