// The address of a store: what is read from it, and what is refused without being quoted.
#include "adapters/redis/redis_url.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

static RedisAddress read(std::string_view url) {
    const auto address = parse_redis_url(url);
    cr_assert(address.has_value(), "%s", address ? "" : address.error().detail.c_str());
    return *address;
}

Test(redis_url, a_host_alone_is_the_default_port_without_a_password) {
    const RedisAddress address = read("redis://cache.internal");
    cr_expect(address.endpoint == (RedisEndpoint{"cache.internal", "6379", ""}));
    cr_expect(address.transport == RedisTransport::plain);
    cr_expect(address.user.empty() && address.password.empty());
    cr_expect(address.prefix == "vestibule");
    cr_expect(address.database == 0 && address.replicas == 0);
}

Test(redis_url, everything_is_read) {
    const RedisAddress address = read(
        "rediss://bff:p%40ss%2Fword%3A@[fd00::1]:7000/3?prefix=shop&replicas=2&ca=/etc/ca.pem&cert=/"
        "c.pem&key=%2Fk.pem");
    cr_expect(address.endpoint == (RedisEndpoint{"fd00::1", "7000", ""}));
    cr_expect(address.transport == RedisTransport::tls);
    cr_expect(address.user == "bff");
    cr_expect(address.password.reveal() == "p@ss/word:");
    cr_expect(address.database == 3 && address.replicas == 2);
    cr_expect(address.prefix == "shop");
    cr_expect(address.ca_file == "/etc/ca.pem" && address.certificate_file == "/c.pem" && address.key_file == "/k.pem");
}

Test(redis_url, a_path_is_a_socket) {
    const RedisAddress address = read("redis://:secret@/run/redis/redis.sock?db=1");
    cr_expect(address.endpoint == (RedisEndpoint{"", "", "/run/redis/redis.sock"}));
    cr_expect(address.user.empty());
    cr_expect(address.password.reveal() == "secret");
    cr_expect(address.database == 1);
    cr_expect(address.endpoint.is_local());
}

Test(redis_url, loopback_is_local_and_nothing_else) {
    for (const char* url : {"redis://localhost", "redis://127.0.0.1:1", "redis://[::1]"}) {
        cr_expect(read(url).endpoint.is_local(), "%s", url);
    }
    for (const char* url : {"redis://localhost.example", "redis://10.0.0.1", "redis://127.example.com"}) {
        cr_expect(not(read(url).endpoint.is_local()), "%s", url);
    }
}

Test(redis_url, what_is_wrong_is_said_without_the_password) {
    for (const char* url : {"redis:",
                            "redis:/",
                            "redis://",
                            "http://:hunter2@h",
                            "redis://:hunter2@",
                            "redis://:hunter2@:6379",
                            "redis://hunter2@h",
                            "redis://u:@h",
                            "redis://:hunter2%@h",
                            "redis://:hunter2@h:0",
                            "redis://:hunter2@h:65536",
                            "redis://:hunter2@h:6379x",
                            "redis://:hunter2@h/x",
                            "redis://:hunter2@h/-1",
                            "redis://:hunter2@h/65536",
                            "redis://:hunter2@h?unknown=1",
                            "redis://:hunter2@h?prefix=",
                            "redis://:hunter2@h?prefix={x}",
                            "redis://:hunter2@h?prefix=a%20b",
                            "redis://:hunter2@h?replicas=17",
                            "redis://:hunter2@h?db=",
                            "redis://:hunter2@h?ca=/ca.pem",
                            "rediss://:hunter2@h?ca=ca.pem",
                            "rediss://:hunter2@h?cert=/c.pem",
                            "rediss://:hunter2@h?key=/k.pem",
                            "rediss://:hunter2@/run/redis.sock",
                            "redis://:hunter2@h#x",
                            "redis://:hunter2@h h",
                            "redis://:hunter2@[::1",
                            "redis://:hunter2@[::1]x",
                            "redis://:hunter2@[g::1]",
                            "redis://:hunter2@h\n",
                            "redis://:hunter2@/run/%00"}) {
        const auto address = parse_redis_url(url);
        cr_assert(not(address.has_value()), "%s", url);
        cr_expect(address.error().code == ErrorCode::internal);
        cr_expect(address.error().detail.find("hunter2") == std::string::npos, "%s", address.error().detail.c_str());
        cr_expect(address.error().detail.starts_with("the address of the Redis store "));
    }
}
