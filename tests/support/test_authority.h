// Certificates for TLS servers and clients, made while the test runs.
//
//   TestAuthority authority;
//   const Issued server = authority.issue({.host = "localhost"});
//   write(path, authority.certificate());                          // what the client trusts
#pragma once

#include <memory>
#include <string>

namespace vestibule {

struct Issued {
    std::string certificates;  // PEM: its own, and then the authority's unless it is self-signed
    std::string key;           // PEM
};

struct WantedCertificate {
    std::string host = "localhost";  // its common name and its one alternative name
    int from_days = -1;              // from today
    int until_days = 30;
};

class TestAuthority {
public:
    TestAuthority();
    ~TestAuthority();
    TestAuthority(const TestAuthority&) = delete;
    TestAuthority& operator=(const TestAuthority&) = delete;

    std::string certificate() const;  // PEM
    Issued issue(const WantedCertificate& wanted) const;
    static Issued self_signed(const WantedCertificate& wanted);

private:
    struct Handles;
    std::unique_ptr<Handles> handles_;
};

}  // namespace vestibule
