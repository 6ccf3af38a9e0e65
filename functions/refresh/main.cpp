#include "functions/refresh/handler.h"
#include "world/serve.h"

int main(int argc, char** argv) {
    return vestibule::serve_provider_function(argc, argv, {"refresh", "refreshes the session's tokens now"},
                                              vestibule::handle_refresh);
}
