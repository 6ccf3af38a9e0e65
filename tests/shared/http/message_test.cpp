#include "http/message.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <algorithm>

using namespace vestibule;

namespace {

// Gives its pieces one read each, cut to what is asked for; then ends, or fails.
class PiecewiseBody final : public BodySource {
public:
    enum class End { proper, broken };
    PiecewiseBody(std::vector<std::string> pieces, End end) : pieces_(std::move(pieces)), end_(end) {}

    Result<std::size_t> read(std::span<char> into) override {
        if (next_ == pieces_.size()) return finish();
        std::string& piece = pieces_[next_];
        const std::size_t count = std::min(piece.size(), into.size());
        std::copy_n(piece.begin(), count, into.begin());
        piece.erase(0, count);
        if (piece.empty()) ++next_;
        return count;
    }

private:
    Result<std::size_t> finish() const {
        if (end_ == End::broken) return failure(ErrorCode::bad_request, "broken");
        return 0;
    }

    std::vector<std::string> pieces_;
    End end_;
    std::size_t next_ = 0;
};

Request request_of(std::uint64_t length, std::vector<std::string> pieces,
                   PiecewiseBody::End end = PiecewiseBody::End::proper) {
    Request request;
    request.content_length = length;
    request.body = std::make_shared<PiecewiseBody>(std::move(pieces), end);
    return request;
}

std::string outcome_of(const Request& request, std::size_t max_octets) {
    const auto body = read_body(request, max_octets);
    return body ? *body : '(' + std::string(facts(body.error().code).name) + ')';
}

}  // namespace

Test(header_fields, names_compare_without_case_and_order_stays) {
    HeaderFields fields{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    cr_expect(fields.find("a") == "1");
    cr_expect(fields.single("b") == "2");
    cr_expect(not(fields.single("a").has_value()), "twice is not once");
    cr_expect(eq(sz, fields.all("A").size(), 2u));
    cr_expect(not(fields.find("c").has_value()));
    fields.add("C", "4");
    cr_expect(eq(sz, fields.size(), 4u));
}

Test(header_fields, setting_replaces_all_and_erasing_removes_all) {
    HeaderFields fields{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    fields.set("a", "4");
    cr_expect(fields.single("A") == "4");
    fields.erase("A");
    cr_expect(not(fields.find("a").has_value()));
    cr_expect(eq(sz, fields.size(), 1u));
}

Test(header_fields, only_ascii_letters_have_a_case) {
    cr_expect(equal_ignoring_case("Content-TYPE", "content-type"));
    cr_expect(not(equal_ignoring_case("a", "ab")));
    cr_expect(not(equal_ignoring_case("@", "`")));
    cr_expect(not(equal_ignoring_case("\xc3\x84", "\xc3\xa4")));
    cr_expect(not(equal_ignoring_case("[", "{")));
}

Test(header_fields, p50_a_name_is_a_token) {
    cr_expect(is_valid_field_name("X-A!#$%&'*+.^_`|~9"));
    for (const std::string_view name :
         {"", "a b", "a:", "a\r", "a\n", "(a)", "a/b", "a\"", "\xc3\xa9", "a\x7f", "a,b"}) {
        cr_expect(not(is_valid_field_name(name)), "%s", std::string(name).c_str());
    }
    cr_expect(not(is_valid_field_name(std::string_view("a\0", 2))));
}

Test(header_fields, p50_a_value_has_no_control_but_tab) {
    cr_expect(is_valid_field_value(""));
    cr_expect(is_valid_field_value("a\tb \xc3\xa9 ~"));
    for (int octet = 0; octet < 0x20; ++octet) {
        const std::string value = std::string("a") + static_cast<char>(octet) + "b";
        cr_expect(is_valid_field_value(value) == (octet == '\t'), "octet %d", octet);
    }
    cr_expect(not(is_valid_field_value("\x7f")));
}

Test(read_body, gathers_the_pieces) {
    cr_expect(eq(outcome_of(request_of(6, {"ab", "c", "def"}), 6), std::string("abcdef")));
    const std::string large(100'000, 'x');
    cr_expect(outcome_of(request_of(large.size(), {large}), large.size()) == large);
}

Test(read_body, no_announced_length_is_no_body) {
    Request request;
    cr_expect(eq(outcome_of(request, 10), std::string()));
    request.content_length = 0;
    cr_expect(eq(outcome_of(request, 0), std::string()));
}

Test(read_body, h05_reads_no_further_than_announced) {
    cr_expect(eq(outcome_of(request_of(3, {"abcdef"}), 10), std::string("abc")));
}

Test(read_body, h06_a_body_that_ends_early_is_no_body) {
    cr_expect(eq(outcome_of(request_of(6, {"abc"}), 10), std::string("(bad_request)")));
    cr_expect(eq(outcome_of(request_of(6, {"abc"}, PiecewiseBody::End::broken), 10), std::string("(bad_request)")));
}

Test(read_body, too_large_a_body_is_refused_before_it_is_read) {
    cr_expect(eq(outcome_of(request_of(11, {}, PiecewiseBody::End::broken), 10), std::string("(body_too_large)")));
    cr_expect(eq(outcome_of(request_of(UINT64_MAX, {}), 10), std::string("(body_too_large)")));
}
