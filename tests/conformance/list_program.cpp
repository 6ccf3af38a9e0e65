// Prints which requirement is proved by which test (`make conformance`); run in the root of the repository. Exits 1
// when something is missing or contradicts itself.
#include <exception>
#include <iostream>

#include "tests/support/conformance_list.h"

int main() {
    using namespace vestibule::conformance;
    try {
        const List list = make_list(read_evidence("."));
        print(std::cout, list);
        return list.missing.empty() && list.problems.empty() ? 0 : 1;
    } catch (const std::exception& problem) {
        std::cerr << "conformance: " << problem.what() << '\n';
        return 1;
    }
}
