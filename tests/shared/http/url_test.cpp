#include "http/url.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

Test(url, is_taken_apart) {
    const auto url = parse_url("HTTPS://ID.Example.com:8443/a/%2F?b=c?d");
    cr_assert(url.has_value());
    cr_expect(eq(std::string(url->scheme), std::string("https")));
    cr_expect(eq(std::string(url->host), std::string("id.example.com")));
    cr_expect(eq(std::string(url->port), std::string("8443")));
    cr_expect(eq(std::string(url->path), std::string("/a/%2F")));
    cr_expect(eq(std::string(url->query), std::string("b=c?d")));
    cr_expect(url->has_query);
}

Test(url, may_end_after_the_authority_or_begin_its_query_there) {
    cr_expect(eq(std::string(parse_url("https://a")->path), std::string()));
    cr_expect(not(parse_url("https://a")->has_query));
    cr_expect(eq(std::string(parse_url("https://a?x")->query), std::string("x")));
    cr_expect(parse_url("https://a/?")->has_query);
    cr_expect(eq(std::string(parse_url("https://a/x@y:z//w")->path), std::string("/x@y:z//w")));
}

Test(url, the_origin_leaves_a_default_port_out) {
    cr_expect(eq(parse_url("https://A.b:443/x")->origin(), std::string("https://a.b")));
    cr_expect(eq(parse_url("http://a.b:80")->origin(), std::string("http://a.b")));
    cr_expect(eq(parse_url("http://a.b:443")->origin(), std::string("http://a.b:443")));
    cr_expect(eq(parse_url("https://a.b:80")->origin(), std::string("https://a.b:80")));
    cr_expect(eq(parse_url("http://[::1]:8080/")->origin(), std::string("http://[::1]:8080")));
}

Test(url, knows_this_machine_only_by_its_plain_names) {
    for (const char* text : {"http://localhost", "http://LOCALHOST:1", "http://app.localhost", "http://127.0.0.1",
                             "http://127.255.0.3:9", "http://[::1]"}) {
        cr_expect(parse_url(text)->is_loopback(), "%s", text);
    }
    for (const char* text :
         {"http://localhost.com", "http://notlocalhost", "http://127.0.0.1.com", "http://127.1", "http://127.0.0.256",
          "http://127.0.0.01", "http://0x7f.0.0.1", "http://128.0.0.1", "http://127.0.0.1.5", "http://[::2]",
          "http://2130706433", "http://127.0.0.1.", "http://[::127.0.0.1]", "http://localhost."}) {
        const auto url = parse_url(text);
        cr_assert(url.has_value(), "%s", text);
        cr_expect(not(url->is_loopback()), "%s", text);
    }
}

Test(url, refuses_everything_that_two_readers_could_read_differently) {
    for (const char* text : {"",
                             "https",
                             "https:",
                             "https:/",
                             "https://",
                             "https:///x",
                             "https:a",
                             "//a",
                             "/a",
                             "a",
                             "ftp://a",
                             "javascript://a",
                             "data:x",
                             " https://a",
                             "https://a ",
                             "https://a b",
                             "https://a\tb",
                             "https://a\nb",
                             "https://a\\b",
                             "https:\\\\a",
                             "https://a/\\b",
                             "https://u@a",
                             "https://u:p@a",
                             "https://@a",
                             "https://a#",
                             "https://a/#x",
                             "https://a/?x#y",
                             "https://a:",
                             "https://a:0",
                             "https://a:65536",
                             "https://a:080",
                             "https://a:8x",
                             "https://a:+1",
                             "https://a:1:2",
                             "https://:1",
                             "https://?x",
                             "https://[::1",
                             "https://::1",
                             "https://[]",
                             "https://[a]",
                             "https://[::1]x",
                             "https://[::1%25eth0]",
                             "https://a%2eb",
                             "https://a,b",
                             "https://h\xe3\x80\x82"
                             "com",
                             "https://a/\xc3\xa9",
                             "https://a\x7f",
                             "https://[::1]]",
                             "https://[[::1]",
                             "https://a..b",
                             "https://.a",
                             "https://."}) {
        cr_expect(not(parse_url(text).has_value()), "%s", text);
    }
    cr_expect(not(parse_url(std::string_view("https://a\0b", 11)).has_value()));
    cr_expect(parse_url("https://a:65535").has_value());
    cr_expect(parse_url("https://a_b-c.d").has_value());
}
