#include "functions/checksession/handler.h"
#include "world/serve.h"

int main(int argc, char** argv) {
    return vestibule::serve_session_function(
        argc, argv, {"checksession", "says whether there is a session, whose, and for how long"},
        vestibule::handle_checksession);
}
